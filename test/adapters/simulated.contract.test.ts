/** The simulated world keeps every port's contract while it has no faults. */
import { type SimulatedOptions, simulatedWorld } from "../../lib/adapters/simulated/world.ts";
import type { Open } from "../contracts/subject.ts";
import { worldContract } from "../contracts/world.ts";

function opening(kind: SimulatedOptions["kind"]): Open {
  return async () => {
    const world = simulatedWorld({ seed: 1, ...(kind === undefined ? {} : { kind }) });
    return {
      world,
      inbox: world.inbox,
      advance: (milliseconds) => world.advanceTo(world.now() + milliseconds),
      close: async () => {},
    };
  };
}

worldContract("simulated, remote", opening("remote"), { movesTime: true });
worldContract("simulated, local", opening("local"), { movesTime: true });
