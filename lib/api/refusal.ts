/**
 * What the API answers when it refuses: AWS's error names and AWS's texts. A Refusal is thrown inside
 * lib/api only and becomes an answer at the door of each face; it says nothing about the health of the
 * service. Anything else that is thrown is an outage or a bug.
 */

/** Which of the service's frameworks an error comes from; clients drop it, captured traffic shows it. */
const namespaces = {
  service: "com.amazonaws.swf.service.v2.model#",
  validation: "com.amazon.coral.validate#",
  framework: "com.amazon.coral.service#",
} as const;

export class Refusal extends Error {
  override readonly name: string;
  readonly namespace: keyof typeof namespaces;
  readonly status: number;
  /** Further members of the error, as the service's model has them. */
  readonly members: Readonly<Record<string, string>>;
  readonly headers: Readonly<Record<string, string>>;

  constructor(
    name: string,
    text: string,
    {
      namespace = "service",
      status = 400,
      members = {},
      headers = {},
    }: Partial<Pick<Refusal, "namespace" | "status" | "members" | "headers">> = {},
  ) {
    super(text);
    this.name = name;
    this.namespace = namespace;
    this.status = status;
    this.members = members;
    this.headers = headers;
  }

  get type(): string {
    return namespaces[this.namespace] + this.name;
  }
}

/** Several findings make one error, as on the service. */
export function validationFailed(findings: readonly string[]): Refusal {
  const noun = findings.length === 1 ? "error" : "errors";
  return new Refusal("ValidationException", `${findings.length} validation ${noun} detected: ${findings.join("; ")}`, {
    namespace: "validation",
  });
}

/** The service's model has these for programs to tell apart. */
type InvalidReason =
  | "API_DOES_NOT_SUPPORT_LABELED_ARNS"
  | "CANNOT_UPDATE_COMPLETED_MAP_RUN"
  | "INVALID_ROUTING_CONFIGURATION"
  | "MISSING_REQUIRED_PARAMETER";

/** A rule of the operation itself, which the service words freely. */
export function invalid(text: string, reason?: InvalidReason): Refusal {
  return new Refusal("ValidationException", text, { namespace: "validation", ...(reason && { members: { reason } }) });
}

export function unreadable(text: string): Refusal {
  return new Refusal("SerializationException", text, { namespace: "framework" });
}

export function unknownOperation(name: string | null): Refusal {
  const text = name === null ? "the header X-Amz-Target is missing" : `unknown operation '${name.slice(0, 100)}'`;
  return new Refusal("UnknownOperationException", text, { namespace: "framework" });
}

export function tooLarge(limitBytes: number): Refusal {
  return new Refusal("RequestEntityTooLargeException", `Request must be smaller than ${limitBytes} bytes`, {
    namespace: "framework",
    status: 413,
  });
}

export function internalFailure(): Refusal {
  return new Refusal(
    "InternalFailure",
    "The request processing has failed because of an unknown error, exception or failure.",
    { namespace: "framework", status: 500 },
  );
}

export function invalidArn(reason: string): Refusal {
  return new Refusal("InvalidArn", `Invalid Arn: '${reason}'`);
}

export function invalidName(name: string): Refusal {
  return new Refusal("InvalidName", `Invalid Name: '${name}'`);
}

export function invalidToken(): Refusal {
  return new Refusal("InvalidToken", "Invalid Token: 'Invalid token'");
}

export function noSuchMachine(arn: string): Refusal {
  return new Refusal("StateMachineDoesNotExist", `State Machine Does Not Exist: '${arn}'`);
}

export function beingDeleted(arn: string): Refusal {
  return new Refusal("StateMachineDeleting", `State Machine is being deleted: '${arn}'`);
}

export function unsuitedType(): Refusal {
  return new Refusal("StateMachineTypeNotSupported", "This operation is not supported by this type of state machine");
}

export function tooMany(what: string, machine: string, most: number): Refusal {
  return new Refusal(
    "ServiceQuotaExceededException",
    `State machine '${machine}' has ${most} ${what}, the most it can have; delete those that are not used`,
  );
}

export function noSuchExecution(arn: string): Refusal {
  return new Refusal("ExecutionDoesNotExist", `Execution Does Not Exist: '${arn}'`);
}

export function notRedrivable(arn: string, reason: string): Refusal {
  return new Refusal("ExecutionNotRedrivable", `Execution ${arn} invalid for redrive as: ${reason}`);
}

export function noSuchActivity(arn: string): Refusal {
  return new Refusal("ActivityDoesNotExist", `Activity Does Not Exist: '${arn}'`);
}

export function noSuchResource(arn: string): Refusal {
  return new Refusal("ResourceNotFound", `Resource not found: '${arn}'`, { members: { resourceName: arn } });
}
