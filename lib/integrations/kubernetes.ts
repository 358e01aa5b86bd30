/**
 * `arn:aws:states:::eks:call` and `eks:runJob`: the API of a cluster's Kubernetes, asked under the name of the role
 * that the state has. Clusters themselves are made and deleted elsewhere (`services/eks.ts`).
 */
import type { JobCall, JobState } from "../engine/job-port.ts";
import type { CallResult } from "../engine/ports.ts";
import { callFailure } from "./call-failure.ts";
import { exchange, type HttpRequest, type Reach, TooLarge, Unreachable } from "./http/exchange.ts";
import { isMembers } from "./http/parameters.ts";
import { causeOf, membersOfReply } from "./http-invoke.ts";
import { type Caller, RoleNotAssumed } from "./identity.ts";
import type { Integration } from "./integration.ts";
import { at, type Json } from "./poller.ts";
import { NoSigner, type Signer } from "./sdk/sign.ts";

/** Where a cluster is, and how it is known that it is the one. */
interface Cluster {
  readonly ClusterName: string;
  readonly CertificateAuthority: string;
  readonly Endpoint: string;
}

interface Question {
  readonly method: string;
  readonly path: string;
  readonly query?: Json | undefined;
  readonly body?: Json | undefined;
}

export interface Kubernetes {
  readonly signer: Signer;
  readonly reach: Reach;
}

type Members = Readonly<Record<string, unknown>>;
type Answer = { readonly kind: "answered"; readonly members: Members } | Extract<CallResult, { kind: "failed" }>;

export function kubernetesCall(kubernetes: Kubernetes): Integration {
  return async (call) => {
    const given = JSON.parse(call.arguments) as Json;
    const cluster = clusterIn(given);
    if (typeof cluster === "string") return callFailure("States.Runtime", cluster);
    const method = at(given, "$.Method");
    const path = at(given, "$.Path");
    if (typeof method !== "string" || typeof path !== "string" || !path.startsWith("/")) {
      const cause = "The parameters of 'eks:call' must have a 'Method', and a 'Path' that begins with '/'.";
      return callFailure("States.Runtime", cause);
    }
    const query = at(given, "$.QueryParameters");
    const answer = await ask(kubernetes, call, cluster, { method, path, query, body: at(given, "$.RequestBody") });
    if (answer.kind === "failed") return answer;
    return { kind: "succeeded", output: JSON.stringify(answer.members) };
  };
}

/** What is needed to find a job again. */
interface JobNote {
  readonly cluster: Cluster;
  readonly namespace: string;
  readonly name: string;
  /** How its logs are read; absent: they are not wanted. */
  readonly logs?: { readonly raw: boolean; readonly parameters?: Json };
}

export function kubernetesRunJob(kubernetes: Kubernetes): Integration {
  return async (call) => {
    const given = JSON.parse(call.arguments) as Json;
    const cluster = clusterIn(given);
    if (typeof cluster === "string") return callFailure("States.Runtime", cluster);
    const job = at(given, "$.Job");
    if (job === undefined) {
      return callFailure("States.Runtime", "The parameters of 'eks:runJob' must have a 'Job'.");
    }
    const namespace = String(at(given, "$.Namespace") ?? "default");
    const asked = { method: "POST", path: jobsOf(namespace), body: job };
    const answer = await ask(kubernetes, call, cluster, asked);
    if (answer.kind === "failed") return answer;
    const output = JSON.stringify(answer.members);
    if (call.pattern !== "sync") return { kind: "succeeded", output };
    const name = String(at(answer.members as Json, "$.ResponseBody.metadata.name"));
    const options = at(given, "$.LogOptions");
    const wanted = String(at(options ?? {}, "$.RetrieveLogs")) === "true";
    const parameters = at(options ?? {}, "$.LogParameters");
    const raw = String(at(options ?? {}, "$.RawLogs")) === "true";
    const logs = wanted ? { logs: { raw, ...(parameters !== undefined && { parameters }) } } : {};
    const note: JobNote = { cluster, namespace, name, ...logs };
    return { kind: "submitted", output, job: JSON.stringify(note) };
  };
}

export async function pollKubernetesJob(kubernetes: Kubernetes, call: JobCall): Promise<JobState> {
  const note = noteOf(call);
  const { cluster, namespace, name } = note;
  const answer = await ask(kubernetes, call, cluster, { method: "GET", path: `${jobsOf(namespace)}/${name}` });
  if (answer.kind === "failed") return isPassing(answer.error) ? { kind: "running" } : answer;
  const job = answer.members["ResponseBody"] as Json;
  const conditions = at(job, "$.status.conditions") ?? [];
  const met = (Array.isArray(conditions) ? conditions : []).filter((one: Json) => at(one, "$.status") === "True");
  const end = met.map((one: Json) => at(one, "$.type")).find((type) => type === "Complete" || type === "Failed");
  if (end === undefined) return { kind: "running" };
  const logs = note.logs && { logs: { pods: await logsOf(kubernetes, call, note) } };
  const result = JSON.stringify({ ...(isMembers(job) && job), ...logs });
  return end === "Complete" ? { kind: "succeeded", output: result } : callFailure("States.TaskFailed", result);
}

/** With its pods. Rejects where it may help to try again. */
export async function stopKubernetesJob(kubernetes: Kubernetes, call: JobCall): Promise<void> {
  const { cluster, namespace, name } = noteOf(call);
  const query = { propagationPolicy: ["Background"] };
  const asked = { method: "DELETE", path: `${jobsOf(namespace)}/${name}`, query };
  const answer = await ask(kubernetes, call, cluster, asked);
  if (answer.kind === "failed" && isPassing(answer.error)) throw new Error(answer.cause);
}

/** Best effort: instead of a log that cannot be read there is the reason. */
async function logsOf(kubernetes: Kubernetes, call: JobCall, { cluster, namespace, name, logs }: JobNote) {
  const path = `/api/v1/namespaces/${encodeURIComponent(namespace)}/pods`;
  const query = { labelSelector: [`job-name=${name}`] };
  const listed = await ask(kubernetes, call, cluster, { method: "GET", path, query });
  if (listed.kind === "failed") return {};
  const items = at(listed.members as Json, "$.ResponseBody.items") ?? [];
  const pods: Record<string, object> = {};
  for (const pod of Array.isArray(items) ? items : []) {
    const podName = String(at(pod as Json, "$.metadata.name"));
    const containers: Record<string, object> = {};
    const specs = at(pod as Json, "$.spec.containers") ?? [];
    for (const spec of Array.isArray(specs) ? specs : []) {
      const container = String(at(spec as Json, "$.name"));
      const more = isMembers(logs?.parameters ?? null) ? (logs?.parameters as Readonly<Record<string, Json>>) : {};
      const asked = { method: "GET", path: `${path}/${podName}/log`, query: { ...more, container: [container] } };
      const answer = await ask(kubernetes, call, cluster, asked);
      containers[container] = answer.kind === "failed" ? reasonOf(answer) : { log: logIn(answer, logs?.raw ?? false) };
    }
    pods[podName] = { containers };
  }
  return pods;
}

function reasonOf({ error, cause }: Extract<Answer, { kind: "failed" }>): object {
  return { error, cause };
}

function logIn({ members }: Extract<Answer, { kind: "answered" }>, raw: boolean): unknown {
  const text = members["ResponseBody"];
  if (raw || typeof text !== "string") return text;
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

function jobsOf(namespace: string): string {
  return `/apis/batch/v1/namespaces/${encodeURIComponent(namespace)}/jobs`;
}

function noteOf({ job }: JobCall): JobNote {
  return JSON.parse(job) as JobNote; // written by `kubernetesRunJob` alone
}

function isPassing(error: string): boolean {
  return error === "EKS.SdkClientException" || /^EKS\.(?:5\d\d|429)$/.test(error);
}

/** The cluster, or what is wrong with the parameters. */
function clusterIn(given: Json): Cluster | string {
  const [ClusterName, CertificateAuthority, Endpoint] = ["ClusterName", "CertificateAuthority", "Endpoint"].map(
    (name) => at(given, `$.${name}`),
  );
  const strings = [ClusterName, CertificateAuthority, Endpoint].every((one) => typeof one === "string");
  if (!strings || !URL.canParse(String(Endpoint))) {
    return "A call of Kubernetes must have the strings 'ClusterName', 'CertificateAuthority' (as DescribeCluster answers it) and 'Endpoint' (a URL).";
  }
  return {
    ClusterName: String(ClusterName),
    CertificateAuthority: String(CertificateAuthority),
    Endpoint: String(Endpoint),
  };
}

async function ask(kubernetes: Kubernetes, caller: Caller, cluster: Cluster, question: Question): Promise<Answer> {
  try {
    const request = await requestOf(kubernetes.signer, caller, cluster, question);
    const members = membersOfReply(await exchange(request, kubernetes.reach, caller.signal));
    const status = Number(members["StatusCode"]);
    if (status >= 200 && status < 300) return { kind: "answered", members };
    return callFailure(`EKS.${status}`, causeOf(members));
  } catch (error) {
    if (caller.signal.aborted) throw caller.signal.reason;
    if (error instanceof RoleNotAssumed) return callFailure("States.Permissions", error.message);
    if (error instanceof Unreachable || error instanceof NoSigner) return callFailure("States.Runtime", error.message);
    if (error instanceof TooLarge) return callFailure("States.DataLimitExceeded", error.message);
    if (!(error instanceof Error)) throw error;
    return callFailure("EKS.SdkClientException", `Unable to execute HTTP request: ${error.message}`);
  }
}

async function requestOf(signer: Signer, caller: Caller, cluster: Cluster, question: Question): Promise<HttpRequest> {
  const { method, path, query = null, body } = question;
  const url = new URL(path, cluster.Endpoint);
  for (const [name, values] of Object.entries(isMembers(query) ? query : {})) {
    for (const value of [values].flat()) url.searchParams.append(name, String(value));
  }
  const text = body === undefined || typeof body === "string" ? body : JSON.stringify(body);
  const type = method === "PATCH" ? "application/merge-patch+json" : "application/json";
  return {
    method,
    url,
    headers: {
      Accept: "application/json",
      Authorization: `Bearer ${await tokenFor(signer, caller, cluster.ClusterName)}`,
      ...(text !== undefined && { "Content-Type": type, "Content-Length": String(Buffer.byteLength(text)) }),
    },
    ...(text !== undefined && { body: text }),
    certificates: Buffer.from(cluster.CertificateAuthority, "base64").toString("utf8"),
  };
}

/** A request to STS that says who somebody is, signed and not sent: the cluster sends it. */
async function tokenFor(signer: Signer, caller: Caller, cluster: string): Promise<string> {
  const url = new URL(`https://sts.${caller.region}.amazonaws.com/?Action=GetCallerIdentity&Version=2011-06-15`);
  const request = { method: "GET", url, headers: { "x-k8s-aws-id": cluster } };
  const signed = await signer.presign(request, { caller, service: "sts", region: caller.region }, 60);
  return `k8s-aws-v1.${Buffer.from(signed.href).toString("base64url")}`;
}
