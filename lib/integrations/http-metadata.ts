/**
 * What optimized integrations add to a service's answer: `SdkHttpMetadata` and `SdkResponseMetadata`,
 * shaped as Step Functions shows them.
 */
import type { JsonText } from "../asl/json.ts";

export interface HttpAnswer {
  readonly statusCode: number;
  readonly requestId: string;
  /** By name in whatever case they came. */
  readonly headers: Readonly<Record<string, string>>;
}

/** The case in which the services send their headers; Node's HTTP client lowers it. */
const canonicalNames: ReadonlyMap<string, string> = new Map(
  [
    "Connection",
    "Content-Length",
    "Content-Type",
    "Date",
    "Server",
    "X-Amz-Executed-Version",
    "X-Amz-Function-Error",
    "X-Amz-Log-Result",
    "x-amz-crc32",
    "x-amzn-Remapped-Content-Length",
    "x-amzn-RequestId",
    "X-Amzn-Trace-Id",
  ].map((name) => [name.toLowerCase(), name]),
);

/** The text of an object with the two members, to be joined to others. */
export function httpMetadata({ statusCode, requestId, headers }: HttpAnswer): {
  readonly SdkHttpMetadata: JsonText;
  readonly SdkResponseMetadata: JsonText;
} {
  const named = Object.entries(headers).map(
    ([name, value]) => [canonicalNames.get(name.toLowerCase()) ?? name, value] as const,
  );
  return {
    SdkHttpMetadata: JSON.stringify({
      AllHttpHeaders: Object.fromEntries(named.map(([name, value]) => [name, [value]])),
      HttpHeaders: Object.fromEntries(named),
      HttpStatusCode: statusCode,
    }),
    SdkResponseMetadata: JSON.stringify({ RequestId: requestId }),
  };
}
