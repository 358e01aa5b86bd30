/**
 * How much memory the process lets lie before it collects. V8 lets the heap of a server grow to four times what lives
 * in it; what a busy store holds for a second is garbage of that kind, hundreds of megabytes of it. At twice as
 * much a run of a hundred thousand children needs half the memory, and no more time that could be measured. For
 * processes of our own: a program that embeds Baton has settings of its own.
 */
import { setFlagsFromString } from "node:v8";

export function keepHeapSmall(): void {
  setFlagsFromString("--heap-growing-percent=100");
}
