/** What an installation lets its Tasks do at once, and when it leaves a callee alone. */
import { describe, expect, test } from "vitest";
import type { Call, CallResult } from "../../lib/engine/ports.ts";
import type { Metrics } from "../../lib/engine/watch-port.ts";
import { parseLimits, type ResourceLimit, withLimits } from "../../lib/integrations/limits.ts";

const resource = "arn:aws:states:::lambda:invoke";

function callOf(more: Partial<Call> = {}): Call {
  const signal = new AbortController().signal;
  return { resource, arguments: "{}", region: "r", account: "a", idempotencyKey: "k", signal, ...more };
}

/** Counts what is told of calls that were held back. */
function watching(): { readonly metrics: Metrics; held(): number } {
  let held = 0;
  const told = {
    of: { ServiceMetric: "StateTransition" },
    by: [["ServiceMetric"]],
    values: [["ThrottledEvents", 1, "Count"]],
  };
  const put: Metrics["put"] = ({ at: _, ...measurement }) => {
    expect(measurement).toEqual(told);
    held += 1;
  };
  return { metrics: { put }, held: () => held };
}

const fine: CallResult = { kind: "succeeded", output: "{}" };
const busy: CallResult = { kind: "failed", error: "Lambda.TooManyRequestsException", cause: "busy" };
const refused: CallResult = { kind: "failed", error: "CardDeclined", cause: "no" };

describe("at once", () => {
  test("calls beyond wait in turn, others do not; who gives up leaves the line", async () => {
    const open: (() => void)[] = [];
    const made: string[] = [];
    const { metrics, held } = watching();
    const tasks = withLimits(
      {
        call: (call) => {
          made.push(call.idempotencyKey);
          return new Promise((resolve) => open.push(() => resolve(fine)));
        },
      },
      [{ resource: "arn:aws:states:::lambda:*", atOnce: 2 }],
      { metrics },
    );
    const abort = new AbortController();
    const calls = ["1", "2", "3", "4"].map((idempotencyKey) =>
      tasks.call(callOf({ idempotencyKey, ...(idempotencyKey === "3" && { signal: abort.signal }) })),
    );
    void tasks.call(callOf({ idempotencyKey: "other", resource: "arn:aws:states:::sqs:sendMessage" }));
    await expect.poll(() => [...made].sort()).toEqual(["1", "2", "other"]);
    abort.abort(new Error("over"));
    await expect(calls[2]).rejects.toThrow("over");
    open[made.indexOf("1")]?.();
    await calls[0];
    await expect.poll(() => [...made].sort()).toEqual(["1", "2", "4", "other"]);
    expect(held()).toBe(2); // 3 and 4
  });
});

describe("a breaker", () => {
  const limits: readonly ResourceLimit[] = [{ resource, breaker: { failures: 2, seconds: 10 } }];

  test("opens after failures in a row, tries one after the pause, and closes when that goes well", async () => {
    const answers: CallResult[] = [busy, fine, busy, busy, busy, fine, fine];
    let [now, made] = [0, 0];
    const { metrics, held } = watching();
    const tasks = withLimits({ call: async () => answers[made++] ?? fine }, limits, { metrics, now: () => now });
    const outcomes: string[] = [];
    const next = async (): Promise<void> => {
      const result = await tasks.call(callOf());
      outcomes.push(result.kind === "failed" ? result.error : "ok");
    };
    for (let call = 0; call < 5; call++) await next();
    now = 10_000;
    await next(); // fails, and the pause begins again
    await next();
    now = 20_000;
    await next();
    await next();
    const [b, open] = ["Lambda.TooManyRequestsException", "Baton.CircuitOpen"];
    expect(outcomes).toEqual([b, "ok", b, b, open, b, open, "ok", "ok"]);
    expect(made).toBe(7);
    expect(held()).toBe(2);
  });

  test("an error of the callee's own does not count", async () => {
    const tasks = withLimits({ call: async () => refused }, limits, { now: () => 0 });
    for (let call = 0; call < 5; call++) expect(await tasks.call(callOf())).toEqual(refused);
  });
});

test.each([
  ["{}", /must be an array/],
  ["[{}]", /limit 0 must have a string 'resource'/],
  ['[{"resource":"r","atOnce":0}]', /'atOnce' of r must be a whole number/],
  ['[{"resource":"r","breaker":{"failures":1}}]', /'breaker' of r must be/],
])("limits %s are refused", (text, reason) => expect(() => parseLimits(text)).toThrow(reason));
