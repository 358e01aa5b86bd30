/** Baton alone in one stack, with what a user needs to know of it as outputs. */
import { CfnOutput, Stack, type StackProps } from "aws-cdk-lib";
import type { Construct } from "constructs";
import { Baton, type BatonProps } from "./baton.ts";

export interface BatonStackProps extends StackProps, BatonProps {}

export class BatonStack extends Stack {
  readonly baton: Baton;

  constructor(scope: Construct, id: string, props: BatonStackProps = {}) {
    super(scope, id, { description: "Baton: a serverless orchestrator for the Amazon States Language", ...props });
    this.baton = new Baton(this, "Baton", props);
    const { endpoint, syncEndpoint, accessKeySecretArn, issuedKeysSecretArn, table, flowQueue, deadLetterQueue } =
      this.baton;
    const outputs: Record<string, [value: string, description: string]> = {
      WireEndpoint: [endpoint, "AWS_ENDPOINT_URL_SFN for the AWS CLI and SDKs"],
      SyncEndpoint: [syncEndpoint, "The same, for StartSyncExecution and TestState that take longer than 29 s"],
      ConsoleUrl: [`${endpoint}/console/`, "The web console; it asks for an access key"],
      RestEndpoint: [`${endpoint}/state-machines`, "REST, for applications"],
      QueueUrl: [flowQueue.queueUrl, "Queue of the steps to take"],
      DlqUrl: [deadLetterQueue.queueUrl, "Dead-letter queue"],
      TableName: [table.tableName, "Table of logs and executions"],
      AccessKeySecret: [accessKeySecretArn, "Secret with the access key that may do everything"],
      IssuedKeysSecret: [issuedKeysSecretArn, "Secret with the keys that 'baton keys' issues"],
      ExportCommand: [exportCommand(endpoint, accessKeySecretArn, this.region), "Points this shell's AWS CLI at Baton"],
    };
    for (const [name, [value, description]] of Object.entries(outputs)) {
      new CfnOutput(this, name, { value, description });
    }
  }
}

/** One line for a POSIX shell. The key comes from the secret when the line runs, so it is in no output. */
function exportCommand(endpoint: string, secretArn: string, region: string): string {
  const key = `aws secretsmanager get-secret-value --secret-id ${secretArn} --region ${region} --query SecretString --output text`;
  const variables = `"AWS_ACCESS_KEY_ID=\\(.accessKeyId) AWS_SECRET_ACCESS_KEY=\\(.secretAccessKey)"`;
  return [
    `export AWS_ENDPOINT_URL_SFN=${endpoint} AWS_REGION=${region} AWS_DEFAULT_REGION=${region}`,
    "AWS_DISABLE_HOST_PREFIX_INJECTION=true AWS_SESSION_TOKEN=",
    `$(${key} | jq -r '${variables}')`,
  ].join(" ");
}
