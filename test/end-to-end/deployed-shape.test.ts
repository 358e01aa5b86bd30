/**
 * The order pipeline in the shape that `cdk deploy` deploys: outputs and histories are those of the examples,
 * on a good day and on a bad one.
 */
import { CreateStateMachineCommand, SFNClient, StartSyncExecutionCommand } from "@aws-sdk/client-sfn";
import { afterEach, beforeAll, describe, expect, test } from "vitest";
import { secretAccessKeys } from "../../lib/adapters/aws/access-keys.ts";
import type { AccessKey } from "../../lib/engine/ports.ts";
import { actsOn, missingChromium, openBrowser, openConsole, signIn } from "../console/browser.ts";
import { loadExample } from "../examples/example.ts";
import { inAnyOrder, simplifiedHistory } from "../examples/simplified.ts";
import { type Servers, startServers } from "../servers/servers.ts";
import type { ChaosOptions } from "./deployed-shape/chaos.ts";
import { functionNames } from "./deployed-shape/lambda-api.ts";
import { type CaseRun, runCases } from "./deployed-shape/pipeline.ts";
import { type DeployedShape, startDeployedShape } from "./deployed-shape/shape.ts";
import { synthesize } from "./deployed-shape/synthesize.ts";

const started = await startServers({ dynamodb: true, sqs: true, s3: true });
const title = started.kind === "started" ? "the deployed shape" : `the deployed shape (skipped: ${started.reason})`;
const example = loadExample("order-processing");

describe.runIf(started.kind === "started")(title, () => {
  const { environment, stop } = started as Servers;
  let assembly: string;
  let shape: DeployedShape | undefined;

  beforeAll(() => {
    assembly = synthesize({}, functionNames(example.functions));
    return stop;
  });

  afterEach(async () => {
    await shape?.stop();
    shape = undefined;
  });

  async function start(chaos?: ChaosOptions): Promise<DeployedShape> {
    const options = { assembly, servers: environment, functions: example.functions };
    shape = await startDeployedShape({ ...options, ...(chaos && { chaos }) });
    return shape;
  }

  test("runs the order pipeline through its API", async () => {
    const running = await start();
    expectAsInTheExample(await runCases(running, example, { seconds: 120 }));
    const healed = await running.find("BatonHeal").invoke("{}");
    expect(healed).toMatchObject({ kind: "returned", payload: '{"executions":0,"found":0,"capped":false}' });
    expect(running.denied).toEqual([]);
  }, 180_000);

  test("each message twice and in any order, workers killed at any moment: the same outputs and histories", async () => {
    const badDay = {
      seed: 20261123,
      twice: true,
      holdMilliseconds: 100,
      killShare: 0.02,
      kills: ["Advance", "Api"],
      comeBackSeconds: 1,
    };
    const running = await start(badDay);
    expectAsInTheExample(await runCases(running, example, { seconds: 300 }));
    const { functions, queues } = running.counts();
    expect(Object.values(queues).reduce((sum, { copies }) => sum + copies, 0)).toBeGreaterThan(50);
    expect(Object.values(functions).reduce((sum, { killed }) => sum + killed, 0)).toBeGreaterThan(0);
  }, 360_000);

  test("runs an Express machine behind the function URL and behind the gateway, its tasks under their own role", async () => {
    const { outputs, endpoint, region, accessKey: credentials, denied } = await start();
    const Parameters = { FunctionName: "check-fraud", "Payload.$": "$" };
    const Check = {
      Type: "Task",
      Resource: "arn:aws:states:::lambda:invoke",
      Parameters,
      OutputPath: "$.Payload",
      End: true,
    };
    const definition = JSON.stringify({ StartAt: "Check", States: { Check } });
    const input = JSON.stringify({ items: [], customer: {} });
    const at = (url = "") => new SFNClient({ endpoint: url, region, credentials, disableHostPrefix: true });
    const roleArn = "arn:aws:iam::000000000000:role/any";
    const machine = { name: "check", definition, roleArn, type: "EXPRESS" as const };
    const { stateMachineArn } = await at(endpoint).send(new CreateStateMachineCommand(machine));
    for (const url of [outputs["SyncEndpoint"], endpoint]) {
      const ended = await at(url).send(new StartSyncExecutionCommand({ stateMachineArn, input }));
      expect(ended, url).toMatchObject({ status: "SUCCEEDED", output: expect.stringContaining("risk") });
    }
    expect(denied).toEqual([]);
    const unsigned = await fetch(outputs["SyncEndpoint"] ?? "", { method: "POST", body: "{}" });
    expect(await unsigned.text()).toContain("MissingAuthenticationToken");
  }, 120_000);

  test.skipIf(missingChromium)(
    "serves the console, where a reader sees everything and no button that acts",
    async () => {
      const running = await start();
      // Before the first request: the API remembers for a few seconds which keys there are.
      const { endpoint, outputs, clients } = running;
      const reader: AccessKey = { accessKeyId: "READER", secretAccessKey: "reads", role: "read" };
      await secretAccessKeys(outputs["IssuedKeysSecret"] ?? "", clients.secrets).add(reader);
      const name = "good-order";
      const cases = example.cases.filter((each) => each.name === name);
      await runCases(running, { ...example, cases }, { seconds: 120 });
      const browser = await openBrowser();
      const { page, go, complaints } = await openConsole(browser, endpoint);
      await signIn(page, reader.accessKeyId, reader.secretAccessKey);
      await page.locator(".execution a").first().waitFor();
      for (const [hash, there] of [
        ["#/executions", ".execution"],
        [`#/executions/order-processing/${name}`, ".canvas .node.good"],
        ["#/machines/order-processing?view=definition", ".editor"],
        ["#/inbox", ".empty"],
      ] as const) {
        await go(hash);
        await page.locator(there).first().waitFor();
        expect(await actsOn(page), hash).toEqual([]);
      }
      await go(`#/executions/order-processing/${name}/ShipOrder`);
      const lines = page.getByRole("link", { name: "Its lines in CloudWatch Logs" });
      expect(await lines.getAttribute("href")).toContain(
        "#logsV2:log-groups/log-group/$252Faws$252Flambda$252Fship-order",
      );
      expect(complaints.filter((text) => !/status of (403|404)/.test(text))).toEqual([]);
      await browser.close();
    },
    180_000,
  );

  test.each([
    ["POST", "/", { "x-amz-target": "AWSStepFunctions.ListStateMachines" }],
    ["GET", "/state-machines", {}],
  ])("an unsigned %s %s is refused", async (method, path, headers) => {
    const { endpoint } = await start();
    const response = await fetch(`${endpoint}${path}`, { method, headers, ...(method === "POST" && { body: "{}" }) });
    expect(response.ok).toBe(false);
    expect(await response.text()).toContain("MissingAuthenticationToken");
  });
});

function expectAsInTheExample(runs: readonly CaseRun[]): void {
  const got = runs.map(({ example, outcome }) => ({ name: example.name, ...outcome }));
  expect(got).toEqual(runs.map(({ example }) => ({ name: example.name, ...example.expected })));
  for (const { example, history } of runs) {
    expect(inAnyOrder(simplifiedHistory(history)), example.name).toEqual(inAnyOrder(example.history));
  }
}
