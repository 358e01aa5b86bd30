/**
 * Signature Version 4 for requests that no client of the SDK makes: methods of an API behind API Gateway, and the
 * token by which Kubernetes knows a role. The signer is the one that the SDK's clients have, with their credentials.
 */
import type { HttpRequest } from "../http/exchange.ts";
import type { Caller, Identity } from "../identity.ts";
import { clientSettings } from "../sdk-call.ts";
import type { SdkClient } from "./load.ts";
import { loadSts } from "./sts.ts";

export interface Scope {
  readonly caller: Caller;
  /** `execute-api`. */
  readonly service: string;
  readonly region: string;
}

export interface Signer {
  /** The same request with the headers that sign it. */
  readonly sign: (request: HttpRequest, scope: Scope) => Promise<HttpRequest>;
  /** A URL that whoever has it may get for so many seconds. */
  readonly presign: (request: HttpRequest, scope: Scope, seconds: number) => Promise<URL>;
}

/** The package whose signer is used, which is not installed. */
export class NoSigner extends Error {}

export function createSigner(identity: Identity): Signer {
  const signerFor = async ({ caller, service, region }: Scope): Promise<SdkSigner> => {
    const { credentials } = identity(caller);
    const { client: Client } = loadSts("To sign a request", NoSigner);
    // Every client of the SDK has it, whatever the types of a package that is read by its names say.
    const { config } = new Client({ ...clientSettings(region), ...(credentials && { credentials }) }) as SigningClient;
    return config.signer({ name: "sigv4", signingName: service, signingRegion: region, properties: {} });
  };
  return {
    sign: async (request, scope) => {
      const signer = await signerFor(scope);
      const { headers } = await signer.sign(plain(request), signing(scope));
      return { ...request, headers };
    },
    presign: async (request, scope, seconds) => {
      const signer = await signerFor(scope);
      const { query } = await signer.presign(plain(request), { ...signing(scope), expiresIn: seconds });
      const url = new URL(request.url);
      url.search = new URLSearchParams(query as Record<string, string>).toString().replaceAll("+", "%20");
      return url;
    },
  };
}

interface SigningClient extends SdkClient {
  readonly config: SdkClient["config"] & { readonly signer: (scheme: object) => Promise<SdkSigner> };
}

interface SdkSigner {
  sign(request: object, scope: object): Promise<{ readonly headers: Readonly<Record<string, string>> }>;
  presign(request: object, scope: object): Promise<{ readonly query: Readonly<Record<string, unknown>> }>;
}

function signing({ service, region }: Scope): object {
  return { signingService: service, signingRegion: region };
}

function plain({ method, url, headers, body }: HttpRequest): object {
  const query: Record<string, string[]> = {};
  for (const [name, value] of url.searchParams) query[name] = [...(query[name] ?? []), value];
  return {
    method,
    protocol: url.protocol,
    hostname: url.hostname,
    ...(url.port !== "" && { port: Number(url.port) }),
    path: url.pathname,
    query,
    headers: { ...headers, host: url.host },
    body,
  };
}
