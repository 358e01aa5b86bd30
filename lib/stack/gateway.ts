/** The HTTP API in front of the api function: every method and path goes to it, and it answers for its own access. */
import { Duration, Fn, RemovalPolicy, Validations } from "aws-cdk-lib";
import * as apigateway from "aws-cdk-lib/aws-apigatewayv2";
import { HttpLambdaIntegration } from "aws-cdk-lib/aws-apigatewayv2-integrations";
import * as lambda from "aws-cdk-lib/aws-lambda";
import * as logs from "aws-cdk-lib/aws-logs";
import type { Construct } from "constructs";

/** API Gateway waits at most 30 s; what is still open a second earlier is answered by us. */
export const apiTimeout = Duration.seconds(29);

/** As long as an Express execution may run, and to write down its end. */
export const syncTimeout = Duration.seconds(330);

/** A function URL has no time limit of its own. Whoever calls is verified by the function, as behind the gateway. */
export function createSyncUrl(handler: lambda.Function): string {
  const { url } = handler.addFunctionUrl({ authType: lambda.FunctionUrlAuthType.NONE });
  const parts = Fn.split("/", url, 4); // it ends in a slash, which an endpoint does not
  return Fn.join("//", [Fn.select(0, parts), Fn.select(2, parts)]);
}

export function createGateway(
  scope: Construct,
  handler: lambda.IFunction,
  logRetention: logs.RetentionDays,
): apigateway.HttpApi {
  const api = new apigateway.HttpApi(scope, "Api", {
    description: "Baton: the Step Functions wire protocol and REST",
    createDefaultStage: false,
    defaultIntegration: new HttpLambdaIntegration("ApiIntegration", handler, { timeout: apiTimeout }),
  });
  const accessLog = new logs.LogGroup(scope, "ApiAccessLog", {
    retention: logRetention,
    removalPolicy: RemovalPolicy.DESTROY,
  });
  new apigateway.HttpStage(scope, "ApiStage", {
    httpApi: api,
    autoDeploy: true,
    accessLogSettings: { destination: new apigateway.LogGroupLogDestination(accessLog) },
  });
  Validations.of(api).acknowledge({
    id: "AwsSolutions-APIG4",
    reason:
      "Requests are signed for the service 'states', which no authorizer of API Gateway verifies; the function does, and refuses unsigned ones.",
  });
  return api;
}
