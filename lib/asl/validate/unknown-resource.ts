/**
 * A Task's `Resource` that names nothing which can be called: a misspelt service or action. Only a hint: what the
 * service refuses there is not recorded word for word, and it learns new integrations without being asked.
 */
import { property } from "../json.ts";
import type { Problem } from "../problem.ts";
import { nearest } from "./nearest.ts";
import type { Written } from "./walk.ts";

/** Beside `aws-sdk`, which has every action of every service. */
export const integrations: Readonly<Record<string, readonly string[]>> = {
  apigateway: ["invoke"],
  athena: ["startQueryExecution", "stopQueryExecution", "getQueryExecution", "getQueryResults"],
  batch: ["submitJob"],
  bedrock: ["invokeModel", "createModelCustomizationJob"],
  bedrockagentcore: ["invokeHarness"],
  codebuild: [
    ...["startBuild", "stopBuild", "batchDeleteBuilds", "batchGetReports", "startBuildBatch", "stopBuildBatch"],
    ...["retryBuildBatch", "deleteBuildBatch", "batchGetBuildBatches"],
  ],
  databrew: ["startJobRun"],
  dynamodb: ["getItem", "putItem", "updateItem", "deleteItem"],
  ecs: ["runTask"],
  eks: [
    ...["call", "runJob", "createCluster", "deleteCluster", "createNodegroup", "deleteNodegroup"],
    ...["createFargateProfile", "deleteFargateProfile"],
  ],
  elasticmapreduce: [
    ...["createCluster", "terminateCluster", "addStep", "cancelStep", "setClusterTerminationProtection"],
    ...["modifyInstanceFleetByName", "modifyInstanceGroupByName"],
  ],
  "emr-containers": ["createVirtualCluster", "deleteVirtualCluster", "startJobRun"],
  "emr-serverless": [
    ...["createApplication", "startApplication", "stopApplication", "deleteApplication", "startJobRun"],
    "cancelJobRun",
  ],
  events: ["putEvents"],
  glue: ["startJobRun"],
  http: ["invoke"],
  lambda: ["invoke"],
  mediaconvert: ["createJob"],
  sagemaker: [
    ...["createTrainingJob", "createTransformJob", "createHyperParameterTuningJob", "createLabelingJob"],
    ...["createProcessingJob", "createModel", "createEndpointConfig", "createEndpoint", "updateEndpoint"],
  ],
  sns: ["publish"],
  sqs: ["sendMessage"],
  states: ["startExecution"],
};

/** The service part of `arn:aws:states:::aws-sdk:s3:getObject` is `aws-sdk:s3`. Placeholders name nothing yet. */
const written = /^arn:[^:]+:states:[^:]*:[^:]*:(?!activity:)(?<service>[^${}]+?):(?<action>[^:.${}]+)(?:\.[\w:]+)?$/s;

export function unknownResource({ state, path }: Written): readonly Problem[] {
  const resource = property(state, "Resource");
  if (property(state, "Type") !== "Task" || typeof resource !== "string") return [];
  const { service, action } = written.exec(resource)?.groups ?? {};
  if (service === undefined || action === undefined) return [];
  const hint = service.startsWith("aws-sdk:") ? againstSdk(action) : againstTable(service, action);
  if (hint === undefined) return [];
  const message = `The resource ${resource} is nothing that a Task can call`;
  return [{ code: "RESOURCE_UNKNOWN", severity: "HINT", path: `${path}/Resource`, message, hint }];
}

/** On the service and here an action begins with a small letter: `getObject`. */
function againstSdk(action: string): string | undefined {
  if (!/^[A-Z]/.test(action)) return undefined;
  return `did you mean '${action[0]?.toLowerCase()}${action.slice(1)}'?`;
}

function againstTable(service: string, action: string): string | undefined {
  const actions = Object.hasOwn(integrations, service) ? integrations[service] : undefined;
  if (actions?.includes(action)) return undefined;
  if (actions === undefined) return didYouMean(nearest(service, Object.keys(integrations)), "aws-sdk:SERVICE:ACTION");
  return didYouMean(nearest(action, actions), `arn:aws:states:::aws-sdk:${service}:${action}`);
}

function didYouMean(near: string | undefined, otherwise: string): string {
  return near === undefined ? `any action of any service is ${otherwise}` : `did you mean '${near}'?`;
}
