/** What the parts of a simulation share: virtual time, mocked answers, and the files of Map Runs. */
import type { File } from "../distributed/text.ts";
import type { Branch } from "../memory/branch.ts";
import type { Run } from "../memory/run.ts";
import type { Instant } from "../position.ts";
import type { Moment } from "../transition.ts";
import { draw } from "./chance.ts";
import type { Responder } from "./mocks.ts";

/** What a simulation is given. */
export interface Given {
  readonly respond: Responder;
  /** What readers of a Map Run find, by bucket and key. */
  readonly objects: Readonly<Record<string, Readonly<Record<string, File>>>>;
  readonly seed: string;
  readonly transitionLimit: number;
  /** Whether segments are kept, for the history. */
  readonly keepsHistory: boolean;
}

export interface Simulation extends Run, Given {
  /** What writers of a Map Run have left. */
  readonly written: WrittenObject[];
  /** How often each state was scheduled, by state and iteration, and by state alone. */
  readonly schedulings: Map<string, number>;
  now: Instant;
}

export interface WrittenObject {
  readonly bucket: string;
  readonly key: string;
  readonly body: string;
}

export function momentOf({ now, seed }: Pick<Simulation, "now" | "seed">, { path, home }: Branch, seq: number): Moment {
  return {
    now,
    branch: path,
    seq,
    execution: home.execution,
    chance: (label) => draw(seed, path, seq, label),
    taskToken: () => `simulated:${path}:${seq}`,
  };
}
