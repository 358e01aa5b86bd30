/**
 * Bugs planted on purpose, one at a time, in a copy of the engine: the simulation has to find each of them.
 * A simulator that finds no planted bug proves nothing. Each is a change of a line or two; the text that it
 * changes has to be there exactly once, so that the table keeps up with the engine.
 */
import type { Change } from "./bundle.ts";
import { mostSends, report } from "./report.ts";
import { simulate } from "./simulate.ts";

/** Where to look. */
interface Place {
  /** The machine that shows it soonest; by default all of them are tried. */
  readonly only?: string;
  /** Where it shows soonest; by default a swarm. */
  readonly world?: "few" | "impatient";
  /** It breaks nothing and costs too much. */
  readonly economy?: true;
}

export interface Planted extends Change, Place {
  readonly bug: string;
}

/** What the first seed that shows the bug printed, or undefined if none did. */
export async function find(place: Place, seeds: number, bug?: Change): Promise<string | undefined> {
  const { only, world = "swarm", economy } = place;
  const order = { from: 1, seeds, world: economy ? "duplicates" : world, first: true } as const;
  const tally = await simulate({ ...order, ...(only === undefined ? {} : { only }) }, 1, bug);
  const isDear = economy && tally.sends / tally.transitions > mostSends;
  return tally.failures.length > 0 || isDear ? report(tally) : undefined;
}

const engine = "lib/engine";
const simulated = "lib/adapters/simulated";

export const bugs: readonly Planted[] = [
  {
    bug: "no condition on the append",
    file: `${simulated}/segments.ts`,
    from: 'if (winner !== undefined) return { kind: "taken", winner };',
    to: 'if (winner !== undefined) { before[seq] = segment; return { kind: "appended" }; }',
    only: "tasks",
  },
  {
    bug: "a message is deleted before the append",
    file: "test/simulation/crew.ts",
    from: "    const verdict = await work();\n",
    to: "    await inbox.done([delivery.receipt]);\n    const verdict = await work();\n",
    only: "chain",
  },
  {
    bug: "a message is deleted before what follows is sent",
    file: `${simulated}/worker.ts`,
    from: '      if (answer.kind === "appended") await send(messages);',
    to: '      if (answer.kind === "appended") { if (consumed !== undefined) contents.mailbox.done(ours(consumed)); await send(messages); }',
    only: "chain",
  },
  {
    bug: "no nonce: whoever comes second takes the winner's segment for his own",
    file: `${engine}/record.ts`,
    from: 'if (winner.nonce !== segment.nonce) return { kind: "theirs", winner };',
    to: "",
    only: "tasks",
  },
  {
    bug: "no nonce: a start that is repeated is not known again",
    file: `${engine}/guard.ts`,
    from: "invocationId === undefined ? engine.world.chance.hex(16)",
    to: "invocationId !== engine.world ? engine.world.chance.hex(16)",
    only: "callback",
  },
  {
    bug: "a loser always sends again",
    file: `${engine}/redelivery.ts`,
    from: "return head?.by === keyOf(command) ?",
    to: "return head ?",
    only: "chain",
    economy: true,
  },
  {
    bug: "a loser never sends again",
    file: `${engine}/redelivery.ts`,
    from: "return head?.by === keyOf(command) ?",
    to: "return false ?",
    only: "nested",
  },
  {
    bug: "a join by counter",
    file: `${engine}/join.ts`,
    from: "const place = state.finished.indexOf(index);",
    to: "const place = state.finished.length - 1;",
    only: "map",
  },
  {
    bug: "the parent is told before the branch's end is in the log",
    file: `${engine}/advance.ts`,
    from: "  const recorded = await record(engine, header, definition, segment, delivery.receipt);",
    to: '  if (transition.next.doing.kind === "ended") await settle(engine, header, definition, segment);\n  const recorded = await record(engine, header, definition, segment, delivery.receipt);',
    only: "nested",
  },
  {
    bug: "a claim without a lease",
    file: `${engine}/redelivery.ts`,
    from: "Math.max(head.lease ?? 0, dueTime(head.position) ?? 0, pollTime(head))",
    to: "Math.max(dueTime(head.position) ?? 0, pollTime(head))",
    only: "tasks",
  },
  {
    bug: "a late result is not fenced",
    file: `${engine}/answer.ts`,
    from: 'if (recorded.kind === "theirs") return false;',
    to: 'if (recorded.kind === "theirs") return answerHead(engine, header, definition, recorded.winner, signal, by);',
    only: "again",
  },
  {
    bug: "a stop misses the branches",
    file: `${engine}/effects.ts`,
    from: "const inner = doing.open ? await",
    to: 'const inner = doing.open && segment.branch !== "" ? await',
    only: "longStop",
  },
  {
    bug: "a stop misses the branches of branches",
    file: `${engine}/close.ts`,
    from: "const inner = nested ? await",
    to: "const inner = nested && parent.seq < 0 ? await",
    only: "longStop",
  },
  {
    bug: "concurrency begins again at a group's border",
    file: `${engine}/join.ts`,
    from: "const next = concurrency + groupWidth * group + place;",
    to: "const next = concurrency + place;",
    only: "wide",
  },
  {
    bug: "branch names that collide on retry",
    file: "lib/asl/states/map.ts",
    from: '    kind: "forked",\n    claim: moment.seq,',
    to: '    kind: "forked",\n    claim: 1,',
    only: "again",
  },
  {
    bug: "a timer is deleted before its message is sent",
    file: `${simulated}/worker.ts`,
    from: "        // The row was set by another clock",
    to: '        await make("timers.remove", key, () => timers.remove(key));\n        // The row was set by another clock',
    only: "chain",
  },
  {
    bug: "a part of a batch that was refused is swallowed",
    file: `${simulated}/worker.ts`,
    from: "if (partly) throw new Outage",
    to: "if (partly && calls.seen.length < 0) throw new Outage",
    only: "nested",
  },
  {
    bug: "a wait ends early where clocks differ",
    file: `${engine}/advance.ts`,
    from: "if (isEarly(engine, due))",
    to: "if (due < 0)",
    only: "chain",
  },
  {
    bug: "a deadline comes early where clocks differ",
    file: `${engine}/deadline.ts`,
    from: "if (isEarly(engine, due))",
    to: "if (due < 0)",
    only: "deadline",
  },
  {
    bug: "heartbeats are ignored",
    file: `${engine}/claims.ts`,
    from: "return Math.max(last, since) +",
    to: "return since +",
    only: "callback",
  },
  {
    bug: "a stop without a guard",
    file: `${engine}/guard.ts`,
    from: "  await dispatch(engine, [outliving(",
    to: "  if (key.length < 0) await dispatch(engine, [outliving(",
    only: "longStop",
  },
  {
    bug: "a guard comes before its call has appended, and finds nothing to finish",
    file: `${engine}/messages.ts`,
    from: "delayMilliseconds: engine.options.guardDelayMilliseconds }",
    to: "delayMilliseconds: 0 }",
    only: "callback",
  },
  {
    bug: "a closing scope still starts branches",
    file: `${engine}/join.ts`,
    from: "if (state.closed || output === undefined)",
    to: "if (output === undefined)",
    only: "closing",
  },
  {
    bug: "any news answers any claim",
    file: `${engine}/answer.ts`,
    from: "if (!head || openClaim(head.position) !== claim.seq)",
    to: "if (!head || openClaim(head.position) === undefined)",
    only: "again",
  },
  {
    bug: "a call before its claim is on the disk",
    file: `${engine}/task.ts`,
    from: "  await engine.world.log.durable();\n",
    to: "",
    only: "tasks",
  },
  {
    bug: "one retry too many",
    file: "lib/asl/retry.ts",
    from: "used < retrier.maxAttempts",
    to: "used <= retrier.maxAttempts",
    only: "failingScope",
  },
  {
    bug: "the summary is not told of the end",
    file: `${engine}/effects.ts`,
    from: "  await engine.world.executions.finish(header.id, endingOf(segment, header, expiry(engine, segment.now)));",
    to: "",
    only: "chain",
  },
  {
    bug: "who loses to another copy of his message deletes it",
    file: `${engine}/redelivery.ts`,
    from: 'return (await finishCharge(engine, charge)) ? { kind: "done" } : redelivered(engine, command, delivery);',
    to: 'await finishCharge(engine, charge); return { kind: "done" };',
    only: "mended",
    world: "impatient",
  },
  {
    bug: "a duplicate of an end starts the next branch again, and that one's end the next",
    file: `${engine}/branch.ts`,
    from: "turn.begin !== undefined && !begun",
    to: "turn.begin !== undefined",
    only: "wide",
    economy: true,
  },
  {
    bug: "each copy of a message passes the turn on again over a branch that succeeded before the redrive",
    file: `${engine}/branch.ts`,
    from: "if (turn.repeated && again?.copies) return false;",
    to: "",
    only: "wideMended",
    economy: true,
  },
  {
    bug: "healing does not look at ends that were not told",
    file: `${engine}/unmoved.ts`,
    from: "    lookAtEnds(look, parent, group, { fork, begun, from: fork.concurrency + groupWidth * number });\n",
    to: "",
  },
  {
    bug: "healing forgets the time-outs of those who wait",
    file: `${engine}/unmoved.ts`,
    from: 'const due = await timeOutOf(engine, { kind: "task-timer", ...claim, by }, head);',
    to: "const due = undefined;",
  },
  {
    bug: "join items without the epoch",
    file: `${engine}/join.ts`,
    from: "seq: forkSeq, epoch: header.epoch,",
    to: "seq: forkSeq, epoch: 0,",
    only: "mended",
  },
  {
    bug: "what a branch came to before the redrive is taken for news",
    file: `${engine}/claims.ts`,
    from: "return epochOf(head) === epoch;",
    to: "return epochOf(head) >= epoch;",
    only: "mended",
  },
  {
    bug: "a redrive gives no new time",
    file: `${engine}/deadline.ts`,
    from: "(header.redriveTime ?? header.startedAt) +",
    to: "header.startedAt +",
    only: "deadline",
  },
  {
    bug: "a deadline ends what has been redriven meanwhile",
    file: `${engine}/deadline.ts`,
    from: "epoch === header.epoch;",
    to: "epoch >= header.epoch;",
    only: "deadline",
  },
  {
    bug: "whoever closes a scope fences what has been redriven meanwhile",
    file: `${engine}/close.ts`,
    from: "if (head && epochOf(head) > header.epoch) return;",
    to: "",
    only: "longStop",
  },
  {
    bug: "only the root knows that it is redriven",
    file: `${engine}/record.ts`,
    from: "...(header.epoch > 0 && { header }),",
    to: '...(header.epoch > 0 && moment.branch === "" && { header }),',
    only: "mended",
  },
  {
    bug: "a redrive while its scopes are being closed",
    file: `${engine}/redrive.ts`,
    from: "const inner = doing.open ? await",
    to: "const inner = doing.open && head.seq < 0 ? await",
    only: "stopped",
  },
  {
    bug: "a Map Run is opened by a redrive that comes after its parent has ended again",
    file: `${engine}/map-run/run.ts`,
    from: "&& { awaited }), inVain: count };",
    to: "&& { awaited }) };",
    only: "mapRunInVain",
    world: "impatient",
  },
  {
    bug: "a scope that closes again misses who has not gone on yet",
    file: `${engine}/close.ts`,
    from: "if (head && isToResume(head, header)) {",
    to: "if (head && head.seq < 0 && isToResume(head, header)) {",
    only: "mended",
  },
  {
    bug: "a redrive that is repeated is a second one",
    file: `${engine}/redrive.ts`,
    from: "find((call) => call.token === token)",
    to: "find((call) => call.token === token && call.at < 0)",
    only: "mended",
  },
  {
    bug: "a job is not stopped with the state that waits for it",
    file: `${engine}/release.ts`,
    from: "childOf(segment)?.abandoned ?? stopOf(segment)",
    to: "childOf(segment)?.abandoned",
    only: "jobsStopped",
  },
  {
    bug: "the next asking for a job is lost with the worker that should have sent it",
    file: `${engine}/poll.ts`,
    from: 'return outcome === "answered" ? { kind: "done" } : redelivered(engine, command, delivery);',
    to: 'return outcome === "answered" || redelivered.length < 0 ? { kind: "done" } : { kind: "done" };',
    only: "jobs",
  },
  {
    bug: "each copy of an asking for a job sends the next one again",
    file: `${engine}/redelivery.ts`,
    from: "Math.max(head.lease ?? 0, dueTime(head.position) ?? 0, pollTime(head))",
    to: "Math.max(head.lease ?? 0, dueTime(head.position) ?? 0, pollTime(head) * 0)",
    only: "jobs",
    economy: true,
  },
  {
    bug: "a group of a Map Run that is told of twice counts twice",
    file: `${engine}/map-run/run.ts`,
    from: "const done = addToRanges(state.done, group);\n  if (!isOpen",
    to: "const done = addToRanges(state.done, group) ?? state.done;\n  if (!isOpen",
    only: "mapRunExpressWide",
  },
  {
    bug: "a Map Run's token takes the place that a counter says",
    file: `${engine}/map-run/tokens.ts`,
    from: "const place = finished.indexOf(taker);",
    to: "const place = finished.length - 1;",
    only: "mapRun",
  },
  {
    bug: "a child of a Map Run has another name each time it is started",
    file: `${engine}/identity.ts`,
    from: "export function childId(run: MapRunId, index: number): ExecutionId {\n",
    to: "export function childId(run: MapRunId, index: number): ExecutionId {\n  if (Math.random() < 0.1) index += 90_000;\n",
    only: "mapRun",
  },
  {
    bug: "tolerated failures are looked at before the group is counted",
    file: `${engine}/map-run/run.ts`,
    from: "return settle({ ...state, done, failing, counts: sum(state.counts, counts) }, at);",
    to: "return { ...settle({ ...state, done, failing }, at), counts: sum(state.counts, counts) };",
    only: "mapRunLate",
  },
  {
    bug: "a copy of a child's end looks for the next child where it thinks",
    file: `${engine}/map-run/ended.ts`,
    from: "const chunk = end.frontier ?? Math.floor(index / groupWidth);",
    to: "const chunk = await frontierAfter(engine, run, index + 0 * (end.frontier ?? 0), epoch);",
    only: "mapRunWide",
  },
  {
    bug: "a Map Run's results are written before its last child has ended",
    file: `${engine}/map-run/ended.ts`,
    from: "if (finished.indexOf(index) === groupSize - 1)",
    to: "if (finished.indexOf(index) === groupSize - 2)",
    only: "mapRunFiles",
  },
  {
    bug: "a Map Run ends before its last group",
    file: `${engine}/map-run/run.ts`,
    from: "groupsDone(state) < state.staged.chunks)",
    to: "groupsDone(state) + 1 < state.staged.chunks)",
    only: "mapRunExpressWide",
  },
  {
    bug: "a shift of EXPRESS children ends and hands its token to nobody",
    file: `${engine}/map-run/shift.ts`,
    from: "  await dispatch(engine, [shiftMessage(chain, at)]);\n",
    to: "",
    only: "mapRunExpressWide",
  },
  {
    bug: "whoever closes a Map Run looks for children up to the first chunk that nobody has taken from",
    file: `${engine}/map-run/close.ts`,
    from: "else if (group >= firstChunks(state) ||",
    to: "else if (group >= 0 ||",
    only: "mapRunWideFails",
  },
  {
    bug: "whoever closes a Map Run leaves the ends of its EXPRESS children to them",
    file: `${engine}/map-run/close.ts`,
    from: "if (state.express) return fenceChild(engine, run, state, place);",
    to: "if (state.express) return;",
    only: "mapRunExpressStopped",
  },
  {
    bug: "news of a Map Run's children do not say of which epoch they are",
    file: `${engine}/map-run/ended.ts`,
    from: 'branch: "", ...ofEpoch(epoch), news }',
    to: 'branch: "", news }',
    only: "mapRunStopped",
  },
  {
    bug: "a build takes what a newer one has written for its own form",
    file: `${engine}/format.ts`,
    from: "version <= formatVersion)",
    to: "version <= formatVersion + 1)",
    only: "nested",
  },
  {
    bug: "whoever has seen a Map Run open writes that over its end in the list",
    file: `${simulated}/map-runs.ts`,
    from: "there.stoppedAt !== undefined && stoppedAt === undefined",
    to: "there.stoppedAt !== undefined && epoch < 0",
    only: "mapRunInVain",
  },
  {
    bug: "a Map Run is listed under the time of whoever comes to its beginning",
    file: `${engine}/map-run/open.ts`,
    from: "enter(entryOf(engine, { id, state: first }));",
    to: "enter({ ...entryOf(engine, { id, state: first }), startedAt: engine.world.clock.now() });",
    only: "mapRun",
  },
  {
    bug: "whoever closes a Map Run that a copy of its message has ended forgets to say so",
    file: `${engine}/map-run/close.ts`,
    from: '!== "closing") return "overtaken";',
    to: '!== "closing") return "done";',
    only: "mapRunFails",
    world: "impatient",
  },
  {
    bug: "healing a redriven Map Run passes by the children that had succeeded before",
    file: `${engine}/map-run/heal.ts`,
    from: "end && holdsIn(end, epoch) && !followed",
    to: "end && end.epoch === epoch && !followed",
    only: "mapRunExpressStopped",
    world: "few",
  },
  {
    bug: "a worker that knows when it ends does not tell in time that it waits no longer",
    file: `${engine}/task.ts`,
    from: "[until - lastWords]",
    to: "[]",
    only: "slow",
  },
  {
    bug: "a child that was taken before UpdateMapRun withdrew its token is left to nobody",
    file: `${engine}/map-run/tokens.ts`,
    from: "? takenBefore(engine, chain, state, search)",
    to: "? undefined",
    only: "mapRunWide",
  },
  {
    bug: "the tokens that a reader of items wrote down and did not send are sent by nobody",
    file: `${engine}/map-run/work.ts`,
    from: "await sendGiven(engine, head, key);",
    to: "",
    only: "mapRunWide",
  },
  {
    bug: "healing does not set the timer of an execution that is open for months",
    file: `${engine}/heal.ts`,
    from: "if (!options.dryRun) await armAgain(engine, id);",
    to: "",
    only: "monthsBranches",
  },
  {
    bug: "what an open fork's branches have reported gets no other term",
    file: `${engine}/keep.ts`,
    from: "await engine.world.joins.renew(joinKey(header, head.branch, doing.claim, group, level), until);",
    to: "",
    only: "monthsBranches",
  },
  {
    bug: "a Map Run's entry in the list has a term that begins with the run",
    file: `${engine}/map-run/log.ts`,
    from: "startedAt, expires: expiry(engine, engine.world.clock.now()) },",
    to: "startedAt, expires: expiry(engine, startedAt) },",
    only: "monthsRuns",
  },
  {
    bug: "a Map Run that has ended gets no other term",
    file: `${engine}/map-run/keep.ts`,
    from: "if (!head || epochIn(head.state) !== epoch) return;",
    to: 'if (!head || epochIn(head.state) !== epoch || head.state.phase.kind === "ended") return;',
    only: "monthsRuns",
  },
  {
    bug: "children that run get no other term",
    file: `${engine}/map-run/keep.ts`,
    from: "if (isOpen(state) && !isDone(state, group)) await keepChildren",
    to: "if (false as boolean) await keepChildren",
    only: "monthsRuns",
  },
  {
    bug: "giving a Map Run another term calls for itself before it has given any",
    file: `${engine}/map-run/keep.ts`,
    from: "if (group > from && clock.now() >= stop)",
    to: "if (clock.now() >= stop)",
    only: "monthsRedriven",
  },
  {
    bug: "the place on an activity's list is forgotten",
    file: `${engine}/keep.ts`,
    from: 'if (doing.kind === "working" && awaitsWorker(doing)) await offerClaim(engine, head, doing);',
    to: "",
    only: "monthsActivity",
  },
  {
    bug: "the copy of a token looks for a child from where others have come to",
    file: `${engine}/map-run/tokens.ts`,
    from: "Math.floor(slot / groupWidth) : frontier;",
    to: 'Math.floor(slot / groupWidth) : (engine.frontiers.get([run, epoch].join("@")) ?? frontier);',
    only: "mapRunFiles",
  },
];
