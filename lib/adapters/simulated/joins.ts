/** What branches report, and the heartbeats of claims, in memory. */
import type { JoinKey, SegmentKey, World } from "../../engine/ports.ts";
import type { CallName, Subject } from "./calls.ts";
import type { Contents, GroupState } from "./contents.ts";
import { keyText, print } from "./rows.ts";

type Instant = number;
type Make = <T>(name: CallName, subject: Subject, act: () => T | Promise<T>) => Promise<T>;

export function joinsOf({ groups, staged, terms }: Contents, make: Make): World["joins"] {
  const nobody: GroupState = { finished: [], closed: false, bodies: new Map() };
  const rowOf = (what: "join" | "staged" | number, join: JoinKey): string => `${what} ${joinText(join)}`;
  const read = (join: JoinKey) => (terms.isThere(rowOf("join", join)) && groups.get(joinText(join))) || nobody;
  const answer = ({ finished, closed }: GroupState) => ({ finished, closed });

  return {
    stage: (group, body, expires) =>
      make(
        "joins.stage",
        () => `${joinText(group)} ${print(body)}`,
        () => {
          staged.set(joinText(group), body);
          terms.note(rowOf("staged", group), expires);
        },
      ),
    staged: (group) =>
      make("joins.staged", joinText(group), () =>
        terms.isThere(rowOf("staged", group)) ? staged.get(joinText(group)) : undefined,
      ),
    report: (join, index, body, expires) =>
      make("joins.report", `${joinText(join)} ${index}`, () => {
        const state = read(join);
        if (state.finished.includes(index)) return { ...answer(state), repeated: true };
        const bodies = body === undefined ? state.bodies : new Map(state.bodies).set(index, body);
        const after = { ...state, finished: [...state.finished, index], bodies };
        groups.set(joinText(join), after);
        for (const what of ["join", index] as const) terms.note(rowOf(what, join), expires);
        return { ...answer(after), repeated: false };
      }),
    close: (join, expires) =>
      make("joins.close", joinText(join), () => {
        const after = { ...read(join), closed: true };
        groups.set(joinText(join), after);
        terms.note(rowOf("join", join), expires);
        return answer(after);
      }),
    renew: (join, until) =>
      make("joins.renew", joinText(join), () => {
        for (const what of ["join", "staged", ...read(join).bodies.keys()] as const)
          terms.renew(rowOf(what, join), until);
      }),
    reports: (join) =>
      make("joins.reports", joinText(join), () => {
        const { bodies } = groups.get(joinText(join)) ?? nobody;
        return new Map([...bodies].filter(([index]) => terms.isThere(rowOf(index, join))));
      }),
  };
}

export function heartbeatsOf({ beats, terms }: Contents, make: Make): World["heartbeats"] {
  const row = (claim: SegmentKey): string => `beat ${keyText(claim)}`;
  const last = (claim: SegmentKey): Instant | undefined =>
    terms.isThere(row(claim)) ? beats.get(keyText(claim)) : undefined;
  return {
    beat: (claim, at, expires) =>
      make("heartbeats.beat", keyText(claim), () => {
        beats.set(keyText(claim), Math.max(last(claim) ?? Number.NEGATIVE_INFINITY, at));
        terms.note(row(claim), expires);
      }),
    last: (claim) => make("heartbeats.last", keyText(claim), () => last(claim)),
  };
}

function joinText({ execution, branch, seq, epoch, level, group }: JoinKey): string {
  return `${execution}${branch}#${seq} ${epoch} ${level} ${group}`;
}
