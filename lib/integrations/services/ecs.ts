/** Amazon ECS and Fargate: `runTask`, with `.sync` and with a task token too. */
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
      waitsForToken: true,
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

/** A task that has stopped has succeeded if each of its containers ran and left with 0. */
function judge(described: Json): Standing {
  if (at(described, "$.Tasks[0].LastStatus") !== "STOPPED") return "running";
  const containers = at(described, "$.Tasks[0].Containers");
  const all = Array.isArray(containers) ? containers : [];
  return all.length > 0 && all.every((container: Json) => at(container, "$.ExitCode") === 0) ? "succeeded" : "failed";
}
