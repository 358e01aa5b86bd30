/** The local adapter keeps every port's contract. */
import { worldContract } from "../contracts/world.ts";
import { openLocalSubject } from "./local-subject.ts";

worldContract("local", openLocalSubject, { movesTime: true });
