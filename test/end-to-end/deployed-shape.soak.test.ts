/**
 * Worse days on the deployed shape: also the workers that make the tasks' calls are killed, so attempts get
 * lost and their leases run out. Every execution must end, and none may end otherwise than the example says
 * unless a state without Retry lost its attempt.
 */
import { Duration } from "aws-cdk-lib";
import { afterAll, describe, expect, test } from "vitest";
import { loadExample } from "../examples/example.ts";
import { type Servers, startServers } from "../servers/servers.ts";
import { functionNames } from "./deployed-shape/lambda-api.ts";
import { filesOfMapRuns, runEmbedded, runMapRun } from "./deployed-shape/map-run.ts";
import { runCases } from "./deployed-shape/pipeline.ts";
import { startDeployedShape } from "./deployed-shape/shape.ts";
import { synthesize } from "./deployed-shape/synthesize.ts";

const started = await startServers({ dynamodb: true, sqs: true, s3: true });
const title = started.kind === "started" ? "the deployed shape" : `the deployed shape (skipped: ${started.reason})`;
const example = loadExample("order-processing");

/** A lease lasts as long as the function may: on AWS a quarter of an hour. */
const taskTimeout = Duration.seconds(20);

describe.runIf(started.kind === "started")(title, () => {
  const { environment, stop } = started as Servers;
  afterAll(stop);

  test.each([1, 2, 3, 4, 5])("seed %i: every worker killed at one in fifty calls", async (seed) => {
    const shape = await startDeployedShape({
      assembly: synthesize({ taskTimeout }, functionNames(example.functions)),
      servers: environment,
      functions: example.functions,
      chaos: { seed, twice: true, holdMilliseconds: 200, killShare: 0.02, comeBackSeconds: 1 },
    });
    try {
      for (const { example: expected, outcome } of await runCases(shape, example, { seconds: 1200 })) {
        if (outcome.error !== "States.TaskFailed") expect(outcome, expected.name).toEqual(expected.expected);
      }
      expect(shape.denied).toEqual([]);
    } finally {
      await shape.stop();
    }
  });

  // EXPRESS children run on the tasks queue, and a shift of them that is killed is taken over when its lease is over,
  // minutes later: fewer of them are.
  test.each([
    ["STANDARD", 11, 0.01, ["Advance", "Api"]],
    ["EXPRESS", 12, 0.01, ["Advance", "Api"]],
    ["EXPRESS", 13, 0.004, ["Tasks"]],
  ] as const)("a Map Run of 1,000 items with %s children (seed %i), workers killed: as embedded", async (...row) => {
    const [type, seed, killShare, kills] = row;
    const shape = await startDeployedShape({
      assembly: synthesize(filesOfMapRuns()),
      servers: environment,
      chaos: {
        seed,
        twice: true,
        holdMilliseconds: 50,
        killShare,
        kills,
        comeBackSeconds: 1,
      },
    });
    try {
      const came = await runMapRun(shape, type, 1_000, 2400);
      expect(came).toEqual(await runEmbedded(type, 1_000));
      expect(came.succeeded).toHaveLength(142);
      expect(came.failed).toHaveLength(1);
      expect(shape.denied).toEqual([]);
      const killed = Object.values(shape.counts().functions).reduce((sum, one) => sum + one.killed, 0);
      expect(killed).toBeGreaterThan(0);
    } finally {
      await shape.stop();
    }
  });
});
