/** The embedded server with a collector of traces: an execution arrives there, with its calls naming their spans. */
import { mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { otlpSettings } from "../../lib/adapters/otlp/settings.ts";
import { connect } from "../../lib/cli/client.ts";
import { type LocalBaton, startLocal } from "../../lib/local/baton.ts";

interface SentSpan {
  readonly name: string;
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId?: string;
}

const folder = mkdtempSync(join(tmpdir(), "baton-traces-"));
const spans: SentSpan[] = [];
const named: (string | undefined)[] = [];
const collector = createServer((request, answer) => {
  let body = "";
  request.setEncoding("utf8").on("data", (text: string) => {
    body += text;
  });
  request.on("end", () => {
    for (const { scopeSpans } of JSON.parse(body).resourceSpans) spans.push(...scopeSpans[0].spans);
    answer.writeHead(200).end("{}");
  });
});
let server: LocalBaton;

beforeAll(async () => {
  await new Promise<void>((resolve) => collector.listen(0, "127.0.0.1", resolve));
  const traces = otlpSettings({}, `http://127.0.0.1:${(collector.address() as AddressInfo).port}`);
  server = await startLocal({
    folder,
    port: 0,
    ...(traces && { traces }),
    tasks: {
      call: async ({ traceHeader }) => {
        named.push(traceHeader);
        return { kind: "succeeded", output: "{}" };
      },
    },
  });
});
afterAll(() => {
  collector.closeAllConnections();
  collector.close();
  rmSync(folder, { recursive: true });
});

test("what is left is sent before the server is closed", async () => {
  const { call } = connect(server.url, undefined);
  const resource = "arn:aws:lambda:us-east-1:000000000000:function:work";
  const definition = JSON.stringify({ StartAt: "T", States: { T: { Type: "Task", Resource: resource, End: true } } });
  const roleArn = "arn:aws:iam::000000000000:role/r";
  const { stateMachineArn } = await call("CreateStateMachine", { name: "traced", definition, roleArn });
  const traceHeader = "Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=1";
  const { executionArn } = await call("StartExecution", { stateMachineArn, traceHeader });
  await expect.poll(async () => (await call("DescribeExecution", { executionArn })).status).toBe("SUCCEEDED");
  await server.close();
  const [execution, state, attempt] = spans;
  expect(spans.map(({ name }) => name)).toEqual(["traced", "T", `${resource} #1`]);
  expect(execution?.parentSpanId).toBe("53995c3f42cd8ad8");
  expect([state?.parentSpanId, attempt?.parentSpanId]).toEqual([execution?.spanId, state?.spanId]);
  expect(named).toEqual([`Root=1-5759e988-bd862e3fe1be46a994272793;Parent=${attempt?.spanId};Sampled=1`]);
});
