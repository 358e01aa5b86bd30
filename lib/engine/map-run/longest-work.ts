/** Of a function that lives 30 seconds, in milliseconds: with what takes longer, another message goes on. */
export const longestWork = 10_000;
