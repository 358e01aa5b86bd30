/** Amazon ECS and Fargate: `runTask`, with `.sync` and with a task token too. */
import { isObject, type JsonText, parseJson, property, withProperty, writeJson } from "../../asl/json.ts";
import { callFailure } from "../call-failure.ts";
import type { IntegrationCall } from "../integration.ts";
import { at, type Json, type Standing } from "../poller.ts";
import type { Service } from "../service.ts";

export const ecs: Service = {
  resource: "ecs",
  sdk: "ecs",
  prefix: "ECS",
  product: "AmazonECS",
  generalException: "AmazonECSException",
  actions: {
    runTask: {
      text: withStarter,
      waitsForToken: true,
      failure: notPlaced,
      judge,
      job: {
        describe: {
          action: "describeTasks",
          parameters: { Cluster: "$.Given.Cluster", Tasks: ["$.Answer.Tasks[0].TaskArn"] },
        },
        status: "$.Tasks[0].LastStatus",
        succeeded: ["STOPPED"],
        failed: [],
        result: "$.Tasks[0]",
        stop: {
          action: "stopTask",
          parameters: {
            Cluster: "$.Given.Cluster",
            Task: "$.Answer.Tasks[0].TaskArn",
            Reason: "The state that waits for this task was aborted",
          },
        },
      },
    },
  },
};

/** What the events of ECS and its lists tell tasks of state machines by. */
function withStarter(given: JsonText): JsonText {
  const parameters = parseJson(given);
  if (!isObject(parameters) || property(parameters, "StartedBy") !== undefined) return given;
  return writeJson(withProperty(parameters, "StartedBy", "AWS Step Functions"));
}

/**
 * ECS answers well of a task that it has no room for, and lists it among the failures. A state that only asks gets
 * that answer; one that waits would wait for nobody (https://docs.aws.amazon.com/step-functions/latest/dg/connect-ecs.html).
 */
function notPlaced(answer: Json, pattern: IntegrationCall["pattern"]): ReturnType<typeof callFailure> | undefined {
  const failures = at(answer, "$.Failures");
  if (pattern === "request-response" || !Array.isArray(failures) || failures.length === 0) return undefined;
  return callFailure("AmazonECS.Unknown", JSON.stringify(answer));
}

/** A task that has stopped has succeeded if each of its containers ran and left with 0. */
function judge(described: Json): Standing {
  if (at(described, "$.Tasks[0].LastStatus") !== "STOPPED") return "running";
  const containers = at(described, "$.Tasks[0].Containers");
  const all = Array.isArray(containers) ? containers : [];
  return all.length > 0 && all.every((container: Json) => at(container, "$.ExitCode") === 0) ? "succeeded" : "failed";
}
