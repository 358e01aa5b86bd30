/** The same API behind a function URL, which lets a request take as long as an Express execution may. */
import { numberFromEnvironment } from "./environment.ts";
import { openHttp } from "./http.ts";

/** A guard comes later than this function can live. */
const guardMargin = 30_000;

const seconds = numberFromEnvironment("functionTimeoutSeconds");
export const handler = await openHttp(
  seconds === undefined ? {} : { guardDelayMilliseconds: seconds * 1_000 + guardMargin },
);
