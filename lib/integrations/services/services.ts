/** The optimized integrations that are calls of an AWS service, each with a file of its own. */
import type { Service } from "../service.ts";
import { athena } from "./athena.ts";
import { batch } from "./batch.ts";
import { bedrock } from "./bedrock.ts";
import { bedrockAgentCore } from "./bedrock-agentcore.ts";
import { codebuild } from "./codebuild.ts";
import { databrew } from "./databrew.ts";
import { dynamodb } from "./dynamodb.ts";
import { ecs } from "./ecs.ts";
import { eks } from "./eks.ts";
import { emr } from "./emr.ts";
import { emrContainers } from "./emr-containers.ts";
import { emrServerless } from "./emr-serverless.ts";
import { events } from "./events.ts";
import { glue } from "./glue.ts";
import { mediaconvert } from "./mediaconvert.ts";
import { sagemaker } from "./sagemaker.ts";
import { sns } from "./sns.ts";
import { sqs } from "./sqs.ts";

export const services: readonly Service[] = [
  athena,
  batch,
  bedrock,
  bedrockAgentCore,
  codebuild,
  databrew,
  dynamodb,
  ecs,
  eks,
  emr,
  emrContainers,
  emrServerless,
  events,
  glue,
  mediaconvert,
  sagemaker,
  sns,
  sqs,
];
