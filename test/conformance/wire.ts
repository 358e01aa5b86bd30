/**
 * Runs a recorded case as a client does: the embedded mode's server, the AWS SDK over HTTP, tasks that
 * answer as recorded. Time is real, so that cases which wait are left out.
 */
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  CreateActivityCommand,
  CreateStateMachineCommand,
  DescribeExecutionCommand,
  type DescribeExecutionCommandOutput,
  GetActivityTaskCommand,
  GetExecutionHistoryCommand,
  type HistoryEvent,
  SendTaskFailureCommand,
  SendTaskSuccessCommand,
  SFNClient,
  StartExecutionCommand,
  StartSyncExecutionCommand,
  type StartSyncExecutionCommandOutput,
  StopExecutionCommand,
  TaskTimedOut,
} from "@aws-sdk/client-sfn";
import { folderObjects } from "../../lib/adapters/local/objects.ts";
import type { AwsHistoryEvent } from "../../lib/asl/history.ts";
import { writeJson } from "../../lib/asl/json.ts";
import type { MockedAttempt, Responder } from "../../lib/asl/simulate.ts";
import { answerOpenClaim } from "../../lib/engine/answer.ts";
import { decodeSegment } from "../../lib/engine/codec.ts";
import { branchName } from "../../lib/engine/identity.ts";
import type { Objects } from "../../lib/engine/map-run/ports.ts";
import type { BranchPath, Call, CallResult, ExecutionId, SegmentKey } from "../../lib/engine/ports.ts";
import type { Segment } from "../../lib/engine/segment.ts";
import { mintToken, readToken } from "../../lib/engine/token.ts";
import { type LocalBaton, startLocal } from "../../lib/local/baton.ts";
import { recordsIn } from "./answers.ts";
import type { Runner } from "./check.ts";
import type { ExecutionCase } from "./corpus.ts";
import { answerOf } from "./express.ts";
import { interpret, namesIn, responderOf } from "./interpreter.ts";
import type { Outcome } from "./verdict.ts";

/** Nobody wants to wait longer for one case. */
const longestMilliseconds = 2_000;

const account = "111111111111";
const patienceMilliseconds = 20_000;

export interface Wire {
  readonly run: Runner;
  close(): Promise<void>;
}

export async function openWire(): Promise<Wire> {
  const folder = await mkdtemp(join(tmpdir(), "baton-conformance-"));
  const cases = new Map<string, Case>();
  const baton = await startLocal({
    folder,
    port: 0,
    objects: join(folder, "objects"),
    onError: () => undefined,
    engine: { payloadLimitBytes: 262_144 },
    tasks: { call: (call) => caseOf(cases, call).answer(call) },
  });
  const credentials = { accessKeyId: account, secretAccessKey: "none" };
  const client = new SFNClient({ endpoint: baton.url, region: "us-east-1", credentials, disableHostPrefix: true });
  return {
    run: async (recorded) => {
      const reason = await unfit(recorded);
      if (reason !== undefined) return { kind: "skipped", reason };
      await putFiles(folderObjects(join(folder, "objects")), recorded);
      return new Case(recorded, { baton, client, cases, folder }).play();
    },
    close: async () => {
      client.destroy();
      await baton.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

async function putFiles(objects: Objects, { s3_objects: files = {} }: ExecutionCase): Promise<void> {
  for (const [bucket, keys] of Object.entries(files)) {
    for (const [key, body] of Object.entries(keys)) await objects.write({ bucket, key }, body);
  }
}

/** In virtual time it shows how long a case would take. */
async function unfit(recorded: ExecutionCase): Promise<string | undefined> {
  const { history } = await interpret(recorded);
  const milliseconds = (history.at(-1)?.timestamp ?? 0) - (history[0]?.timestamp ?? 0);
  return milliseconds > longestMilliseconds ? "it would take more than two seconds of real time" : undefined;
}

function caseOf(cases: ReadonlyMap<string, Case>, call: Call): Case {
  // A child of a Map Run is an execution of the same machine.
  const [, machine = ""] = /:(?:execution|express):([^:/]+)/.exec(call.idempotencyKey) ?? [];
  const found = cases.get(machine);
  if (found === undefined) throw new Error(`nobody started '${machine}' for ${call.idempotencyKey}`);
  return found;
}

/** The recordings do not say which log group; here none is looked for. */
function loggingOf({ logging, end_event: end }: ExecutionCase) {
  const wanted = logging ?? (end === undefined ? undefined : { level: "ALL" as const, includeExecutionData: true });
  if (wanted === undefined) return undefined;
  const logGroupArn = `arn:aws:logs:us-east-1:${account}:log-group:conformance:*`;
  const { level, includeExecutionData } = wanted;
  const destinations = [{ cloudWatchLogsLogGroup: { logGroupArn } }];
  const loggingConfiguration = { level, includeExecutionData: includeExecutionData === true, destinations };
  return { loggingConfiguration };
}

interface Around {
  readonly baton: LocalBaton;
  readonly client: SFNClient;
  readonly cases: Map<string, Case>;
  readonly folder: string;
}

class Case {
  private readonly recorded: ExecutionCase;
  private readonly folder: string;
  private readonly baton: LocalBaton;
  private readonly client: SFNClient;
  private readonly cases: Map<string, Case>;
  private readonly respond: Responder;
  /** How often each state was scheduled, by state and iteration. */
  private readonly schedulings = new Map<string, number>();
  private readonly name: string;
  /** Answers that are being sent. */
  private readonly underway: Promise<void>[] = [];

  constructor(recorded: ExecutionCase, { baton, client, cases, folder }: Around) {
    this.recorded = recorded;
    this.folder = folder;
    this.baton = baton;
    this.client = client;
    this.cases = cases;
    this.respond = responderOf(recorded);
    this.name = `conformance-${cases.size}`;
  }

  async play(): Promise<Outcome> {
    const { client, recorded, name } = this;
    const roleArn = `arn:aws:iam::${account}:role/${name}`;
    const { definitionText: definition, inputText: input } = recorded;
    const activities = await this.serveActivities();
    const machine = { name, definition, roleArn, type: recorded.type, ...loggingOf(recorded) };
    const { stateMachineArn } = await client.send(new CreateStateMachineCommand(machine));
    const executionArn = `arn:aws:states:us-east-1:${account}:execution:${name}:${name}-run`;
    this.cases.set(name, this);
    if (recorded.type === "EXPRESS") {
      const asked = { stateMachineArn, name: `${name}-run`, input };
      if (recorded.end_event === undefined)
        return this.outcome(await client.send(new StartSyncExecutionCommand(asked)), []);
      await client.send(new StartExecutionCommand(asked));
      return this.outcome(await this.endInLog(), []);
    }
    await client.send(new StartExecutionCommand({ stateMachineArn, name: `${name}-run`, input }));
    if (recorded.stop_execution !== undefined) {
      await this.eventsBefore(executionArn, (recorded.expect.history?.length ?? 1) - 1);
      await client.send(new StopExecutionCommand({ executionArn, ...recorded.stop_execution }));
    }
    const described = await this.described(executionArn);
    activities.abort();
    await Promise.all(this.underway);
    return await this.outcome(described, await this.history(executionArn));
  }

  /** All that is to be known of an Express execution that nobody waits for. */
  private async endInLog(): Promise<Pick<DescribeExecutionCommandOutput, "status" | "output" | "error" | "cause">> {
    const isEnd = ({ type }: { type?: string }) => /^Execution(Succeeded|Failed|TimedOut)$/.test(type ?? "");
    const records = await until(
      () => this.logged(),
      (found) => found.some(isEnd),
    );
    const { type = "", details = {} } = records.find(isEnd) ?? {};
    return { ...details, status: type === "ExecutionSucceeded" ? "SUCCEEDED" : "FAILED" };
  }

  private async logged(): Promise<readonly { readonly type?: string; readonly details?: object }[]> {
    const text = await readFile(join(this.folder, "logs", `${this.name}.jsonl`), "utf8").catch(() => "");
    return recordsIn(text.split("\n").filter((line) => line !== ""));
  }

  private async described(executionArn: string): Promise<DescribeExecutionCommandOutput> {
    const { status, history } = this.recorded.expect;
    if (status === "RUNNING") await this.eventsBefore(executionArn, history?.length ?? 0);
    const ask = () => this.client.send(new DescribeExecutionCommand({ executionArn }));
    return until(ask, (found) => found.status !== "RUNNING" || status === "RUNNING");
  }

  private async eventsBefore(executionArn: string, events: number): Promise<void> {
    await until(
      () => this.history(executionArn),
      (history) => history.length >= events,
    );
  }

  private async history(executionArn: string): Promise<readonly HistoryEvent[]> {
    const events: HistoryEvent[] = [];
    let nextToken: string | undefined;
    do {
      const page = await this.client.send(new GetExecutionHistoryCommand({ executionArn, nextToken, maxResults: 100 }));
      events.push(...(page.events ?? []));
      nextToken = page.nextToken;
    } while (nextToken !== undefined);
    return events;
  }

  /** With the names of the recordings in place of ours. */
  private async outcome(
    described: Partial<DescribeExecutionCommandOutput | StartSyncExecutionCommandOutput>,
    history: readonly HistoryEvent[],
  ): Promise<Outcome> {
    const { execution, roleArn } = namesIn(this.recorded);
    const { name } = this;
    const renamed = <T>(value: T): T =>
      JSON.parse(
        JSON.stringify(value)
          .replaceAll(`arn:aws:iam::${account}:role/${name}`, roleArn)
          .replaceAll(/arn:aws:states:[^:]+:\d+:express:[^"]+/g, execution.id) // its run has a number of its own
          .replaceAll(`${name}-run`, execution.name)
          .replaceAll(name, execution.stateMachine.name),
      );
    const { status = "", output, error, cause } = described;
    return renamed({
      status,
      ...(output === undefined ? {} : { output }),
      ...(error === undefined ? {} : { error }),
      ...(cause === undefined ? {} : { cause }),
      // The SDK's shape is the one that AwsHistoryEvent describes, with a Date for the timestamp.
      ...(loggingOf(this.recorded) === undefined ? {} : { logged: await this.logged() }),
      history: history.map((event) => ({ ...event, timestamp: Number(event.timestamp) }) as AwsHistoryEvent),
      description: {
        executionArn: described.executionArn ?? "",
        name: described.name ?? "",
        stateMachineArn: described.stateMachineArn ?? "",
      },
    });
  }

  /** A call: its own answer at once, what comes later by its token. */
  async answer(call: Call): Promise<CallResult> {
    if (this.recorded.type === "EXPRESS") return answerOf(this.recorded);
    if (call.claim === undefined) throw new Error(`nobody waits for ${call.idempotencyKey}`);
    const { execution, branch, seq } = call.claim;
    const claim = await this.segment(execution, branch, seq);
    const mock = await this.ask(claim);
    if (mock.submitted !== undefined) {
      this.begin(this.send(claim, mock, true));
      return { kind: "submitted", output: writeJson(mock.submitted) };
    }
    if ("result" in mock) return { kind: "succeeded", output: writeJson(mock.result) };
    if ("error" in mock && mock.error !== undefined && mock.cause !== undefined) {
      return { kind: "failed", error: mock.error, cause: mock.cause };
    }
    // A call always has both; where the recording has not, the failure comes by way of the claim.
    this.begin(this.send(claim, mock, false));
    return new Promise(() => undefined);
  }

  /** Its failure is the case's, told when the case ends. */
  private begin(sending: Promise<void>): void {
    sending.catch(() => undefined);
    this.underway.push(sending);
  }

  private async segment(execution: ExecutionId, branch: BranchPath, seq: number): Promise<Segment> {
    const [found] = await this.baton.engine.world.log.branch(execution, branch, seq, 1);
    if (found === undefined) throw new Error(`there is no segment ${execution}${branch}#${seq}`);
    return decodeSegment(found);
  }

  private async ask(claim: Segment): Promise<MockedAttempt> {
    const { state, doing } = claim.position;
    if (doing.kind !== "working") throw new Error(`segment ${claim.branch}#${claim.seq} claims nothing`);
    const iteration = await this.iterationOf(claim);
    const key = JSON.stringify([state, iteration]);
    const scheduling = this.schedulings.get(key) ?? 0;
    this.schedulings.set(key, scheduling + 1);
    const taskToken = mintToken(this.baton.engine, claim, claim.now);
    return this.respond({ ...doing.call, state, scheduling, schedulingOfAll: scheduling, iteration, taskToken });
  }

  private async iterationOf({ execution, branch, position }: Segment): Promise<(readonly [string, number])[]> {
    const { scope } = position;
    const fork = branchName(branch);
    if (fork === undefined || scope === undefined) return [];
    const outer = await this.iterationOf(await this.segment(execution, fork.parent, fork.forkSeq));
    return scope.kind === "Map" ? [[scope.state, scope.index], ...outer] : outer;
  }

  /** `submitted`: not before the call's own answer is in the log. */
  private async send(claim: Segment, mock: MockedAttempt, submitted: boolean): Promise<void> {
    const { engine } = this.baton;
    if (submitted) {
      await until(
        () => engine.world.log.head(claim.execution, claim.branch),
        (head) => head !== undefined && head.seq > claim.seq,
      );
    }
    if ("unresolved" in mock) return;
    if ("timeout" in mock && mock.timeout === true) return this.timeOut(claim);
    // A sibling's failure may have ended it meanwhile.
    await this.sendAnswer(mintToken(engine, claim, claim.now), mock).catch((error: unknown) => {
      if (!(error instanceof TaskTimedOut)) throw error;
    });
  }

  private async timeOut(claim: Segment): Promise<void> {
    const { doing } = claim.position;
    const isTimed =
      doing.kind === "working" && (doing.call.timeoutSeconds ?? doing.call.heartbeatSeconds) !== undefined;
    // Its own time ends it, if it has any.
    if (isTimed) return;
    await answerOpenClaim(this.baton.engine, claim, { kind: "timed-out", by: "timeout" }, "recorded");
  }

  private async sendAnswer(taskToken: string, mock: MockedAttempt): Promise<void> {
    if ("result" in mock) {
      await this.client.send(new SendTaskSuccessCommand({ taskToken, output: writeJson(mock.result) }));
      return;
    }
    // A failure may have neither error nor cause.
    const { error, cause } = "error" in mock || "cause" in mock ? mock : {};
    await this.client.send(new SendTaskFailureCommand({ taskToken, error, cause }));
  }

  /** A worker for each activity that the definition names. */
  private async serveActivities(): Promise<AbortController> {
    const over = new AbortController();
    const names = new Set([...this.recorded.definitionText.matchAll(/:activity:([^"]+)"/g)].map(([, name]) => name));
    for (const name of names) {
      const { activityArn } = await this.client.send(new CreateActivityCommand({ name }));
      const worker = this.work(activityArn, over.signal);
      worker.catch((error: unknown) => {
        if (!over.signal.aborted) console.error(error);
      });
    }
    return over;
  }

  private async work(activityArn: string | undefined, signal: AbortSignal): Promise<void> {
    const started = this.recorded.expect.history?.find((event) => event.type === "ActivityStarted");
    const details = started?.["activityStartedEventDetails"];
    const workerName = typeof details === "object" && details !== null ? Reflect.get(details, "workerName") : undefined;
    while (!signal.aborted) {
      const command = new GetActivityTaskCommand({ activityArn, workerName });
      const { taskToken } = await this.client.send(command, { abortSignal: signal });
      if (taskToken === undefined) continue;
      const mock = await this.ask(await this.claimOf(taskToken));
      if (!("unresolved" in mock)) await this.sendAnswer(taskToken, mock);
    }
  }

  private async claimOf(token: string): Promise<Segment> {
    const { engine } = this.baton;
    const read = readToken(engine, token, engine.world.clock.now());
    if (read.kind !== "claim") throw new Error("the token is not valid");
    const { execution, branch, seq }: SegmentKey = read.claim;
    return this.segment(execution, branch, seq);
  }
}

/** Asks until the answer will do; nobody tells a client when that is. */
async function until<T>(ask: () => Promise<T>, done: (answer: T) => boolean): Promise<T> {
  const end = Date.now() + patienceMilliseconds;
  for (;;) {
    const answer = await ask();
    if (done(answer)) return answer;
    if (Date.now() > end) throw new Error("it took too long");
    await new Promise((resolve) => setTimeout(resolve, 3));
  }
}
