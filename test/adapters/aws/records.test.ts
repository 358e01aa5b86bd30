/** A batch as Lambda hands it over: every message answers for itself. */
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import type { AwsInbox } from "../../../lib/adapters/aws/inbox.ts";
import { type SqsRecord, workOff } from "../../../lib/adapters/aws/records.ts";
import type { Delivery, Verdict } from "../../../lib/engine/ports.ts";

/** What a message's handler does, by the message's body. */
const behaviours: Readonly<Record<string, () => Promise<Verdict>>> = {
  done: async () => ({ kind: "done" }),
  later: async () => ({ kind: "later", at: 5_000 }),
  throws: async () => {
    throw new Error("outage");
  },
  hangs: () => new Promise(() => {}),
};

const handle = (delivery: Delivery): Promise<Verdict> => {
  const behaviour = behaviours[delivery.body];
  if (!behaviour) throw new Error(`no behaviour ${delivery.body}`);
  return behaviour();
};

function record(body: string, place: number, receives = 1): SqsRecord {
  return {
    messageId: `id${place}`,
    receiptHandle: `handle${place}`,
    body,
    attributes: { ApproximateReceiveCount: String(receives) },
    messageAttributes: {},
  };
}

function inboxRecording() {
  const calls: string[] = [];
  const inbox: AwsInbox = {
    receive: async () => [],
    deliveryOf: async ({ handle: receipt, body, receives }) => ({ body, receives, receipt }),
    done: async (receipts) => void calls.push(`done ${receipts.join()}`),
    later: async (_, at) => void calls.push(`later ${at}`),
  };
  return { calls, inbox };
}

let wakeAll: (() => void)[] = [];
const clock = {
  now: () => 0,
  at: (_: number, wake: () => void) => {
    wakeAll.push(wake);
    return () => {};
  },
};

describe("a batch", () => {
  beforeEach(() => {
    wakeAll = [];
    vi.spyOn(console, "error").mockImplementation(() => {});
    vi.spyOn(Math, "random").mockReturnValue(0.5);
  });
  afterEach(() => void vi.restoreAllMocks());

  test.each([
    // messages                            left                    calls
    [["done", "done"], [], []],
    [["done", "later"], ["id1"], ["later 5000"]],
    [["throws", "done", "done"], ["id0"], ["later 1000"]],
    [["unknown"], ["id0"], ["later 1000"]],
  ])("%j leaves %j", async (bodies, left, expected) => {
    const { calls, inbox } = inboxRecording();
    const shift = { world: { inbox, clock }, queueUrl: "q", until: 10_000, handle };
    const { batchItemFailures } = await workOff(
      bodies.map((body, place) => record(body, place)),
      shift,
    );
    expect(batchItemFailures.map(({ itemIdentifier }) => itemIdentifier)).toEqual(left);
    expect(calls).toEqual(expected);
  });

  test("who works on at the end is left, and the others count", async () => {
    const { inbox } = inboxRecording();
    const shift = { world: { inbox, clock }, queueUrl: "q", until: 10_000, handle };
    const answer = workOff([record("hangs", 0), record("done", 1)], shift);
    await new Promise((resolve) => setImmediate(resolve)); // "done" has answered by then
    wakeAll.forEach((wake) => void wake());
    expect(await answer).toEqual({ batchItemFailures: [{ itemIdentifier: "id0" }] });
  });

  test("a task's message is deleted as soon as it is done", async () => {
    const { calls, inbox } = inboxRecording();
    const shift = { world: { inbox, clock }, queueUrl: "q", until: 10_000, handle, deletesAtOnce: true };
    const answer = workOff([record("hangs", 0), record("done", 1)], shift);
    await vi.waitFor(() => expect(calls).toEqual(["done handle1"]));
    wakeAll.forEach((wake) => void wake());
    await answer;
  });

  test.each([
    // receives  comes back after
    [1, 1_000],
    [3, 4_000],
    [7, 60_000],
    [1_000, 60_000],
  ])("what threw at receive %i comes back after %i ms", async (receives, at) => {
    const { calls, inbox } = inboxRecording();
    await workOff([record("throws", 0, receives)], { world: { inbox, clock }, queueUrl: "q", until: 10_000, handle });
    expect(calls).toEqual([`later ${at}`]);
  });
});
