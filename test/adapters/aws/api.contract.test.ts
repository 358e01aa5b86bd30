/** The deployed API keeps the API's contract: its function behind API Gateway's events, on real servers. */
import { afterAll, beforeAll, describe, test } from "vitest";
import { oneOfEach, readRecordings } from "../../api/recordings.ts";
import { apiContract } from "../../contracts/api.ts";
import { recordingsContract } from "../../contracts/recordings.ts";
import { type LambdaServer, startLambdaServer } from "../../integrations/lambda-server.ts";
import { account, eventOf, type FunctionsForTests, openFunctionsForTests } from "./functions.ts";
import { deployedRecordings } from "./recordings-subject.ts";
import { serversForAws } from "./world.ts";

const servers = await serversForAws();
const skipped = servers.kind === "missing";
const title = `on real servers${skipped ? ` (skipped: ${servers.reason})` : ""}`;

describe.skipIf(skipped)(title, () => {
  if (servers.kind === "missing") return test.skipIf(skipped)("all of it", () => {});
  const admin = { accessKeyId: "BATONTESTADMIN01", secretAccessKey: "a-secret" };
  const starter = { accessKeyId: "BATONTESTSTART01", secretAccessKey: "another" };
  let lambda: LambdaServer;
  let functions: FunctionsForTests;

  beforeAll(async () => {
    lambda = await startLambdaServer();
    process.env["AWS_ENDPOINT_URL_LAMBDA"] = lambda.url;
    const limits = { role: "start", machines: ["orders-*"] } as const;
    functions = await openFunctionsForTests(admin, [{ ...starter, ...limits }]);
  });
  afterAll(async () => {
    functions.world.close();
    await lambda.close();
    await servers.stop();
  });

  apiContract("deployed", async () => ({
    account,
    region: "us-east-1",
    admin,
    starter,
    url: "https://baton.example.com",
    largestBody: 5 * 1024 * 1024,
    async send(request) {
      const body = request.method === "GET" ? undefined : await request.text();
      const headers = Object.fromEntries(request.headers);
      const result = await functions.api(eventOf(request.method, new URL(request.url), headers, body));
      const { statusCode = 500, headers: answered = {}, body: text } = result;
      const init = { status: statusCode, headers: answered as Record<string, string> };
      return new Response(statusCode === 204 ? null : (text ?? ""), init);
    },
    work: async () => void (await functions.workOnce()),
    get tokens() {
      return lambda.asked.map(({ body }) => JSON.parse(body).token);
    },
    close: async () => {},
  }));

  // All of them take minutes here: `recordings.soak.test.ts`.
  recordingsContract("deployed", oneOfEach(readRecordings()), () => deployedRecordings(functions, admin));
});
