/**
 * What an attempt called, as far as one can go and look at it: the function, whose lines say more than its error,
 * or the execution that it started.
 */
import type { Attempt } from "../../lib/asl/history/visits.ts";

export interface CalledFunction {
  readonly name: string;
}

/** Undefined: it called something else, or a function whose name is not known here. */
export function functionOf({ resource = "", arguments: given = "" }: Attempt): CalledFunction | undefined {
  const reference = /^lambda:invoke/.test(resource) ? memberOf(given, "FunctionName") : resource;
  const [, ofArn] = /^arn:[\w-]+:lambda:[\w-]*:\d*:function:([\w-]+)/.exec(reference ?? "") ?? [];
  if (ofArn !== undefined) return { name: ofArn };
  const [, bare] = /^(?:\d{12}:)?(?:function:)?([\w-]+)(?::|$)/.exec(reference ?? "") ?? [];
  return /^lambda:invoke/.test(resource) && bare !== undefined ? { name: bare } : undefined;
}

/** The ARN of the execution that the attempt started, once that is known. */
export function startedExecution({ resource = "", result, cause }: Attempt): string | undefined {
  if (!/^(states|aws-sdk:sfn):startExecution/.test(resource)) return undefined;
  const arn = memberOf(result ?? "", "ExecutionArn") ?? memberOf(cause ?? "", "ExecutionArn");
  return arn !== undefined && /^arn:[\w-]+:states:[\w-]*:\d*:execution:[^:]+:.+/.test(arn) ? arn : undefined;
}

function memberOf(text: string, name: string): string | undefined {
  try {
    const value: unknown = JSON.parse(text)?.[name];
    return typeof value === "string" ? value : undefined;
  } catch {
    return undefined; // most causes are sentences
  }
}

/** Where the AWS console is, by partition. */
const consoles: Readonly<Record<string, string>> = {
  aws: "console.aws.amazon.com",
  "aws-cn": "console.amazonaws.cn",
  "aws-us-gov": "console.amazonaws-us-gov.com",
};

/** The function's log group in CloudWatch, at the time of the attempt and a little around it. */
export function logGroupLink(executionArn: string, { name }: CalledFunction, from: number, until: number): string {
  const [, partition = "aws", , region = "us-east-1"] = executionArn.split(":");
  const around = 60_000;
  const place = `log-group/${twice(`/aws/lambda/${name}`)}/log-events`;
  const time = `$3Fstart$3D${Math.round(from - around)}$26end$3D${Math.round(until + around)}`;
  const site = consoles[partition] ?? consoles["aws"];
  return `https://${region}.${site}/cloudwatch/home?region=${region}#logsV2:log-groups/${place}${time}`;
}

/** That page has its names percent-encoded twice, with a dollar for the second percent sign. */
function twice(text: string): string {
  return encodeURIComponent(encodeURIComponent(text)).replaceAll("%", "$");
}
