/** The end of every `switch` over a union: what the types rule out stops the worker, should it ever happen. */
export function unreachable(value: never): never {
  throw new Error(`unreachable: ${JSON.stringify(value)}`);
}
