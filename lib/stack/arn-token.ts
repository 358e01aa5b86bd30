/** Whether a token stands for an ARN: what it comes to is known only when it is deployed, where it comes from now. */
import { CfnParameter, CfnResource, Reference, type Stack, Tokenization } from "aws-cdk-lib";

export function isArnToken(stack: Stack, value: string): boolean {
  const { firstToken: token, length } = Tokenization.reverseString(value);
  if (token === undefined || length !== 1) return false;
  if (!Reference.isReference(token)) return /^\{"Fn::ImportValue":.*Arn/i.test(JSON.stringify(stack.resolve(token)));
  if (token.displayName !== "Ref") return /Arn$/.test(token.displayName);
  if (CfnResource.isCfnResource(token.target)) return namedByArn.has(token.target.cfnResourceType);
  return CfnParameter.isCfnElement(token.target) && /Arn/i.test(token.target.node.id);
}

/** Of these, `Ref` is the ARN. */
const namedByArn: ReadonlySet<string> = new Set([
  "AWS::Batch::JobDefinition",
  "AWS::Batch::JobQueue",
  "AWS::ECS::TaskDefinition",
  "AWS::Lambda::Alias",
  "AWS::Lambda::Version",
  "AWS::SNS::Topic",
  "AWS::StepFunctions::Activity",
]);
