/** What Task states call where a process of ours makes the calls: functions of folders, behind URLs, and services. */
import type { Tasks } from "../engine/ports.ts";
import type { Metrics } from "../engine/watch-port.ts";
import { inOrder } from "../integrations/function-invoker.ts";
import { createTasks } from "../integrations/integrations.ts";
import { lambdaService } from "../integrations/lambda-service.ts";
import type { ResourceLimit } from "../integrations/limits.ts";
import { connectionsIn } from "./connections.ts";
import { beyondThisMachine, tellingWhere } from "./functions/absent.ts";
import { type OutputLine, openFunctions } from "./functions/functions.ts";
import { urlFunctions } from "./functions/url-functions.ts";

export interface TasksOptions {
  /** Folders whose files are Lambda handlers. */
  readonly functionFolders?: readonly string[];
  /** Functions behind a URL, by name. */
  readonly functionUrls?: Readonly<Record<string, string>>;
  /** File with the connections of HTTP tasks; without it they are EventBridge's. */
  readonly connections?: string;
  /** HTTP tasks may call this machine, by plain HTTP too. By default they may not. */
  readonly httpToLoopback?: boolean;
  /** How much of what Tasks may call at once, and when it is left alone; by default nothing is limited. */
  readonly limits?: readonly ResourceLimit[];
  /** Told of calls that the limits hold back. */
  readonly metrics?: Metrics | undefined;
  /** Each line that a function of a folder prints. */
  readonly onLine?: (line: OutputLine) => void;
}

/** A function's name is looked up in the folders, then in the URL map, then on AWS (or where its endpoint points). */
export function openTasks(options: TasksOptions, url: string): { tasks: Tasks; close(): Promise<void> } {
  const variables = { AWS_ENDPOINT_URL_SFN: url, BATON_URL: url };
  const folders = (options.functionFolders ?? []).map((folder) =>
    openFunctions({ folder, variables, ...(options.onLine ? { onLine: options.onLine } : {}) }),
  );
  const behindUrls = urlFunctions(options.functionUrls ?? {});
  const anywhere = inOrder([
    ...folders.map((folder) => folder.invoke),
    behindUrls.invoke,
    beyondThisMachine(lambdaService()),
  ]);
  const tasks = createTasks({
    functions: [tellingWhere(anywhere, options.functionFolders ?? [])],
    ...(options.limits === undefined ? {} : { limits: options.limits }),
    metrics: options.metrics,
    http: {
      reach: { loopback: options.httpToLoopback ?? false },
      ...(options.connections === undefined ? {} : { connections: connectionsIn(options.connections) }),
    },
  });
  const close = async (): Promise<void> => {
    await behindUrls.close();
    await Promise.all(folders.map((folder) => folder.close()));
  };
  return { tasks, close };
}
