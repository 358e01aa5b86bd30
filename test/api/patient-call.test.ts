/** A call that is made again while the API does not answer: which failures count, and how long. */
import { expect, test } from "vitest";
import { patientCall } from "../../lib/api/patient-call.ts";
import { ApiRefusal } from "../../lib/api/signed-call.ts";

/** What comes of a call that fails so often in that way, and the pauses that were made. */
async function outcome(failure: Error, failures: number, milliseconds = 60_000): Promise<readonly unknown[]> {
  let left = milliseconds;
  let calls = 0;
  const pauses: number[] = [];
  const call = async () => {
    calls += 1;
    if (calls <= failures) throw failure;
    return { name: "orders" };
  };
  const wait = async (pause: number) => {
    pauses.push(pause / 1_000);
    left -= pause;
  };
  const answer = await patientCall(call, { left: () => left, wait })("DescribeStateMachine", {}).then(
    () => "answered",
    (error: unknown) => (error === failure ? "failed" : error),
  );
  return [answer, ...pauses];
}

const refusal = (code: string, status: number) => new ApiRefusal(code, "", status);

test.each([
  ["Lambda is throttled, as API Gateway says it", refusal("503", 503), 3, ["answered", 1, 2, 4]],
  ["too many requests", refusal("429", 429), 1, ["answered", 1]],
  ["nobody is there", new TypeError("fetch failed"), 2, ["answered", 1, 2]],
  ["the key is newer than what is remembered", refusal("InvalidSignatureException", 403), 2, ["answered", 1, 2]],
  ["a definition that is not valid", refusal("InvalidDefinition", 400), 1, ["failed"]],
  ["no such machine", refusal("StateMachineDoesNotExist", 400), 1, ["failed"]],
  ["an outage beyond its time", refusal("500", 500), 99, ["failed", 1, 2, 4, 8, 16, 16]],
])("%s", async (_what, failure, failures, expected) => {
  expect(await outcome(failure, failures)).toEqual(expected);
});
