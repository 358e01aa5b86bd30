/** The words for an attempt whose worker is gone, so that whoever tells of a failure can tell it from others. */

export const lostCause =
  "The worker that made this attempt stopped before it could record the result: whether the call was made is not known, so it is not made again.";
