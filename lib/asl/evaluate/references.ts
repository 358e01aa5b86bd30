/**
 * What a path, template, comparison or expression may look at besides its input: the variables it names
 * and the costly parts of the context object. Collected when it is compiled, so that nobody has to fetch
 * or carry what no state asks for.
 */

export interface References {
  /** Names of workflow variables, without `$`, each once, in order of appearance. */
  readonly variables: readonly string[];
  /** May look at `$$.Execution.Input`. */
  readonly executionInput: boolean;
}

export const noReferences: References = { variables: [], executionInput: false };

export function joinReferences(all: readonly References[]): References {
  const asking = all.filter((one) => one !== noReferences);
  if (asking.length === 0) return noReferences;
  return {
    variables: [...new Set(asking.flatMap((one) => one.variables))],
    executionInput: asking.some((one) => one.executionInput),
  };
}
