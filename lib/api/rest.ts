/**
 * REST for applications: the same operations under paths, with names instead of ARNs, payloads as JSON
 * instead of text, moments in ISO 8601 and errors as RFC 9457 problems that carry AWS's name. What can be
 * asked stands in `routes.ts`; this file finds the route and writes the answer.
 */
import { isObject, type JsonObject, parseJson, type Value } from "../asl/json.ts";
import type { Face, Received } from "./face.ts";
import type { HttpAnswer } from "./http.ts";
import { bodyText } from "./json-body.ts";
import type { Answer } from "./operation.ts";
import { perform } from "./permissions.ts";
import { Refusal, unreadable } from "./refusal.ts";
import { inputOf } from "./rest-input.ts";
import { type Asked, type Reply, type Route, routes } from "./routes.ts";

export const rest: Face = {
  async answer(call, request) {
    const { route, names } = findRoute(request);
    const asked: Asked = { call, names, query: request.query, body: readBody(request) };
    const answer = await perform(call, route.operation, inputOf(route, asked));
    const reply = route.finish ? await route.finish(asked, answer) : { status: route.status, answer };
    return write(reply, route, request.requestId);
  },

  refuse(refusal, { requestId }) {
    const { name, message, members, headers } = refusal;
    const status = refusal.status === 400 ? (statuses.get(name) ?? 400) : refusal.status;
    const problem = { type: `urn:aws:states:${name}`, title: name, status, detail: message, requestId, ...members };
    return {
      body: JSON.stringify(problem),
      status,
      headers: {
        "content-type": "application/problem+json",
        "x-amzn-requestid": requestId,
        "x-amzn-errortype": name,
        ...headers,
      },
    };
  },
};

/** What the wire protocol answers as 400 throughout; not listed: 400. */
const statuses = new Map([
  ["AccessDeniedException", 403],
  ["StateMachineDoesNotExist", 404],
  ["ExecutionDoesNotExist", 404],
  ["ActivityDoesNotExist", 404],
  ["ResourceNotFound", 404],
  ["StateMachineAlreadyExists", 409],
  ["ExecutionAlreadyExists", 409],
  ["ExecutionNotRedrivable", 409],
  ["ActivityAlreadyExists", 409],
  ["StateMachineDeleting", 409],
  ["ConflictException", 409],
  ["TaskTimedOut", 410],
]);

interface Found {
  readonly route: Route;
  readonly names: Readonly<Record<string, string>>;
}

function findRoute({ method, path }: Received): Found {
  const matching = routes.flatMap((route) => {
    const names = match(route.path, path);
    return names ? [{ route, names }] : [];
  });
  const found = matching.find(({ route }) => route.method === method);
  if (found) return found;
  if (matching.length === 0) throw unknownPath(404, `There is nothing at ${path}`);
  const allowed = matching.map(({ route }) => route.method).join(", ");
  throw unknownPath(405, `${method} is not possible at ${path}; possible: ${allowed}`, { allow: allowed });
}

function unknownPath(status: number, text: string, headers: Readonly<Record<string, string>> = {}): Refusal {
  return new Refusal("UnknownOperationException", text, { namespace: "framework", status, headers });
}

/** The values of the `{names}` of a pattern, or undefined where the path is another. */
function match(pattern: string, path: string): Record<string, string> | undefined {
  const wanted = pattern.split("/");
  const given = path.split("/");
  if (wanted.length !== given.length) return undefined;
  const names: Record<string, string> = {};
  for (const [index, part] of wanted.entries()) {
    const value = given[index] ?? "";
    if (!part.startsWith("{")) {
      if (part !== value) return undefined;
    } else if (value === "") return undefined;
    else names[part.slice(1, -1)] = decoded(value);
  }
  return names;
}

function decoded(value: string): string {
  try {
    return decodeURIComponent(value);
  } catch {
    throw unreadable(`'${value}' is not percent-encoded UTF-8`);
  }
}

/** A browser sends other types across sites without asking first, so only JSON is read. */
function readBody({ headers, body }: Received): JsonObject {
  if (body.byteLength === 0) return {};
  if (!/^application\/([\w.-]+\+)?json\s*(;|$)/i.test(headers.get("content-type") ?? ""))
    throw new Refusal("UnsupportedMediaTypeException", "The body must be application/json", {
      namespace: "framework",
      status: 415,
    });
  const value = parsed(bodyText(body));
  if (!isObject(value)) throw unreadable("The body is not a JSON object");
  return value;
}

function parsed(text: string): Value {
  try {
    return parseJson(text);
  } catch (error) {
    throw unreadable(error instanceof Error ? error.message : "The body is not JSON");
  }
}

function write({ status, answer, location }: Reply, route: Route, requestId: string): HttpAnswer {
  const headers = { "x-amzn-requestid": requestId, ...(location !== undefined && { location }) };
  if (status === 204) return { status, headers, body: null };
  const body = writeAnswer(answer, new Set(route.embedded));
  return { status, headers: { ...headers, "content-type": "application/json" }, body };
}

/** Members that are JSON texts go in as they stand: number texts survive and nothing is parsed. */
function writeAnswer(answer: Answer, embedded: ReadonlySet<string>): string {
  const members = Object.entries(answer).map(
    ([name, value]) => `${JSON.stringify(name)}:${embedded.has(name) ? value : JSON.stringify(value)}`,
  );
  return `{${members.join(",")}}`;
}
