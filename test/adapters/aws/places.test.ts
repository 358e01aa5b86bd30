/** Where things lie, written out: who changes a key changes the format of every table that exists. */
import { expect, test } from "vitest";
import {
  chunkPlace,
  joinPlace,
  markPlace,
  outputPlace,
  readForkKey,
  readOutputIndex,
  readSegmentKey,
  segmentPlace,
} from "../../../lib/adapters/aws/places.ts";
import type { ExecutionId, JoinKey } from "../../../lib/engine/ports.ts";

const execution = "1/r/m/n" as ExecutionId;

test.each([
  // branch          seq  partition                sort key
  ["", 0, "x#1/r/m/n", "log##00000000"],
  ["", 10_000_000, "x#1/r/m/n", "log##10000000"],
  ["/8.255", 2, "x#1/r/m/n", "log#/8.255#00000002"],
  ["/8.256", 2, "x#1/r/m/n#/8#1", "log#/8.256#00000002"],
  ["/8.3/2.0", 1, "x#1/r/m/n#/8.3/2#0", "log#/8.3/2.0#00000001"],
  ["/8.3/2.600", 1, "x#1/r/m/n#/8.3/2#2", "log#/8.3/2.600#00000001"],
])("segment %s %i lies at %s, %s", (branch, seq, pk, sk) => {
  expect(segmentPlace({ execution, branch, seq })).toEqual({ pk, sk });
  expect(readSegmentKey(sk)).toEqual({ branch, seq });
});

const join = (branch: string, level: number, group: number): JoinKey => ({
  execution,
  branch,
  seq: 8,
  epoch: 1,
  level,
  group,
});

test.each([
  // fork of   level group  partition              chunk               join item
  ["", 0, 0, "x#1/r/m/n", "log-fork#/8#1", "join#/8#0#1"],
  ["", 0, 1, "x#1/r/m/n#/8#1", "log-chunk#1", "join#/8#0#1"],
  ["", 1, 0, "x#1/r/m/n#/8#1.0", "log-chunk#1", "join#/8#1#1"],
  ["/2.300", 0, 1, "x#1/r/m/n#/2.300/8#1", "log-chunk#1", "join#/2.300/8#0#1"],
])("group of fork '%s' at level %i, number %i lies at %s", (branch, level, group, pk, chunk, item) => {
  const key = join(branch, level, group);
  expect(chunkPlace(key)).toEqual({ pk, sk: chunk });
  expect(joinPlace(key)).toEqual({ pk, sk: item });
  expect(outputPlace(key, 7).pk).toBe(pk);
  expect(readOutputIndex(outputPlace(key, 7).sk)).toBe(7);
});

test("the first chunk of a nested fork lies with the branch that forked", () => {
  expect(chunkPlace(join("/2.300", 0, 0))).toEqual({ pk: "x#1/r/m/n#/2#1", sk: "log-fork#/2.300/8#1" });
});

test.each([
  // branch     seq  mark
  ["", 0, undefined],
  ["/8.0", 0, undefined],
  ["/8.3/2.1", 0, undefined],
  ["/8.3/2.0", 1, undefined],
  ["/8.3/2.0", 0, { pk: "x#1/r/m/n", sk: "log-fork#/8.3/2#mark" }],
  ["/8.300/2.0", 0, { pk: "x#1/r/m/n#/8#1", sk: "log-fork#/8.300/2#mark" }],
])("before segment %s %i: mark %o", (branch, seq, mark) => {
  expect(markPlace({ execution, branch, seq })).toEqual(mark);
});

test.each([
  // sort key                 shows
  ["log-fork#/8#1", { branch: "", seq: 8, staged: true }],
  ["log-fork#/8.3/2#mark", { branch: "/8.3", seq: 2, staged: false }],
  ["log-chunk#1", undefined],
  ["log#/8.3#00000002", undefined],
])("%s shows the fork %o", (sk, fork) => {
  expect(readForkKey(sk)).toEqual(fork);
});

test.each([["1/r/m/n#/8#0"], ["1/r/m#x/n"]])("execution id '%s' is refused", (id) => {
  expect(() => segmentPlace({ execution: id as ExecutionId, branch: "", seq: 0 })).toThrow('contains "#"');
});

test.each([["/8"], ["8.3"], ["/8.3/"], ["/a.b"]])("'%s' is not the path of a branch", (branch) => {
  expect(() => segmentPlace({ execution, branch, seq: 0 })).toThrow("is not the path of a branch");
});
