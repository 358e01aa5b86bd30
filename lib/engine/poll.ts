/** The messages about jobs (`job.ts`) worked off: one is asked for, or stopped. */
import type { Signal } from "../asl/transition.ts";
import { answerOpenClaim, openClaim } from "./answer.ts";
import { type Command, keyOf } from "./command.ts";
import type { Engine } from "./engine.ts";
import { headOf } from "./head.ts";
import { executionName, machineArn } from "./identity.ts";
import type { StopJob } from "./job.ts";
import type { JobCall, JobState, Jobs } from "./job-port.ts";
import type { Delivery, Verdict } from "./ports.ts";
import { redelivered } from "./redelivery.ts";
import { awaitingEnd } from "./release.ts";
import type { Header, Segment } from "./segment.ts";

/** Who is asked and does not answer in this time is asked again later. */
const longestAsking = 20_000;
/** Until one who did not answer is told again to stop a job. */
const againAfter = 30_000;

type Poll = Extract<Command, { readonly kind: "poll" }>;

export async function pollJob(engine: Engine, command: Poll, delivery: Delivery): Promise<Verdict> {
  const { execution, branch, claim } = command;
  const place = { execution, branch, seq: claim };
  const outcome = await answerOpenClaim(
    engine,
    place,
    (head, header) => standing(engine, command, head, header),
    keyOf(command),
  );
  return outcome === "answered" ? { kind: "done" } : redelivered(engine, command, delivery);
}

/** Nothing to say where this poll was answered before. */
async function standing(engine: Engine, command: Poll, head: Segment, header: Header): Promise<Signal | undefined> {
  const { doing } = head.position;
  if (doing.kind !== "working" || doing.job?.polls !== command.polls) return undefined;
  const { resource, roleArn } = doing.call;
  const job = {
    ...callerOf(command, header),
    resource,
    job: doing.job.note,
    ...(roleArn === undefined ? {} : { roleArn }),
  };
  const state = await within(engine, job, (call) => jobsOf(engine).poll(call), { kind: "running" });
  return signalOf(state);
}

function signalOf(state: JobState): Signal {
  switch (state.kind) {
    case "running":
      return { kind: "polled" };
    case "succeeded":
      return { kind: "succeeded", output: state.output };
    case "failed":
      return { kind: "failed", failure: { error: state.error, cause: state.cause } };
  }
}

function callerOf(
  { execution, branch, claim }: Poll | StopJob,
  header: Header,
): Omit<JobCall, "resource" | "job" | "signal"> {
  const tenant = executionName(execution);
  return {
    account: tenant.account,
    region: tenant.region,
    machineRoleArn: header.roleArn,
    stateMachineArn: machineArn(tenant, tenant.machine),
    claim: { execution, branch, seq: claim },
  };
}

function jobsOf({ world }: Engine): Jobs {
  if (world.tasks.jobs === undefined) throw new Error("a job is waited for that nobody can be asked about");
  return world.tasks.jobs;
}

/** What `ask` comes to, or `otherwise` when the time is over. */
function within<T>(
  engine: Engine,
  call: Omit<JobCall, "signal">,
  ask: (call: JobCall) => Promise<T>,
  otherwise: T,
): Promise<T> {
  const abort = new AbortController();
  return new Promise((resolve, reject) => {
    const cancel = engine.world.clock.at(engine.world.clock.now() + longestAsking, () => {
      resolve(otherwise);
      abort.abort(new Error("the time for asking is over"));
    });
    ask({ ...call, signal: abort.signal })
      .then(resolve, reject)
      .finally(cancel);
  });
}

export async function stopJob(engine: Engine, command: StopJob): Promise<Verdict> {
  const { execution, branch, claim, resource, note, roleArn } = command;
  const head = await headOf(engine, execution, branch);
  if (head && openClaim(head.position) === claim) return awaitingEnd(engine, command);
  const header = await engine.header(execution);
  const job = { ...callerOf(command, header), resource, job: note, ...(roleArn === undefined ? {} : { roleArn }) };
  const stopped = await within(
    engine,
    job,
    (call) =>
      jobsOf(engine)
        .stop(call)
        .then(() => true),
    false,
  );
  return stopped ? { kind: "done" } : { kind: "later", at: engine.world.clock.now() + againAfter };
}
