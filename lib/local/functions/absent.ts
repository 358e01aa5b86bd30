/**
 * What is said of a function that nobody has: where it was looked for and what to do, after the service's own
 * sentence. And AWS is not asked for functions of the local account, which it cannot have: looking for
 * credentials there takes seconds and ends in a failure that speaks of something else.
 */
import type {
  FunctionAnswer,
  FunctionInvoker,
  Invocation,
  InvokeFunction,
} from "../../integrations/function-invoker.ts";

const localAccount = "000000000000";

/** AWS, or whatever stands in for it at an endpoint: emulators have the same account as we. */
export function beyondThisMachine(aws: FunctionInvoker, variables: NodeJS.ProcessEnv = process.env): FunctionInvoker {
  const standsIn = Boolean(variables["AWS_ENDPOINT_URL_LAMBDA"] ?? variables["AWS_ENDPOINT_URL"]);
  return async (invocation) => (isOurs(invocation) && !standsIn ? undefined : await aws(invocation));
}

/** A bare name may be one of AWS's; an ARN says whose it is. */
function isOurs({ account, reference }: Invocation): boolean {
  return account === localAccount && reference.includes(localAccount);
}

export function tellingWhere(invoke: InvokeFunction, folders: readonly string[]): InvokeFunction {
  return async (invocation) => {
    const answer = await invoke(invocation);
    if (!isAbsence(answer)) return answer;
    return { ...answer, cause: `${asSentence(answer.cause)} ${whereToPut(invocation.name, folders)}` };
  };
}

function isAbsence(answer: FunctionAnswer): answer is Extract<FunctionAnswer, { kind: "refused" }> {
  if (answer.kind !== "refused") return false;
  return answer.exception === "ResourceNotFoundException" || answer.cause.startsWith("Unable to load credentials");
}

function asSentence(text: string): string {
  return /[.!?]$/.test(text) ? text : `${text}.`;
}

function whereToPut(name: string, folders: readonly string[]): string {
  const files = `${name}.mjs, .js, .cjs, .ts, .mts or .py`;
  if (folders.length === 0)
    return `No functions folder was given: put ${files} into a folder and name it with --functions DIR, or give --function-url ${name}=URL.`;
  return `There is no ${files} in ${folders.join(" or ")}: put it there, or give --function-url ${name}=URL.`;
}
