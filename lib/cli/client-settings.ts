/** What the AWS CLI, the SDKs and the command `baton` have to be told so that they talk to one Baton: the same few variables. */
import type { Credentials } from "../api/signature.ts";
import { usualUrl } from "./options.ts";

export interface ClientSettings {
  readonly url: string;
  readonly region: string;
  readonly credentials: Credentials;
}

/** Whose requests the command makes; each Region is a world of its own, as for every other client. */
export type Identity = Pick<ClientSettings, "region" | "credentials">;

type Environment = Readonly<Record<string, string | undefined>>;

/** Of whoever names none, and of whoever signs nothing on loopback. */
export const usualRegion = "us-east-1";

export function regionOf(environment: Environment): string {
  return environment["AWS_REGION"] || environment["AWS_DEFAULT_REGION"] || usualRegion;
}

/** Undefined: the environment has no key, and requests go out unsigned. */
export function identityFrom(environment: Environment): Identity | undefined {
  const accessKeyId = environment["AWS_ACCESS_KEY_ID"];
  const secretAccessKey = environment["AWS_SECRET_ACCESS_KEY"];
  if (!accessKeyId || !secretAccessKey) return undefined;
  const sessionToken = environment["AWS_SESSION_TOKEN"];
  const credentials = { accessKeyId, secretAccessKey, ...(sessionToken && { sessionToken }) };
  return { credentials, region: regionOf(environment) };
}

/**
 * Who asks at that address. On this machine any key will do, so whoever has none and names a Region is in it
 * nevertheless, with what was deployed for it; a deployed Baton answers for its own Region, and wants a key of its own.
 */
export function callerAt(url: string, environment: Environment): Identity | undefined {
  const own = identityFrom(environment);
  const region = regionOf(environment);
  if (own !== undefined || region === usualRegion || !isThisMachine(url)) return own;
  return { credentials: anybody, region };
}

/** Whose everything is on one machine. */
const localAccount = "000000000000";

/** Whose world the command is in there: that of a key whose id is an account's number, else the local one. */
export function accountOf(environment: Environment): string {
  const accessKeyId = identityFrom(environment)?.credentials.accessKeyId;
  return accessKeyId !== undefined && isAccount(accessKeyId) ? accessKeyId : localAccount;
}

function isAccount(accessKeyId: string): boolean {
  return /^\d{12}$/.test(accessKeyId);
}

/** On loopback any key will do; the clients insist on one. */
const anybody: Credentials = { accessKeyId: "local", secretAccessKey: "local" };

export function localSettings(url: string, environment: Environment): ClientSettings {
  return { url, region: regionOf(environment), credentials: identityFrom(environment)?.credentials ?? anybody };
}

/**
 * To be shown: a key of the environment may be one of AWS, and what a server prints ends up in logs. An account's
 * number is no secret, and whoever asks under another does not see what is there.
 */
export function shownSettings(url: string, environment: Environment): ClientSettings {
  const account = accountOf(environment);
  const credentials = account === localAccount ? anybody : { ...anybody, accessKeyId: account };
  return { url, region: regionOf(environment), credentials };
}

export function variablesOf(
  { url, region, credentials }: ClientSettings,
  environment: Environment = process.env,
): Readonly<Record<string, string>> {
  return {
    AWS_ENDPOINT_URL_SFN: url,
    AWS_DISABLE_HOST_PREFIX_INJECTION: "true",
    // Two names for the Region: the AWS CLI reads the second one, the SDKs the first.
    AWS_REGION: region,
    AWS_DEFAULT_REGION: region,
    AWS_ACCESS_KEY_ID: credentials.accessKeyId,
    AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
    AWS_SESSION_TOKEN: credentials.sessionToken ?? "", // another one in the shell would be sent along
    ...beyondProxy(new URL(url).hostname, environment),
  };
}

/** Where a proxy is set, the AWS CLI and boto3 ask it for this machine, too, unless they are told not to. */
function beyondProxy(hostname: string, environment: Environment): Readonly<Record<string, string>> {
  const host = bare(hostname);
  if (!thisMachine.test(host) || !proxies.some((name) => environment[name])) return {};
  // Python reads the one in small letters first.
  const known = environment["no_proxy"] || environment["NO_PROXY"] || "";
  const hosts = known.split(",").map((each) => each.trim());
  const list = hosts.includes(host) || known === "*" ? known : [...hosts.filter(Boolean), host].join(",");
  return { NO_PROXY: list, no_proxy: list };
}

const proxies = ["http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"] as const;

export function isThisMachine(url: string): boolean {
  return thisMachine.test(bare(new URL(url).hostname));
}

/** An address of IPv6 without its brackets. */
function bare(hostname: string): string {
  return hostname.replace(/^\[|\]$/g, "");
}

const thisMachine = /^(localhost|.*\.localhost|127(\.\d+){3}|::1)$/;

/** For a POSIX shell: `eval "$(baton env)"`. */
export function exportLines(settings: ClientSettings): string {
  return Object.entries(variablesOf(settings))
    .map(([name, value]) => `export ${name}=${quoted(value)}`)
    .join("\n");
}

/** A command to type next, on the same Baton: `--endpoint` where neither the environment nor habit leads there. */
export function commandLine(url: string, words: string): string {
  const told = process.env["AWS_ENDPOINT_URL_SFN"] || usualUrl;
  return `baton ${words}${url === told ? "" : ` --endpoint ${quoted(url)}`}`;
}

function quoted(value: string): string {
  return /^[\w.:/+=@,-]*$/.test(value) ? value : `'${value.replaceAll("'", "'\\''")}'`;
}
