/** Asks a custom resource's function as CloudFormation does, and waits for what it puts to the address of the answer. */
import { createServer } from "node:http";
import type { Assembly, JsonObject } from "./assembly.ts";
import type { DeployedFunction } from "./function.ts";
import { text } from "./intrinsics.ts";
import type { Stack } from "./stack.ts";

export interface ResourceAnswer {
  readonly Status: "SUCCESS" | "FAILED";
  readonly Reason?: string;
  readonly PhysicalResourceId: string;
  readonly Data?: Readonly<Record<string, string>>;
}

export interface Asked {
  readonly type: string;
  readonly request: "Create" | "Update" | "Delete";
  /** Not of a Create. */
  readonly before?: string;
  /** Instead of what the template says. */
  readonly change?: JsonObject;
}

export async function askResource(
  { assembly, stack }: { readonly assembly: Assembly; readonly stack: Stack },
  functions: readonly DeployedFunction[],
  { type, request, before, change }: Asked,
): Promise<ResourceAnswer> {
  const resource = [...assembly.resources.values()].find((each) => each.type === type);
  if (resource === undefined) throw new Error(`the template has no ${type}`);
  const { ServiceToken, ...properties } = await stack.properties(resource.id);
  const target = functions.find(({ spec }) => spec.arn === text(ServiceToken));
  if (target === undefined) throw new Error(`the template has no function ${text(ServiceToken)}`);
  const event = {
    RequestType: request,
    ResourceType: type,
    StackId: "stack",
    RequestId: `${request}-${resource.id}`,
    LogicalResourceId: resource.id,
    ...(before === undefined ? {} : { PhysicalResourceId: before, OldResourceProperties: properties }),
    ResourceProperties: { ...properties, ...change },
  };
  return await answered(async (ResponseURL) => {
    await target.invoke(JSON.stringify({ ...event, ResponseURL }));
  });
}

async function answered(ask: (url: string) => Promise<void>): Promise<ResourceAnswer> {
  let body = "";
  const server = createServer(async (request, response) => {
    for await (const chunk of request) body += chunk;
    response.end();
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  try {
    await ask(`http://127.0.0.1:${typeof address === "object" && address ? address.port : 0}/answer`);
  } finally {
    server.close();
  }
  if (body === "") throw new Error("the function answered nothing");
  return JSON.parse(body);
}
