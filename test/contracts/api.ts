/**
 * The API as its clients meet it, whichever shape it runs in: signed requests in, answers out. Each subject has its
 * own door (a port on loopback, a function behind API Gateway), its own store, and its own way of getting on with
 * the work.
 */
import { randomBytes } from "node:crypto";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { mintBearer } from "../../lib/api/bearer.ts";
import { isOperation } from "../../lib/api/operations.ts";
import { type Credentials, signedHeadersOf } from "../../lib/api/signature.ts";
import { refused } from "../api/refused.ts";
import { type Answered, callback, pass, refusal, role, wait } from "../api/requests.ts";
import { mayCall, requestsByRole } from "../api/requests-by-role.ts";

export interface ApiSubject {
  readonly account: string;
  readonly region: string;
  /** Of a key that may do everything. */
  readonly admin: Credentials;
  /** Of a key with the role `start`, for machines called `orders-*`. */
  readonly starter: Credentials;
  readonly url: string;
  /** Bytes that a request's body may have. */
  readonly largestBody: number;
  send(request: Request): Promise<Response>;
  /** Lets the work go on for a moment, or does a piece of it. */
  work(): Promise<void>;
  /** The tokens that Tasks handed over, oldest first. */
  readonly tokens: readonly string[];
  close(): Promise<void>;
}

export function apiContract(title: string, open: () => Promise<ApiSubject>): void {
  describe(`the API: ${title}`, { timeout: 60_000 }, () => {
    let subject: ApiSubject;
    beforeAll(async () => {
      subject = await open();
    });
    afterAll(async () => await subject.close());

    async function ask(method: string, path: string, sent: Sent = {}): Promise<Answered> {
      const { body = "", credentials = subject.admin, headers: given = {} } = sent;
      const url = new URL(path, subject.url);
      const unsigned = { method, url, headers: new Headers(given), body: Buffer.from(body) };
      const headers = signedHeadersOf(unsigned, { credentials, region: subject.region, now: Date.now() });
      if (sent.authorization !== undefined) headers.set("authorization", sent.authorization);
      if (sent.authorization === "") headers.delete("authorization");
      const hasBody = method === "GET" ? {} : { body };
      const response = await subject.send(new Request(url, { method, headers, ...hasBody }));
      const text = await response.text();
      return { status: response.status, headers: response.headers, body: text === "" ? undefined : JSON.parse(text) };
    }

    async function call(operation: string, input: object, sent: Sent = {}): Promise<Answered> {
      return await ask("POST", "/", { ...sent, headers: wireHeaders(operation), body: JSON.stringify(input) });
    }

    async function rest(line: string, body?: object, sent: Sent = {}): Promise<Answered> {
      const [method = "GET", path = "/"] = line.split(" ");
      const json = body === undefined ? {} : { body: JSON.stringify(body), headers: jsonHeaders };
      return await ask(method, path, { ...sent, ...json });
    }

    /** Works until there is something. */
    async function until<T>(look: () => Promise<T | undefined>): Promise<T> {
      for (;;) {
        const found = await look();
        if (found !== undefined) return found;
        await subject.work();
      }
    }

    const ended = (executionArn: string, included: object = {}): Promise<Answered["body"]> =>
      until(async () => {
        const { body } = await call("DescribeExecution", { executionArn, ...included });
        return body.status === "RUNNING" ? undefined : body;
      });

    const arnOf = (name: string): string => `arn:aws:states:${subject.region}:${subject.account}:stateMachine:${name}`;
    const fresh = (prefix: string): string => `${prefix}-${randomBytes(4).toString("hex")}`;

    async function create(name: string, definition: string, more: object = {}): Promise<Answered> {
      return await call("CreateStateMachine", { name, definition, roleArn: role, ...more });
    }

    test("what is written down is applied once: create, describe, update, publish, alias, tag, delete", async () => {
      const name = fresh("kept");
      const stateMachineArn = arnOf(name);
      const routingConfiguration = [{ stateMachineVersionArn: `${stateMachineArn}:1`, weight: 100 }];
      const apply = async (): Promise<readonly number[]> => {
        const answers = [
          await create(name, pass, { tags: [{ key: "stage", value: "prod" }] }),
          await call("UpdateStateMachine", { stateMachineArn, definition: pass, roleArn: role, publish: true }),
          await call("TagResource", { resourceArn: stateMachineArn, tags: [{ key: "owner", value: "us" }] }),
          await call("CreateStateMachineAlias", { name: "live", routingConfiguration }),
          await call("UpdateStateMachineAlias", {
            stateMachineAliasArn: `${stateMachineArn}:live`,
            routingConfiguration,
          }),
        ];
        return answers.map(({ status }) => status);
      };
      const look = async (): Promise<readonly unknown[]> => {
        const answers = await Promise.all([
          call("DescribeStateMachine", { stateMachineArn }),
          call("DescribeStateMachine", { stateMachineArn: `${stateMachineArn}:1` }),
          call("DescribeStateMachineAlias", { stateMachineAliasArn: `${stateMachineArn}:live` }),
          call("ListStateMachineVersions", { stateMachineArn }),
          call("ListTagsForResource", { resourceArn: stateMachineArn }),
        ]);
        return answers.map(({ status, body }) => ({ status, body }));
      };
      expect(await apply()).toEqual([200, 200, 200, 200, 200]);
      const once = await look();
      expect(once).toMatchObject(Array.from({ length: 5 }, () => ({ status: 200 })));
      expect(await apply()).toEqual([200, 200, 200, 200, 200]);
      expect(await look()).toEqual(once);
      for (let times = 0; times < 2; times++)
        expect((await call("DeleteStateMachine", { stateMachineArn })).status).toBe(200);
      const gone = await until(async () => {
        const answered = await call("DescribeStateMachine", { stateMachineArn });
        return answered.status === 200 ? undefined : answered; // it may be DELETING for a while
      });
      expect(refusal(gone)).toBe(`StateMachineDoesNotExist: State Machine Does Not Exist: '${stateMachineArn}'`);
    });

    test("an execution, its history in pages, and a name that is taken", async () => {
      const name = fresh("orders");
      await create(name, pass);
      const asked = { stateMachineArn: arnOf(name), name: "one", input: '{"n":1.0}' };
      const started = await call("StartExecution", asked);
      expect(started.body).toEqual({
        executionArn: expect.stringContaining(`:${name}:one`),
        startDate: expect.any(Number),
      });
      const { executionArn } = started.body;
      expect(await ended(executionArn)).toMatchObject({ status: "SUCCEEDED", input: '{"n":1.0}', output: '{"n":1.0}' });
      expect(refusal(await call("StartExecution", asked))).toBe(
        `ExecutionAlreadyExists: Execution Already Exists: '${executionArn}'`,
      );
      const types: string[] = [];
      for (let nextToken: string | undefined, pages = 0; pages < 9; pages++) {
        const { body } = await call("GetExecutionHistory", {
          executionArn,
          maxResults: 2,
          ...(nextToken && { nextToken }),
        });
        types.push(...body.events.map(({ type }: { type: string }) => type));
        nextToken = body.nextToken;
        if (!nextToken) break;
      }
      expect(types).toEqual(["ExecutionStarted", "PassStateEntered", "PassStateExited", "ExecutionSucceeded"]);
      const listed = await call("ListExecutions", { stateMachineArn: arnOf(name), statusFilter: "SUCCEEDED" });
      expect(listed.body.executions).toMatchObject([{ executionArn, status: "SUCCEEDED" }]);
      const forged = { stateMachineArn: arnOf(name), nextToken: "forged" };
      expect(refusal(await call("ListExecutions", forged))).toBe("InvalidToken: Invalid Token: 'Invalid token'");
    });

    test("lists of names as long as can be, in pages of one", async () => {
      const before = subject.tokens.length;
      const longest = (last: string): string => last.padStart(80, "\u65e5");
      const names = [longest(fresh("a")), longest(fresh("b"))];
      for (const name of names) {
        await create(name, callback);
        for (const one of ["1", "2"])
          await call("StartExecution", { stateMachineArn: arnOf(name), name: longest(one) });
      }
      await until(async () => subject.tokens[before + 3]);
      const stateMachineArn = arnOf(names[0] ?? "");
      const asked = (path: string, input: { readonly nextToken?: string }): Promise<Answered> => {
        if (!path.startsWith("/")) return call(path, { ...input, maxResults: 1 });
        const next = input.nextToken === undefined ? "" : `&nextToken=${encodeURIComponent(input.nextToken)}`;
        return rest(`GET ${path}?maxResults=1${next}`);
      };
      for (const [path, more, fewest] of [
        ["ListStateMachines", {}, 2],
        ["ListExecutions", { stateMachineArn }, 2],
        ["/executions", {}, 4],
        ["/inbox", {}, 4],
      ] as const) {
        let found = 0;
        for (let nextToken: string | undefined, pages = 0; pages < 100; pages++) {
          const { status, body } = await asked(path, { ...more, ...(nextToken && { nextToken }) });
          expect([path, status, body.message]).toEqual([path, 200, undefined]);
          found += (body.stateMachines ?? body.executions ?? body.tasks).length;
          nextToken = body.nextToken;
          if (!nextToken) break;
        }
        expect(found).toBeGreaterThanOrEqual(fewest);
      }
    });

    test("a request may have 5 MB, and whatever more this shape takes, to the byte", async () => {
      const name = fresh("large");
      await create(name, pass);
      const bodyOf = (bytes: number): string => {
        const around = JSON.stringify({ stateMachineArn: arnOf(name), name: `of-${bytes}`, input: '""' });
        return around.replace('\\"\\"', `\\"${"x".repeat(bytes - around.length)}\\"`);
      };
      const headers = {
        "x-amz-target": "AWSStepFunctions.StartExecution",
        "content-type": "application/x-amz-json-1.0",
      };
      const fiveMegabytes = 5 * 1024 * 1024;
      const body = bodyOf(fiveMegabytes);
      expect(Buffer.byteLength(body)).toBe(fiveMegabytes);
      const started = await ask("POST", "/", { headers, body });
      expect(started.status).toBe(200);
      // Its input and its output together are more than a Lambda function may answer.
      const described = await ended(started.body.executionArn, { includedData: "METADATA_ONLY" });
      expect(described.status).toBe("SUCCEEDED");
      const tooLarge = await ask("POST", "/", { headers, body: bodyOf(subject.largestBody + 1) });
      expect(tooLarge.status).toBe(413);
    });

    test("a task token is answered once, over the wire or REST", async () => {
      const name = fresh("orders");
      await create(name, callback);
      for (const way of ["wire", "rest"]) {
        const before = subject.tokens.length;
        const { executionArn } = (await call("StartExecution", { stateMachineArn: arnOf(name), name: way })).body;
        const taskToken = await until(async () => subject.tokens[before]);
        const answer = async (): Promise<Answered> =>
          way === "wire"
            ? await call("SendTaskSuccess", { taskToken, output: '{"yes":true}' })
            : await rest(`POST /tasks/${encodeURIComponent(taskToken)}/success`, { output: { yes: true } });
        expect((await answer()).status).toBe(way === "wire" ? 200 : 204);
        expect((await answer()).status).toBe(way === "wire" ? 400 : 410);
        expect((await ended(executionArn)).output).toBe('{"yes":true}');
      }
    });

    test("each operation refuses what the table of refusals says, in the service's words", async () => {
      await create("passes", pass);
      await create("waits", wait);
      const ours = (text: string): string => text.replaceAll("000000000000", subject.account);
      const answers: string[] = [];
      for (const [operation, input] of refused) {
        const body = ours(typeof input === "string" ? input : JSON.stringify(input));
        answers.push(refusal(await ask("POST", "/", { headers: wireHeaders(operation), body })));
      }
      expect(answers).toEqual(refused.map(([, , expected]) => ours(expected)));
    });

    test("REST: create, start by name, describe, stop, problems", async () => {
      const name = fresh("orders");
      const definition = JSON.parse(callback);
      expect((await rest("POST /state-machines", { name, definition })).status).toBe(201);
      const started = await rest(`POST /state-machines/${name}/executions`, { name: "a", input: { n: 1 } });
      const path = `/state-machines/${name}/executions/a`;
      expect([started.status, started.headers.get("location")]).toEqual([201, path]);
      expect((await rest(`GET ${path}`)).body).toMatchObject({ status: "RUNNING", input: { n: 1 } });
      expect((await rest(`DELETE ${path}?error=Enough`)).status).toBe(200);
      expect((await rest(`GET ${path}`)).body).toMatchObject({ status: "ABORTED", error: "Enough" });
      const missing = await rest("GET /state-machines/absent");
      expect([missing.status, missing.headers.get("content-type")]).toEqual([404, "application/problem+json"]);
      expect((await ask("GET", "/openapi.json")).body).toMatchObject({ openapi: "3.1.0" });
    });

    test("what breaks the service's constraints is refused in its words", async () => {
      expect(refusal(await call("StartExecution", {}))).toBe(
        "ValidationException: 1 validation error detected: Value null at 'stateMachineArn' failed to satisfy constraint: Member must not be null",
      );
      expect(refusal(await call("DescribeExecution", { executionArn: "arn:nonsense" }))).toMatch(/^InvalidArn: /);
      expect(refusal(await create("a b", pass))).toBe("InvalidName: Invalid Name: 'a b'");
      expect(refusal(await call("NoSuchOperation", {}))).toMatch(/^UnknownOperationException: /);
    });

    test("each operation with a key that may start what is called orders-*", async () => {
      await call("CreateActivity", { name: "orders-pack" });
      await create("orders-eu", callback, { publish: true });
      const before = subject.tokens.length;
      await call("StartExecution", { stateMachineArn: arnOf("orders-eu"), name: "one" });
      const taskToken = await until(async () => subject.tokens[before]);
      const requests = requestsByRole({ account: subject.account, taskToken });
      const names = (Object.keys(requests) as (keyof typeof requests)[]).filter(isOperation);
      // The long poll would last.
      const asked = names.filter((name) => name !== "GetActivityTask");
      const denied: string[] = [];
      for (const name of asked) {
        const answered = await call(name, requests[name][1], { credentials: subject.starter });
        if (answered.headers.get("x-amzn-errortype") === "AccessDeniedException") denied.push(name);
        expect(answered.status, name).toBeLessThan(500);
      }
      expect(denied).toEqual(asked.filter((name) => !mayCall(requests, name, "start", "covering")));
      expect(denied.length).toBeGreaterThan(15);
    });

    test("keys: signatures and bearer tokens, within the role and the names of the key", async () => {
      const name = fresh("orders");
      await create(name, pass);
      const as = { credentials: subject.starter };
      expect((await call("StartExecution", { stateMachineArn: arnOf(name) }, as)).status).toBe(200);
      expect(refusal(await call("DeleteStateMachine", { stateMachineArn: arnOf(name) }, as))).toMatch(
        /^AccessDeniedException: User: \S+ is not authorized to perform: states:DeleteStateMachine on resource: /,
      );
      expect(refusal(await call("StartExecution", { stateMachineArn: arnOf("bills") }, as))).toMatch(/^AccessDenied/);
      const authorization = `Bearer ${mintBearer(subject.starter)}`;
      const borne = await rest("GET /caller", undefined, { authorization });
      expect(borne.body).toEqual({ accessKeyId: subject.starter.accessKeyId, role: "start", machines: ["orders-*"] });
      expect((await rest(`DELETE /state-machines/${name}`, undefined, { authorization })).status).toBe(403);
      const wrong = { credentials: { ...subject.starter, secretAccessKey: "guess" } };
      expect(refusal(await call("ListStateMachines", {}, wrong))).toMatch(/^InvalidSignatureException: /);
      expect(refusal(await call("ListStateMachines", {}, { authorization: "" }))).toBe(
        "MissingAuthenticationTokenException: Missing Authentication Token",
      );
    });
  });
}

interface Sent {
  readonly body?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly credentials?: Credentials;
  /** Instead of the signature; empty: none. */
  readonly authorization?: string;
}

const wireHeaders = (operation: string): Record<string, string> => ({
  "x-amz-target": `AWSStepFunctions.${operation}`,
  "content-type": "application/x-amz-json-1.0",
});

const jsonHeaders = { "content-type": "application/json" };
