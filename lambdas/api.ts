/** API Gateway's HTTP API in front of the request handler, which speaks the wire protocol and REST. */
import { openHttp } from "./http.ts";

// API Gateway ends a request after 29 seconds.
export const handler = await openHttp({ activityPollMilliseconds: 25_000 });
