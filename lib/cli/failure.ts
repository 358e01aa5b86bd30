/** What a command tells its user instead of a stack: what is wrong, where, and what to do next. */
export class Failure extends Error {}
