/** `.sync` tasks whose job has to be asked for: its end, its failure, and what becomes of it when nobody waits any more. */
import { expect, test } from "vitest";
import { handle } from "../../lib/engine/advance.ts";
import { encodeCommand } from "../../lib/engine/codec.ts";
import { describeExecution } from "../../lib/engine/describe.ts";
import { readHistory } from "../../lib/engine/history.ts";
import type { JobCall, JobState } from "../../lib/engine/job-port.ts";
import type { CallResult, Tasks } from "../../lib/engine/ports.ts";
import { stopExecution } from "../../lib/engine/stop.ts";
import { waitingBranches } from "../../lib/engine/waiting.ts";
import { setup } from "./setup.ts";

const resource = "arn:aws:states:::glue:startJobRun.sync";
const task = { Type: "Task", Resource: resource, Parameters: { JobName: "j" }, End: true };
const begun: CallResult = { kind: "submitted", output: '{"JobRunId":"1"}', job: "note" };

interface Asked {
  readonly polls: JobCall[];
  readonly stops: JobCall[];
}

/** A job that runs for so many askings, and then comes to `end`. */
function jobs(runs: number, end: JobState = { kind: "succeeded", output: '{"JobRunState":"SUCCEEDED"}' }) {
  const asked: Asked = { polls: [], stops: [] };
  const tasks: Tasks = {
    call: async () => begun,
    jobs: {
      poll: async (job) => (asked.polls.push(job) > runs ? end : { kind: "running" }),
      stop: async (job) => void asked.stops.push(job),
    },
  };
  return { asked, tasks };
}

test("a job is asked for until it is over, with longer and longer pauses, and its answer is the result", async () => {
  const { asked, tasks } = jobs(30);
  const { engine, id, pass, world } = await setup({ Job: task }, { tasks });
  await pass(60_000);
  expect(asked.polls).toHaveLength(12);
  expect(asked.polls[0]).toMatchObject({ resource, job: "note", region: "eu-central-1", machineRoleArn: "role" });
  expect((await waitingBranches(engine, id))[0]?.reason).toMatch(
    /^waits for the job that state Job began, asked for 12 times, since /,
  );
  await pass(24 * 3_600_000);
  expect(asked.polls).toHaveLength(31);
  expect(asked.stops).toEqual([]);
  expect((await describeExecution(engine, id))?.output).toBe('{"JobRunState":"SUCCEEDED"}');
  expect((await readHistory(engine, id)).map(({ type }) => type)).toEqual([
    "ExecutionStarted",
    "TaskStateEntered",
    "TaskScheduled",
    "TaskStarted",
    "TaskSubmitted",
    "TaskSucceeded",
    "TaskStateExited",
    "ExecutionSucceeded",
  ]);
  // Start, claim, submitted, result: and one for each asking that found it at work.
  expect(world.segments()).toHaveLength(4 + 30);
});

test("a job that fails is a task that has failed", async () => {
  const { tasks } = jobs(0, { kind: "failed", error: "States.TaskFailed", cause: '{"JobRunState":"FAILED"}' });
  const { engine, id, pass } = await setup({ Job: task }, { tasks });
  await pass(10_000);
  expect((await describeExecution(engine, id))?.summary).toMatchObject({
    status: "FAILED",
    error: "States.TaskFailed",
    cause: '{"JobRunState":"FAILED"}',
  });
});

const parallel = {
  Type: "Parallel",
  Branches: [
    { StartAt: "Job", States: { Job: task } },
    { StartAt: "Rest", States: { Rest: { Type: "Wait", Seconds: 30, Next: "Broken" }, Broken: { Type: "Fail" } } },
  ],
  End: true,
};

test.each([
  ["the execution is stopped", { Job: task }],
  ["its time is over", { Job: { ...task, TimeoutSeconds: 40 } }],
  ["a sibling fails", { Both: parallel }],
])("when %s, the job is stopped", async (what, states) => {
  const { asked, tasks } = jobs(1_000);
  const { engine, id, pass } = await setup(states, { tasks });
  await pass(20_000);
  expect(asked.stops).toEqual([]);
  if (what === "the execution is stopped") await stopExecution(engine, id, {});
  await pass(30_000);
  expect(asked.stops).toMatchObject([{ resource, job: "note" }]);
  const polls = asked.polls.length;
  await pass(3_600_000);
  expect(asked.polls).toHaveLength(polls);
  expect(asked.stops.length).toBeLessThanOrEqual(2); // once at once, once by the guard
});

test("who is told to stop a job while its task is not over yet waits for that as long as it may be written", async () => {
  const { asked, tasks } = jobs(1_000);
  const { engine, id, pass, world } = await setup({ Job: task }, { tasks });
  await pass(20_000);
  const until = world.now() + 50_000;
  const place = { execution: id, branch: "", claim: 1 };
  const body = encodeCommand({ kind: "stop-job", ...place, resource, note: "note", until });
  const told = () => handle(engine, { body, receives: 1, receipt: undefined });
  expect(await told()).toEqual({ kind: "later", at: until - 20_000 });
  await pass(30_000);
  expect(await told()).toEqual({ kind: "later", at: until });
  await pass(20_000);
  expect(await told()).toEqual({ kind: "done" });
  expect(asked.stops).toEqual([]);
});
