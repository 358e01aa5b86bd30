/** What a deployed stack says of itself, asked with the user's own profile and credentials. */
import {
  CloudFormationClient,
  DescribeStacksCommand,
  paginateListStackResources,
} from "@aws-sdk/client-cloudformation";
import { SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import type { AccessKeys } from "../../engine/ports.ts";
import { secretAccessKeys } from "./access-keys.ts";

export interface StackOutputs {
  readonly region: string;
  readonly outputs: ReadonlyMap<string, string>;
}

export async function stackOutputs(name: string): Promise<StackOutputs> {
  const client = new CloudFormationClient({});
  try {
    const { Stacks = [] } = await client.send(new DescribeStacksCommand({ StackName: name }));
    const outputs = Stacks[0]?.Outputs ?? [];
    return {
      region: await client.config.region(),
      outputs: new Map(outputs.map(({ OutputKey = "", OutputValue = "" }) => [OutputKey, OutputValue])),
    };
  } finally {
    client.destroy();
  }
}

export interface StackResources {
  readonly region: string;
  readonly account: string;
  /** By type and logical id, what AWS calls each of them. */
  readonly resources: readonly { readonly type: string; readonly id: string; readonly name: string }[];
}

export async function stackResources(name: string): Promise<StackResources> {
  const client = new CloudFormationClient({});
  try {
    const { Stacks = [] } = await client.send(new DescribeStacksCommand({ StackName: name }));
    const resources = [];
    for await (const { StackResourceSummaries = [] } of paginateListStackResources({ client }, { StackName: name }))
      for (const { ResourceType = "", LogicalResourceId = "", PhysicalResourceId = "" } of StackResourceSummaries)
        resources.push({ type: ResourceType, id: LogicalResourceId, name: PhysicalResourceId });
    const [, , , , account = ""] = Stacks[0]?.StackId?.split(":") ?? [];
    return { region: await client.config.region(), account, resources };
  } finally {
    client.destroy();
  }
}

export async function withSecretKeys<T>(secretId: string, use: (keys: AccessKeys) => Promise<T>): Promise<T> {
  const secrets = new SecretsManagerClient({});
  try {
    return await use(secretAccessKeys(secretId, secrets));
  } finally {
    secrets.destroy();
  }
}
