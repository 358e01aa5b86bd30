/** API Gateway's HTTP API in front of the request handler: the wire protocol, REST, and the console's files. */
import { join } from "node:path";
import { readConsole } from "../lib/api/console.ts";
import { openHttp } from "./http.ts";

// API Gateway ends a request after 29 seconds. The build puts the console beside the bundle.
export const handler = await openHttp(
  { activityPollMilliseconds: 25_000 },
  readConsole(join(import.meta.dirname, "console")),
);
