/** What an exception of the SDK says, apart from how either kind of integration words it. */
import type { SdkMetadata } from "../sdk-call.ts";

export interface ServiceError {
  readonly name: string;
  readonly message: string;
  /** As it came over the wire. */
  readonly code: string;
  readonly metadata: SdkMetadata;
  /** The service's model knows it; else all one can say is that the service raised it. */
  readonly modelled: boolean;
}

/** Undefined if it is not the service that raised it. */
export function serviceErrorOf(error: unknown): ServiceError | undefined {
  if (!(error instanceof Error) || !("$fault" in error) || !("$metadata" in error)) return undefined;
  const metadata: SdkMetadata = typeof error.$metadata === "object" && error.$metadata !== null ? error.$metadata : {};
  const code = "Code" in error && typeof error.Code === "string" ? error.Code.replace(/^.*#/, "") : error.name;
  // Exceptions that the model names have classes of their own; the others have the service's base class.
  const modelled = !/^[A-Z]\w+ServiceException$/.test(error.constructor.name);
  if (metadata.httpStatusCode !== undefined)
    return { name: error.name, message: error.message, code, metadata, modelled };
  // One that stands in a stream of events has no status of its own.
  const inStream = { ...metadata, httpStatusCode: 200 };
  return modelled ? { name: error.name, message: error.message, code, metadata: inStream, modelled } : undefined;
}

/** SQS and S3 name some without the suffix; the SDK that Step Functions uses gives it to all. */
export function exceptionName(name: string): string {
  return name.endsWith("Exception") ? name : `${name}Exception`;
}

/** Worth asking again, for somebody who may. */
export function isPassing({ name, code, metadata }: ServiceError): boolean {
  const status = metadata.httpStatusCode ?? 0;
  return (
    status >= 500 || status === 429 || /Thrott|TooManyRequests|RequestLimitExceeded|SlowDown/.test(`${name} ${code}`)
  );
}
