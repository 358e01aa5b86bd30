/**
 * The wire between the functions and AWS: every call passes here, is counted, is held against the role of
 * its function as IAM would, and may be the one before or after which a bad day kills the caller. Whose call
 * it is, the access key says: each process has its own.
 */
import {
  Agent,
  createServer,
  request as httpRequest,
  type IncomingMessage,
  type Server,
  type ServerResponse,
} from "node:http";
import { type Arns, type Call, needsOf, type Service, services } from "./actions.ts";
import type { Chaos } from "./chaos.ts";
import { closed, listening, readBody } from "./http.ts";
import { allows, type Policies } from "./policy.ts";

export interface Caller {
  /** The function's logical id. */
  readonly id: string;
  readonly name: string;
  readonly role: string;
  kill(): void;
}

export interface Wire {
  /** `AWS_ENDPOINT_URL_…` of each service. */
  readonly endpoints: Readonly<Record<string, string>>;
  /** Answers the access key id that stands for this caller. */
  register(caller: Caller): string;
  /** What roles may do is known once the stack stands. */
  judge(policies: Policies, arns: Arns): void;
  /** Calls by function and action. */
  readonly calls: Readonly<Record<string, Readonly<Record<string, number>>>>;
  /** Function, action and resource of each call that its role does not allow. */
  readonly denied: readonly string[];
  close(): Promise<void>;
}

/** More than any of the services takes. */
const largestCall = 32 * 1024 * 1024;

export async function startWire(targets: Readonly<Record<string, string>>, chaos: Chaos): Promise<Wire> {
  const callers = new Map<string, Caller>();
  const calls: Record<string, Record<string, number>> = {};
  const denied: string[] = [];
  // A connection for each call: one that was kept may be closed by the server just when it is used again.
  const agent = new Agent({ keepAlive: false });
  let judged: { readonly policies: Policies; readonly arns: Arns } | undefined;

  const pass = async (service: Service, request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const call = await callOf(request);
    const caller = callers.get(/Credential=(\w+)\//.exec(request.headers.authorization ?? "")?.[1] ?? "");
    if (caller === undefined || judged === undefined) throw new Error("a call that is nobody's");
    const needs = needsOf(service, call, judged.arns);
    const counts = calls[caller.id] ?? {};
    calls[caller.id] = counts;
    for (const { action } of needs) counts[action] = (counts[action] ?? 0) + 1;
    const { policies } = judged;
    const refused = needs.find((need) => !allows(policies, caller.role, need));
    if (refused !== undefined) {
      denied.push(`${caller.id} ${refused.action} ${refused.resource}`);
      return deny(
        service,
        response,
        `${caller.role} is not authorized to perform: ${refused.action} on ${refused.resource}`,
      );
    }
    const fate = chaos.fateOf(caller.name);
    if (fate === "killed before") return caller.kill();
    await forward(targets[`AWS_ENDPOINT_URL_${service}`] ?? "", { call, request, response, agent }, () => {
      if (fate === "killed after") caller.kill();
    });
  };

  const servers = new Map<Service, Server>();
  const endpoints: Record<string, string> = {};
  for (const service of services) {
    const server = createServer((request, response) => {
      pass(service, request, response).catch(() => response.destroy());
    });
    servers.set(service, server);
    endpoints[`AWS_ENDPOINT_URL_${service}`] = await listening(server);
  }
  return {
    endpoints,
    calls,
    denied,
    register(caller) {
      const accessKeyId = `CALLER${String(callers.size).padStart(10, "0")}`;
      callers.set(accessKeyId, caller);
      return accessKeyId;
    },
    judge(policies, arns) {
      judged = { policies, arns };
    },
    async close() {
      agent.destroy();
      await Promise.all([...servers.values()].map(closed));
    },
  };
}

async function callOf(request: IncomingMessage): Promise<Call> {
  const body = await readBody(request, largestCall);
  if (body === undefined) throw new Error("a call larger than any service takes");
  const target = [request.headers["x-amz-target"]].flat()[0] ?? "";
  return {
    method: request.method ?? "GET",
    path: request.url ?? "/",
    operation: target.slice(target.indexOf(".") + 1),
    body,
  };
}

interface Passing {
  readonly call: Call;
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly agent: Agent;
}

/** `answered` runs when the service has done its part and the caller does not know it yet. */
function forward(endpoint: string, { call, request, response, agent }: Passing, answered: () => void): Promise<void> {
  const { host, port, hostname } = new URL(endpoint);
  const { "transfer-encoding": _, ...headers } = request.headers;
  return new Promise((resolve, reject) => {
    const upstream = httpRequest(
      {
        agent,
        hostname,
        port,
        method: call.method,
        path: call.path,
        headers: { ...headers, host, "content-length": call.body.length },
      },
      (answer) => {
        answered();
        response.writeHead(answer.statusCode ?? 502, answer.headers);
        answer.pipe(response).once("close", resolve);
      },
    );
    upstream.once("error", reject);
    // A caller that was killed or that gave up is no reason to leave the service waiting.
    upstream.end(call.body);
  });
}

function deny(service: Service, response: ServerResponse, message: string): void {
  if (service === "S3") {
    response.writeHead(403, { "content-type": "application/xml" });
    response.end(`<Error><Code>AccessDenied</Code><Message>${message}</Message></Error>`);
    return;
  }
  const headers = { "content-type": "application/x-amz-json-1.0", "x-amzn-errortype": "AccessDeniedException" };
  response.writeHead(service === "LAMBDA" ? 403 : 400, headers);
  response.end(JSON.stringify({ __type: "AccessDeniedException", message, Message: message }));
}
