/** What a Task's `Resource` names, and with it the family of history events that tell of its attempts. */
import type { TaskCall } from "../position.ts";

export type Resource =
  | { readonly family: "LambdaFunction"; readonly arn: string; readonly pattern: "request-response" }
  | { readonly family: "Activity"; readonly arn: string; readonly pattern: "activity" }
  | {
      readonly family: "Task";
      /** `sqs`, `aws-sdk:dynamodb`. */
      readonly resourceType: string;
      /** `sendMessage.waitForTaskToken`. */
      readonly resource: string;
      readonly pattern: TaskCall["pattern"];
    };

const lambdaArn = /^arn:[^:]+:lambda:[^:]*:[^:]*:function:/;
const activityArn = /^arn:[^:]+:states:[^:]*:[^:]*:activity:/;
/** The last part is the action; of `startExecution.sync:2` the `:2` belongs to it. */
const serviceArn = /^arn:[^:]+:states:[^:]*:[^:]*:(.+?):([^:]+?(?:\.sync:2)?)$/;

export function readResource(arn: string): Resource {
  if (lambdaArn.test(arn)) return { family: "LambdaFunction", arn, pattern: "request-response" };
  if (activityArn.test(arn)) return { family: "Activity", arn, pattern: "activity" };
  const [, resourceType, resource] = serviceArn.exec(arn) ?? [];
  if (resourceType === undefined || resource === undefined) {
    return { family: "Task", resourceType: arn, resource: arn, pattern: "request-response" };
  }
  return { family: "Task", resourceType, resource, pattern: patternOf(resource) };
}

function patternOf(resource: string): TaskCall["pattern"] {
  if (resource.endsWith(".waitForTaskToken")) return "token";
  return resource.endsWith(".sync") || resource.endsWith(".sync:2") ? "sync" : "request-response";
}
