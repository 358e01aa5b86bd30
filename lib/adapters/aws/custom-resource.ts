/**
 * CloudFormation's protocol for custom resources: a request comes as an event, and the answer goes to the
 * address that is in it, whatever happens: a stack that is not answered waits for an hour.
 */

export interface ResourceEvent {
  readonly RequestType: "Create" | "Update" | "Delete";
  readonly ResponseURL: string;
  readonly ResourceType: string;
  readonly StackId: string;
  readonly RequestId: string;
  readonly LogicalResourceId: string;
  /** Not of a Create. */
  readonly PhysicalResourceId?: string;
  /** Every value is text, or made of texts. */
  readonly ResourceProperties: Readonly<Record<string, unknown>>;
  readonly OldResourceProperties?: Readonly<Record<string, unknown>>;
}

export interface Resource {
  readonly physicalId: string;
  /** For `Fn::GetAtt`. */
  readonly attributes: Readonly<Record<string, string>>;
}

/** CloudFormation takes 4 KB; a reason that is longer hides what it says. */
const longestReason = 1_000;

/**
 * Rejects if the answer does not arrive: Lambda then hands the event over again. To say that it failed would be wrong
 * where only the answer did, and CloudFormation would forget what was made.
 */
export async function answerResource(
  event: ResourceEvent,
  work: (event: ResourceEvent) => Promise<Resource>,
): Promise<void> {
  const { StackId, RequestId, LogicalResourceId } = event;
  await send(event, { StackId, RequestId, LogicalResourceId, ...(await outcomeOf(event, work)) });
}

async function outcomeOf(event: ResourceEvent, work: (event: ResourceEvent) => Promise<Resource>): Promise<object> {
  try {
    const { physicalId, attributes } = await work(event);
    return { Status: "SUCCESS", PhysicalResourceId: physicalId, Data: attributes };
  } catch (error) {
    console.error(error);
    const Reason = (error instanceof Error ? error.message : String(error)).slice(0, longestReason);
    // A creation that failed is deleted by this name, and there is nothing to delete.
    return { Status: "FAILED", Reason, PhysicalResourceId: event.PhysicalResourceId ?? `none-${event.RequestId}` };
  }
}

async function send({ ResponseURL }: ResourceEvent, answer: object): Promise<void> {
  const body = JSON.stringify(answer);
  // The address is signed for an empty content type.
  const response = await fetch(ResponseURL, { method: "PUT", body, headers: { "content-type": "" } });
  if (!response.ok) throw new Error(`CloudFormation's answer address said ${response.status}`);
}
