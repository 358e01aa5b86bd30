/** `baton inbox`: what waits for people is found, shown without its token, and answered; who answered is in the history. */
import { readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type LocalBaton, startLocal } from "../../lib/local/baton.ts";
import { baton, folderOf, type Said } from "./baton.ts";

const ask = (question: string, more: object = {}): object => ({
  Type: "Task",
  Resource: "arn:aws:states:::lambda:invoke.waitForTaskToken",
  Parameters: {
    FunctionName: "ask",
    Payload: { question, "token.$": "$$.Task.Token", ...more },
  },
  TimeoutSeconds: 86_400,
});

const folder = folderOf({
  "approval.asl.json": {
    StartAt: "Both",
    States: {
      Both: {
        Type: "Parallel",
        Branches: [
          {
            StartAt: "Boss",
            States: {
              Boss: {
                ...ask("Approve order A9?", { schema: { type: "object", properties: { limit: { maximum: 500 } } } }),
                End: true,
              },
            },
          },
          {
            StartAt: "Stock",
            States: {
              Stock: {
                ...ask("Is it there?", { schema: { required: true, properties: { there: null, by: { enum: "x" } } } }),
                End: true,
              },
            },
          },
        ],
        Catch: [{ ErrorEquals: ["Refused"], Next: "No" }],
        End: true,
      },
      No: { Type: "Pass", End: true },
    },
  },
  "ask.mjs": "export const handler = async () => ({});\n",
});
let server: LocalBaton;

const inbox = async (...parameters: readonly string[]): Promise<Said> =>
  await baton("inbox", ...parameters, "--url", server.url);
/** Until the tasks that are to be open are. */
async function listed(
  count: number,
): Promise<readonly { id: string; state: string; token: string; executionArn: string }[]> {
  return await expect
    .poll(async () => JSON.parse((await inbox("--json")).out), { timeout: 10_000 })
    .toHaveLength(count)
    .then(async () => JSON.parse((await inbox("--json")).out));
}

beforeAll(async () => {
  server = await startLocal({ port: 0, folder: join(folder, "data"), functionFolders: [folder] });
  await fetch(`${server.url}/state-machines`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({
      name: "approval",
      definition: JSON.parse(readFileSync(join(folder, "approval.asl.json"), "utf8")),
    }),
  });
});
afterAll(async () => {
  await server.close();
  rmSync(folder, { recursive: true, force: true });
});

describe("baton inbox", () => {
  test("nothing waits", async () => {
    expect(await inbox()).toMatchObject({ code: 0, out: "nothing waits for an answer\n" });
    for (const machine of ["approval", "arn:aws:states:us-east-1:000000000000:stateMachine:approval"])
      expect(await inbox("--machine", machine)).toMatchObject({ code: 0, out: "nothing waits for an answer\n" });
  });

  test.each([[[]], [["--json"]], [["list"]], [["show", "A9"]]])("of a machine that is not there: %j", async (typed) => {
    const err = "there is no state machine 'nobody' in Region us-east-1; there are: approval\n";
    expect(await inbox(...typed, "--machine", "nobody")).toMatchObject({ code: 1, out: "", err });
  });

  test("two branches ask, one is approved and one refused with a comment", async () => {
    await baton("start", "approval", "--name", "A9", "--url", server.url);
    const tasks = await listed(2);
    const { out } = await inbox();
    expect(out).toMatch(/^TASK +MACHINE +EXECUTION +STATE +WAITING +DEADLINE +ASK\n/);
    expect(out).toMatch(/ approval +A9 +Boss +\S+ \S+ +in 23 h 59 m +Approve order A9\?/);
    for (const { token } of tasks) expect(out).not.toContain(token);

    const [boss, stock] = ["Boss", "Stock"].map((state) => tasks.find((task) => task.state === state));
    const shown = await inbox("show", "A9/Boss");
    expect(shown.out).toMatch(
      /asks +Approve order A9\?[\s\S]*answer +\{"type":"object",[\s\S]*\(the task token\)[\s\S]*baton inbox approve \S+ --endpoint http/,
    );
    expect(shown.out).not.toContain(boss?.token.split(".")[0]);

    for (const named of ["A9", "approval/A9", boss?.executionArn ?? ""]) {
      expect((await inbox("show", `${named}/Boss`)).out).toMatch(/^A9\/Boss {2}t-[\s\S]*asks +Approve order A9\?/);
      expect(await inbox("approve", named)).toMatchObject({
        code: 1,
        err: expect.stringContaining(`'${named}' may be t-`),
      });
    }
    expect(await inbox("approve", boss?.id.slice(0, 8) ?? "", "--by", "mia", "--comment", "fine")).toMatchObject({
      code: 0,
      out: "approved A9/Boss\n",
    });
    expect((await listed(1)).map(({ id }) => id)).toEqual([stock?.id]);
    expect((await inbox("refuse", "A9", "--by", "tom", "--comment", "sold out")).out).toBe("refused A9/Stock\n");

    const history = async () => JSON.parse((await baton("history", "A9", "--json", "--url", server.url)).out);
    await expect.poll(async () => (await history()).at(-1).type, { timeout: 10_000 }).toBe("ExecutionSucceeded");
    const events: { type: string; taskSucceededEventDetails?: { output: string } }[] = await history();
    // The function that hands the token over may not have answered yet.
    const refused = events.find(({ type }) => /^Task(Submit)?Failed$/.test(type));
    expect(Object.values(refused ?? {})).toContainEqual(
      expect.objectContaining({ error: "Refused", cause: "refused by tom: sold out" }),
    );
    const approved = events.find(({ type }) => type === "TaskSucceeded")?.taskSucceededEventDetails?.output;
    expect(JSON.parse(approved ?? "")).toEqual({ approved: true, by: "mia", comment: "fine" });
    expect(await inbox("approve", "A9")).toMatchObject({ code: 1, err: expect.stringMatching(/nothing that waits/) });
  });

  test("pages follow one another, with all machines or one; a wrong token is none of ours", async () => {
    for (const name of ["B1", "B2", "B3"]) await baton("start", "approval", "--name", name, "--url", server.url);
    await listed(6);
    // biome-ignore lint/suspicious/noExplicitAny: answers are foreign JSON
    const get = async (query: string): Promise<any> => await (await fetch(`${server.url}/inbox?${query}`)).json();
    for (const scope of ["", "machine=approval&"]) {
      const first = await get(`${scope}maxResults=1`);
      // A page ends between executions looked into together.
      expect(first.tasks).toHaveLength(6);
      expect((await get(`${scope}maxResults=1&nextToken=${first.nextToken}`)).tasks).toEqual([]);
      expect((await get(`${scope}nextToken=${first.nextToken}x`)).title).toBe("InvalidToken");
    }
    expect((await get("machine=approval&execution=B2")).tasks).toHaveLength(2);
    expect((await get("machine=approval&execution=no")).title).toBe("ExecutionDoesNotExist");
    expect((await get("execution=B2")).title).toBe("ValidationException");
    expect((await get("machine=nothing")).tasks).toEqual([]);
  });

  test("an output of one's own, and what cannot take a comment", async () => {
    const task = (await listed(6)).find(({ state }) => state === "Boss");
    const id = task?.id ?? "";
    expect(await inbox("approve", id, "--output", "{")).toMatchObject({
      code: 1,
      err: expect.stringMatching(/is not JSON/),
    });
    expect(await inbox("approve", id, "--output", "[1]", "--comment", "x")).toMatchObject({ code: 1 });
    expect(await inbox("approve", id, "--output", '{"limit":501}')).toMatchObject({
      code: 1,
      err: expect.stringMatching(/not as the task asks for it.*\n +limit has to be at most 500, but is 501\./),
    });
    const { out } = await inbox("approve", id, "--output", '{"limit":5}', "--by", "mia", "--json");
    expect(JSON.parse(out).output).toEqual({ limit: 5, by: "mia" });
    expect(JSON.parse(out)).toMatchObject({ answered: "approved", state: "Boss" });
    const next = (await listed(5)).find(({ state }) => state === "Stock")?.id ?? "";
    for (const signature of ["--comment", "--by"])
      expect(await inbox("approve", next, "--output", "[1]", signature, "x")).toMatchObject({
        code: 1,
        err: "who answers and a comment go into the output, which has to be a JSON object for that\n",
      });
    expect(await inbox("approve", next, "--output", '{"approved":false}')).toMatchObject({
      code: 0,
      out: expect.stringMatching(/^answered "approved": false to B\d\/Stock\n$/),
      err: expect.stringMatching(/^warning: the task has succeeded with "approved": false; baton inbox refuse /),
    });
  });
});
