/** From the names of `aws-sdk` integrations to those of IAM: mostly the same with a capital letter; here is where they part. */

/** Services that IAM calls otherwise than the SDK does. */
const prefixes: Readonly<Record<string, string>> = {
  accessanalyzer: "access-analyzer",
  apigatewayv2: "apigateway",
  applicationautoscaling: "application-autoscaling",
  bedrockruntime: "bedrock",
  cloudwatchlogs: "logs",
  codepipeline: "codepipeline",
  cognitoidentityprovider: "cognito-idp",
  costexplorer: "ce",
  databasemigration: "dms",
  efs: "elasticfilesystem",
  elasticloadbalancing: "elasticloadbalancing",
  elasticloadbalancingv2: "elasticloadbalancing",
  emr: "elasticmapreduce",
  emrcontainers: "emr-containers",
  emrserverless: "emr-serverless",
  eventbridge: "events",
  cloudwatchevents: "events",
  cloudwatch: "cloudwatch",
  opensearch: "es",
  pinpoint: "mobiletargeting",
  rdsdata: "rds-data",
  redshiftdata: "redshift-data",
  resourcegroupstaggingapi: "tag",
  sagemakerruntime: "sagemaker",
  sesv2: "ses",
  sfn: "states",
};

/** Actions whose permission has another name. */
const actions: Readonly<Record<string, string>> = {
  "dynamodb:batchExecuteStatement": "dynamodb:PartiQLSelect",
  "dynamodb:executeStatement": "dynamodb:PartiQLSelect",
  "dynamodb:transactGetItems": "dynamodb:GetItem",
  "dynamodb:transactWriteItems": "dynamodb:UpdateItem",
  "lambda:invoke": "lambda:InvokeFunction",
  "lambda:invokeAsync": "lambda:InvokeFunction",
  "lambda:invokeWithResponseStream": "lambda:InvokeFunction",
  "s3:completeMultipartUpload": "s3:PutObject",
  "s3:copyObject": "s3:PutObject",
  "s3:createMultipartUpload": "s3:PutObject",
  "s3:deleteObjects": "s3:DeleteObject",
  "s3:headBucket": "s3:ListBucket",
  "s3:headObject": "s3:GetObject",
  "s3:listBuckets": "s3:ListAllMyBuckets",
  "s3:listObjects": "s3:ListBucket",
  "s3:listObjectsV2": "s3:ListBucket",
  "s3:uploadPart": "s3:PutObject",
  "sqs:deleteMessageBatch": "sqs:DeleteMessage",
  "sqs:sendMessageBatch": "sqs:SendMessage",
  "sns:publishBatch": "sns:Publish",
};

export function iamPrefix(service: string): string {
  return (Object.hasOwn(prefixes, service) ? prefixes[service] : undefined) ?? service;
}

export function iamAction(service: string, action: string): string {
  const own = Object.hasOwn(actions, `${service}:${action}`) ? actions[`${service}:${action}`] : undefined;
  return own ?? `${iamPrefix(service)}:${action.charAt(0).toUpperCase()}${action.slice(1)}`;
}
