/** Where things lie, written out: who changes a key changes the format of every table that exists. */
import { expect, test } from "vitest";
import {
  beatPlace,
  chunkPlace,
  joinPlace,
  outputPlace,
  readOutputIndex,
  readSegmentKey,
  segmentPlace,
} from "../../../lib/adapters/aws/places.ts";
import type { ExecutionId } from "../../../lib/engine/ports.ts";

const execution = "1/r/m/n" as ExecutionId;

test.each([
  // branch          seq  partition                sort key
  ["", 0, "x#1/r/m/n", "log##00000000"],
  ["", 10_000_000, "x#1/r/m/n", "log##10000000"],
  ["/8.255", 2, "x#1/r/m/n#/8#0", "log#/8.255#00000002"],
  ["/8.256", 2, "x#1/r/m/n#/8#1", "log#/8.256#00000002"],
  ["/8.3/2.0", 1, "x#1/r/m/n#/8.3/2#0", "log#/8.3/2.0#00000001"],
  ["/8.3/2.600", 1, "x#1/r/m/n#/8.3/2#2", "log#/8.3/2.600#00000001"],
])("segment %s %i lies at %s, %s", (branch, seq, pk, sk) => {
  expect(segmentPlace({ execution, branch, seq })).toEqual({ pk, sk });
  expect(readSegmentKey(sk)).toEqual({ branch, seq });
  expect(beatPlace({ execution, branch, seq })).toEqual({ pk, sk: sk.replace("log", "beat") });
});

test.each([
  // fork of   level group  partition
  ["", 0, 0, "x#1/r/m/n#/8#0"],
  ["", 0, 1, "x#1/r/m/n#/8#1"],
  ["", 1, 0, "x#1/r/m/n#/8#1.0"],
  ["/2.300", 0, 1, "x#1/r/m/n#/2.300/8#1"],
])("group of fork '%s' at level %i, number %i lies at %s", (branch, level, group, pk) => {
  const key = { execution, branch, seq: 8, epoch: 1, level, group };
  expect(chunkPlace(key)).toEqual({ pk, sk: "chunk#1" });
  expect(joinPlace(key)).toEqual({ pk, sk: "join#1" });
  expect(outputPlace(key, 7)).toEqual({ pk, sk: "output#1#00000007" });
  expect(readOutputIndex(outputPlace(key, 7).sk)).toBe(7);
});

test.each([["1/r/m/n#/8#0"], ["1/r/m#x/n"]])("execution id '%s' is refused", (id) => {
  expect(() => segmentPlace({ execution: id as ExecutionId, branch: "", seq: 0 })).toThrow('contains "#"');
});

test.each([["/8"], ["8.3"], ["/8.3/"], ["/a.b"]])("'%s' is not the path of a branch", (branch) => {
  expect(() => segmentPlace({ execution, branch, seq: 0 })).toThrow("is not the path of a branch");
});
