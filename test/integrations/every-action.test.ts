/**
 * Every action of every optimized integration in each of its patterns, as the SDK writes it on the wire: accepted,
 * its job asked for, ended well, ended badly, stopped; refused. The services' answers are those of `action-table.ts`.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import type { CallResult } from "../../lib/engine/ports.ts";
import { services } from "../../lib/integrations/services/services.ts";
import { type ActionRow, plainActions } from "./action-table.ts";
import { type AnsweringServer, type Question, type Reply, startAnswering } from "./answering.ts";
import { clusterActions } from "./cluster-actions.ts";
import { begin, jobOf, jobs, run } from "./job-runner.ts";

const table = { ...plainActions, ...clusterActions };
const rows = Object.entries(table);
const withJob = rows.flatMap(([resource, row]) => (row.job ? [[resource, row, row.job] as const] : []));

/** These are tested elsewhere, against servers of their own. */
const elsewhere = /^(dynamodb|sqs|sns|events|emr-containers|bedrockagentcore):|^bedrock:invokeModel$/;

test("no action is without a row", () => {
  const all = services.flatMap(({ resource, actions }) => Object.keys(actions).map((name) => `${resource}:${name}`));
  expect(Object.keys(table).sort()).toEqual(all.filter((name) => !elsewhere.test(name)).sort());
});

/** `docs/integrations.md`: a row for each action, whose last cell says what it is tested against. */
test("no action is without documentation", () => {
  const text = readFileSync(join(import.meta.dirname, "../../docs/integrations.md"), "utf8");
  const documented = text.split("\n").filter((line) => line.startsWith("| `"));
  expect(documented.filter((line) => !/\| [^|]{4,} \|$/.test(line))).toEqual([]);
  const missing = services.flatMap(({ resource, actions }) =>
    Object.keys(actions).filter((name) => {
      const form = new RegExp(`\`(${resource}:)?${name}\``);
      return !documented.some((line) => line.startsWith(`| \`${resource}:`) && form.test(line.split(" | ")[0] ?? ""));
    }),
  );
  expect(missing).toEqual([]);
});

const read = (text: string) => JSON.parse(text) as object;
const outputOf = (result: CallResult) => read(result.kind === "failed" ? result.cause : result.output);
const told = (body: object | undefined): Reply =>
  body === undefined
    ? { status: 404, headers: { "x-amzn-errortype": "ResourceNotFoundException" }, body: { message: "none" } }
    : { body };
const noteIn = (result: CallResult) => (result.kind === "submitted" ? (result.job ?? "") : "");

describe("every action", () => {
  let server: AnsweringServer;
  beforeAll(async () => {
    server = await startAnswering();
    const settings = { AWS_ENDPOINT_URL: server.url, AWS_ACCESS_KEY_ID: "any", AWS_SECRET_ACCESS_KEY: "any" };
    for (const [name, value] of Object.entries(settings)) vi.stubEnv(name, value);
  });
  afterAll(async () => {
    vi.unstubAllEnvs();
    await server.close();
  });

  function answering({ asks, answer = {}, before, job }: ActionRow, ...statuses: readonly string[]): void {
    const left = [...statuses];
    server.rules = [
      ...(before ? [[before[0], () => ({ body: before[1] })] as const] : []),
      ...(job ? [[job.asks, () => told(job.told(left.shift() ?? job.running))] as const] : []),
      [asks, () => ({ body: answer })],
      ...(job?.stop ? [[job.stop[0], () => ({ body: {} })] as const] : []),
    ];
    server.asked.splice(0);
  }

  function expectAsked(question: Question | undefined, form: RegExp, members: object | undefined): void {
    expect(`${question?.method} ${question?.path} ${question?.headers["x-amz-target"] ?? ""}`).toMatch(form);
    if (members !== undefined) expect(read(question?.body || "{}")).toMatchObject(members);
  }

  const isEmpty = (body: string | undefined) => body === undefined || body === "" || body === "{}";

  test.each(rows)("%s", async (resource, row) => {
    answering(row);
    const result = await begin(resource, row.given);
    expect(result).toMatchObject({ kind: "succeeded" });
    const metadata = resource.startsWith("bedrock:") ? {} : { SdkHttpMetadata: { HttpStatusCode: 200 } };
    expect(outputOf(result)).toMatchObject({ ...row.result, ...metadata });
    const question = server.asked.at(-1);
    expectAsked(question, row.asks, row.sent ?? (isEmpty(question?.body) ? undefined : row.given));
  });

  test.each(withJob)("%s.sync, done", async (resource, row, { asks, sent, running, good, result }) => {
    answering(row, running, good);
    const { begun, ended } = await run(`${resource}.sync`, row.given);
    expect(outputOf(begun)).toMatchObject(row.result ?? {});
    expect(server.asked).toHaveLength(3);
    expectAsked(server.asked.at(-1), asks, sent);
    expect(ended.kind).toBe("succeeded");
    if (ended.kind === "succeeded") expect(read(ended.output)).toMatchObject(result(good));
  });

  const endsBadly = withJob.flatMap(([resource, row, job]) =>
    job.bad === undefined ? [] : [[resource, row, job, job.bad] as const],
  );
  test.each(endsBadly)("%s.sync, failed", async (resource, row, job, bad) => {
    answering(row, bad);
    const { ended } = await run(`${resource}.sync`, row.given);
    expect(ended).toMatchObject({ kind: "failed", error: "States.TaskFailed" });
    if (ended.kind === "failed") expect(read(ended.cause)).toMatchObject(job.result(bad));
  });

  test.each(withJob)("%s.sync, stopped", async (resource, row, { stop }) => {
    answering(row);
    const begun = await begin(`${resource}.sync`, row.given);
    server.asked.splice(0);
    await jobs.stop(jobOf(`${resource}.sync`, noteIn(begun)));
    expect(server.asked).toHaveLength(stop ? 1 : 0);
    if (stop) expectAsked(server.asked[0], stop[0], stop[1]);
  });

  const refusing = () => {
    const body = { __type: "ThrottlingException", message: "Rate exceeded" };
    server.rules = [[/./, () => ({ status: 400, headers: { "x-amzn-errortype": "ThrottlingException" }, body })]];
  };

  test.each(
    services.flatMap((service) => rows.filter(([name]) => name.startsWith(`${service.resource}:`)).slice(0, 1)),
  )("%s, refused", async (resource, { given }) => {
    const service = services.find((one) => resource.startsWith(`${one.resource}:`));
    refusing();
    const result = await begin(resource, given);
    const { error = "", cause = "" } = result.kind === "failed" ? result : {};
    expect([`${service?.prefix}.ThrottlingException`, `${service?.prefix}.${service?.generalException}`]).toContain(
      error,
    );
    const details = `(Service: ${service?.product}; Status Code: 400; Error Code: ThrottlingException; `;
    expect(cause).toContain(`Rate exceeded ${details}`);
  });

  test.each(withJob)("%s.sync, its service too busy to tell of it: it goes on", async (resource, row) => {
    answering(row);
    const job = jobOf(`${resource}.sync`, noteIn(await begin(`${resource}.sync`, row.given)));
    refusing();
    expect(await jobs.poll(job)).toEqual({ kind: "running" });
    if (row.job?.stop) await expect(jobs.stop(job)).rejects.toThrow(/could not be stopped/);
  });
});
