/**
 * moto's own tests of Step Functions, unchanged, against `baton dev` by its endpoint: a public suite in Python with
 * boto3. They say what moto answers, which is not everywhere what the service does: where the two part, the table
 * below says why Baton keeps to the service.
 */
import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { afterAll, describe, expect, test } from "vitest";
import { fetchMotoTests } from "../servers/python.ts";
import { startServers } from "../servers/servers.ts";

const started = await startServers({ s3: true });
const suite = started.kind === "missing" ? started.reason : await fetchMotoTests().catch(unfetched);

const moves = "moto does not run it: there it is RUNNING until it is asked twice";
const usesDocker = "moto's Lambda runs its functions in Docker";
const inItsMemory = "looks into the memory of moto's own service, not at an answer";
const ofCloudFormation = "moto's CloudFormation makes the machine in moto's own Step Functions";
const ofItsOwnList = "moto's own: the service's enumeration has CUSTOMER_MANAGED_KMS_KEY";
const leavesOut = "the service names includeExecutionData, too (recorded)";

/** Tests that part from the service, and how. */
const different: Readonly<Record<string, string>> = {
  test_state_machine_with_map_reader_csv_with_header: "changes a Map Run that has ended, which the service refuses",
  test_state_machine_calling_lambda_fn: usesDocker,
  test_state_machine_calling_failing_lambda_fn: usesDocker,
  test_comments_on_lmb_function: usesDocker,
  test_state_machine_calling_sns_publish: inItsMemory,
  test_state_machine_calling_sqs_with_task_success: "sends an output that is no JSON, which the service refuses",
  test_state_machine_with_cmk: ofItsOwnList,
  test_update_state_machine: ofItsOwnList,
  test_state_machine_list_pagination: "the order of creation is moto's; the service's is that of names (recorded)",
  test_state_machine_creation_can_be_described: leavesOut,
  "test_describe_state_machine_using_version_arn[use_parser]": leavesOut,
  "test_describe_state_machine_using_version_arn[use_mock]": leavesOut,
  test_state_machine_list_tags_for_nonexisting_machine: "the service says ResourceNotFound (recorded)",
  test_state_machine_list_executions: moves,
  test_state_machine_list_executions_with_filter: moves,
  test_state_machine_list_executions_with_pagination: "the words of its InvalidToken are moto's own",
  test_state_machine_describe_execution_with_no_input: moves,
  test_state_machine_describe_execution_with_custom_input: moves,
  test_state_machine_stop_execution: moves,
  test_state_machine_get_execution_history_contains_expected_success_events_when_started: "made-up events",
  test_state_machine_get_execution_history_contains_expected_failure_events_when_started: "made-up moments",
  test_state_machine_cloudformation: ofCloudFormation,
  test_state_machine_cloudformation_update_with_replacement: ofCloudFormation,
  test_state_machine_cloudformation_update_with_no_interruption: ofCloudFormation,
};

const missing = typeof suite === "string" ? suite : undefined;
const title = `moto's Step Functions tests${missing === undefined ? "" : ` (skipped: ${missing})`}`;
describe.skipIf(missing !== undefined)(title, () => {
  afterAll(async () => {
    if (started.kind === "started") await started.stop();
  });

  test("pass, but for those that part from the service", async () => {
    if (started.kind === "missing" || typeof suite === "string") return;
    const motoUrl = started.environment["AWS_ENDPOINT_URL_S3"] ?? "";
    const { passed, failed, said } = await pytest(suite.folder, motoUrl, ["tests/test_stepfunctions"]);
    // They wait three seconds for an execution, and moto's server may show an item before its first update: chance.
    const unexpected = failed.filter((test) => different[nameOf(test)] === undefined);
    const again = unexpected.length === 0 ? undefined : await pytest(suite.folder, motoUrl, unexpected);
    const still = failed.filter((test) => !again?.passed.includes(test)).map(nameOf);
    console.log(`${passed.length + (again?.passed.length ?? 0)} passed, ${still.length} failed`);
    console.table(still.map((name) => ({ test: name, why: different[name] ?? "unexpected" })));
    expect(still.toSorted(), again?.said ?? said).toEqual(Object.keys(different).toSorted());
    expect(passed.length, said).toBeGreaterThan(50);
  });
});

interface Outcomes {
  readonly passed: readonly string[];
  readonly failed: readonly string[];
  readonly said: string;
}

function nameOf(test: string): string {
  return test.slice(test.indexOf("::") + 2);
}

function unfetched(error: Error): string {
  return `moto's tests could not be fetched: ${error.message.split("\n")[0]}`;
}

/** Whatever becomes of them: `tests/file.py::name` of each. */
async function pytest(folder: string, motoUrl: string, tests: readonly string[]): Promise<Outcomes> {
  const python = `${folder}/python/bin/python`;
  const args = ["-m", "pytest", "-p", "moto_plugin", "-p", "no:cacheprovider", "-v", "-W", "ignore", "--tb=short"];
  const env = {
    ...process.env,
    NODE: process.execPath,
    BATON: fileURLToPath(new URL("../../dist/bin/baton.js", import.meta.url)),
    MOTO_URL: motoUrl,
    PYTHONPATH: fileURLToPath(new URL("python", import.meta.url)),
    PYTHONDONTWRITEBYTECODE: "1",
    AWS_DEFAULT_REGION: "us-east-1",
    AWS_DISABLE_HOST_PREFIX_INJECTION: "true",
  };
  const options = { cwd: folder, env, maxBuffer: 64 * 1024 * 1024 };
  const said = await new Promise<string>((resolve) => {
    execFile(python, [...args, ...tests], options, (_failed, stdout, stderr) => resolve(`${stdout}\n${stderr}`));
  });
  const outcomes = [...said.matchAll(/^(tests\S*::\S+) (PASSED|FAILED|ERROR)/gm)];
  const named = (wanted: (is: string) => boolean): readonly string[] =>
    outcomes.flatMap(([, test = "", is = ""]) => (wanted(is) ? test : []));
  return { passed: named((is) => is === "PASSED"), failed: named((is) => is !== "PASSED"), said };
}
