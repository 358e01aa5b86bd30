/** What a newer build has written is left to newer builds: it goes back to the queue, whoever got it. */
import { expect, test } from "vitest";
import { handle } from "../../lib/engine/advance.ts";
import { handleDeadLetter } from "../../lib/engine/dead-letter.ts";
import { formatVersion } from "../../lib/engine/format.ts";
import { setup } from "./setup.ts";

const newer = formatVersion + 1;

test.each([
  ["the queue's", handle],
  ["the dead letters'", handleDeadLetter],
] as const)("a message of %s, or a segment that it leads to", async (_, work) => {
  const { engine, world, id } = await setup({ W: { Type: "Wait", Seconds: 60, End: true } });
  const delivery = (body: object) => ({ body: JSON.stringify(body), receives: 1, receipt: undefined });
  const later = { kind: "later", at: world.now() + 300_000 };
  expect(await work(engine, delivery({ v: newer, kind: "advance", execution: id, branch: "", seq: 1 }))).toEqual(later);

  const [first] = world.segments();
  if (!first) throw new Error("it was started");
  await world.log.append({ ...first, seq: 1, body: first.body.replace('"v":1', `"v":${newer}`) });
  expect(await work(engine, delivery({ kind: "advance", execution: id, branch: "", seq: 1 }))).toEqual(later);
});
