/** ARNs of Step Functions, and the partition of AWS that a Region belongs to: the second part of every ARN in it. */

/** By how the names of its Regions begin; the longest that fits counts. */
const partitions: Readonly<Record<string, string>> = {
  cn: "aws-cn",
  "us-gov": "aws-us-gov",
  "us-iso": "aws-iso",
  "us-isob": "aws-iso-b",
  "us-isof": "aws-iso-f",
  "eu-isoe": "aws-iso-e",
  eusc: "aws-eusc",
};

export function partitionOf(region: string): string {
  if (region.startsWith("us-east-") || region.startsWith("us-west-")) return "aws"; // most ask for one of these
  const [area = "", part = ""] = region.split("-");
  return partitions[`${area}-${part}`] ?? partitions[area] ?? "aws";
}

/** `resource`: what follows the account, `stateMachine:orders`. */
export function statesArn({ region, account }: { region: string; account: string }, resource: string): string {
  return `arn:${partitionOf(region)}:states:${region}:${account}:${resource}`;
}
