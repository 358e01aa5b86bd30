"""Writes lib/asl/test-state/response-shapes.ts from the API models of botocore (Apache-2.0).

    python scripts/response-shapes.py > lib/asl/test-state/response-shapes.ts

Needs botocore. An integration with `.sync` is answered by the API that the service polls.
"""
import json

import botocore.loaders

INTEGRATIONS = {
    "athena:getQueryExecution": "athena GetQueryExecution",
    "athena:getQueryResults": "athena GetQueryResults",
    "athena:startQueryExecution": "athena StartQueryExecution",
    "athena:startQueryExecution.sync": "athena GetQueryExecution",
    "athena:stopQueryExecution": "athena StopQueryExecution",
    "batch:submitJob": "batch SubmitJob",
    "batch:submitJob.sync": "batch DescribeJobs",
    "bedrock:invokeModel": "bedrock-runtime InvokeModel",
    "codebuild:startBuild": "codebuild StartBuild",
    "codebuild:startBuild.sync": "codebuild BatchGetBuilds",
    "databrew:startJobRun": "databrew StartJobRun",
    "dynamodb:deleteItem": "dynamodb DeleteItem",
    "dynamodb:getItem": "dynamodb GetItem",
    "dynamodb:putItem": "dynamodb PutItem",
    "dynamodb:query": "dynamodb Query",
    "dynamodb:scan": "dynamodb Scan",
    "dynamodb:updateItem": "dynamodb UpdateItem",
    "ecs:runTask": "ecs RunTask",
    "ecs:runTask.sync": "ecs DescribeTasks",
    "elasticmapreduce:addStep": "emr AddJobFlowSteps",
    "events:putEvents": "events PutEvents",
    "glue:startJobRun": "glue StartJobRun",
    "glue:startJobRun.sync": "glue GetJobRun",
    "kms:decrypt": "kms Decrypt",
    "kms:encrypt": "kms Encrypt",
    "lambda:getFunction": "lambda GetFunction",
    "lambda:invoke": "lambda Invoke",
    "s3:getObject": "s3 GetObject",
    "s3:listObjectsV2": "s3 ListObjectsV2",
    "s3:putObject": "s3 PutObject",
    "sagemaker:createTrainingJob": "sagemaker CreateTrainingJob",
    "secretsmanager:getSecretValue": "secretsmanager GetSecretValue",
    "sns:publish": "sns Publish",
    "sqs:receiveMessage": "sqs ReceiveMessage",
    "sqs:sendMessage": "sqs SendMessage",
    "sqs:sendMessageBatch": "sqs SendMessageBatch",
    "ssm:getParameter": "ssm GetParameter",
    "states:describeExecution": "stepfunctions DescribeExecution",
    "states:startExecution": "stepfunctions StartExecution",
    "states:startExecution.sync": "stepfunctions DescribeExecution",
}

HEAD = '''/**
 * What the APIs behind a Task answer, for the mocks of TestState: written by scripts/response-shapes.py from
 * the services' models. A structure is an object (`!`: the member is required), a list has one element, a map
 * the key "*"; `s` is a text, `n` and `d` are numbers, `b` is a boolean, each with its bounds, and "*" anything.
 */
export const responseShapes: Readonly<Record<string, string>> = {'''


def cased(name):
    return name[0].upper() + name[1:]


def bounds(shape):
    least, most = shape.get("min"), shape.get("max")
    return "" if least is None and most is None else f"{'' if least is None else least}..{'' if most is None else most}"


def written(model, name, depth, around):
    shape = model["shapes"][name]
    kind = shape["type"]
    if kind == "structure":
        if shape.get("document") or depth == 0 or name in around:
            return "*"
        required = {cased(member) for member in shape.get("required", [])}
        inside = around + [name]
        return {
            cased(key) + ("!" if cased(key) in required else ""): written(model, of["shape"], depth - 1, inside)
            for key, of in shape["members"].items()
        }
    if kind == "list":
        return [written(model, shape["member"]["shape"], depth, around)]
    if kind == "map":
        return {"*": written(model, shape["value"]["shape"], depth, around)}
    if kind == "string" and "enum" in shape:
        return "s=" + "|".join(shape["enum"])
    letter = {"string": "s", "timestamp": "s", "blob": "s", "integer": "n", "long": "n", "float": "d", "double": "d"}
    if kind == "boolean":
        return "b"
    return letter[kind] + ("" if kind == "timestamp" else bounds(shape)) if kind in letter else "*"


def main():
    loader = botocore.loaders.Loader()
    print(HEAD)
    for integration, api in INTEGRATIONS.items():
        service, operation = api.split()
        model = loader.load_service_model(service, "service-2")
        output = model["operations"][operation].get("output")
        # A few answers are hundreds of fields deep: past the second level nobody checks those.
        for depth in (9, 2):
            shape = {} if output is None else written(model, output["shape"], depth, [])
            text = json.dumps(shape, separators=(",", ":"))
            if len(text) < 6000:
                break
        print(f'  "{integration}":\n    {chr(39)}{text}{chr(39)},')
    print("};")


main()
