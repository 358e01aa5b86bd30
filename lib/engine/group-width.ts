/**
 * How many branches of a fork, or children of a Map Run, make a group. Part of the form in which everything is
 * stored: places in the log and names of join items follow from it, so that it never changes. The simulation puts
 * narrow groups in its place, so that small machines have borders.
 */
export const groupWidth = 256;
