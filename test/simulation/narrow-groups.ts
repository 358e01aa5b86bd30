/**
 * Stands in for `lib/engine/group-width.ts` wherever the simulation runs: four in a group, so that a Map of ten has
 * borders and a Map of twenty has groups of groups, which takes 65,537 items in groups of 256.
 */
export const groupWidth = 4;
