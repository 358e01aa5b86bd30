/**
 * A state machine as a resource of CloudFormation: created, updated and deleted through the API, like anybody
 * would. What it is to be comes as texts. How CloudFormation asks and is answered is not known here.
 */

/** An operation of the API; rejects with the service's text. */
export type CallApi = (operation: string, input: object) => Promise<Readonly<Record<string, unknown>>>;

export interface MachineChange {
  readonly kind: "Create" | "Update" | "Delete";
  /** The machine's ARN, or what stands for one that was never made. */
  readonly before?: string;
  readonly wanted: Readonly<Record<string, unknown>>;
  readonly old?: Readonly<Record<string, unknown>>;
}

export interface MadeMachine {
  readonly physicalId: string;
  readonly attributes: { readonly Arn: string; readonly Name: string; readonly RevisionId: string };
}

export async function changeMachine({ kind, before, wanted, old }: MachineChange, call: CallApi): Promise<MadeMachine> {
  const name = text(wanted, "Name");
  if (kind === "Delete") {
    if (before?.startsWith("arn:")) await call("DeleteStateMachine", { stateMachineArn: before });
    return { physicalId: before ?? name, attributes: { Arn: before ?? "", Name: name, RevisionId: "" } };
  }
  // Another name or type is another machine: CloudFormation has the old one deleted afterwards.
  const isAnother = old !== undefined && ["Name", "Type"].some((member) => old[member] !== wanted[member]);
  if (kind === "Create" || before === undefined || isAnother) return await create(name, wanted, call);
  const { revisionId } = await call("UpdateStateMachine", { stateMachineArn: before, ...described(wanted) });
  return made(before, name, revisionId);
}

async function create(name: string, wanted: MachineChange["wanted"], call: CallApi): Promise<MadeMachine> {
  const { stateMachineArn } = await call("CreateStateMachine", {
    name,
    type: text(wanted, "Type"),
    ...described(wanted),
  });
  return made(String(stateMachineArn), name, undefined);
}

function made(arn: string, name: string, revisionId: unknown): MadeMachine {
  const RevisionId = typeof revisionId === "string" ? revisionId : "INITIAL";
  return { physicalId: arn, attributes: { Arn: arn, Name: name, RevisionId } };
}

function described(wanted: MachineChange["wanted"]): object {
  const logging = wanted["LoggingConfiguration"];
  const tracing = wanted["Tracing"];
  return {
    definition: text(wanted, "Definition"),
    roleArn: text(wanted, "RoleArn"),
    ...(typeof logging === "string" ? { loggingConfiguration: JSON.parse(logging) } : {}),
    ...(tracing === undefined ? {} : { tracingConfiguration: { enabled: tracing === "true" } }),
  };
}

function text(wanted: MachineChange["wanted"], member: string): string {
  const value = wanted[member];
  if (typeof value === "string") return value;
  throw new Error(`the resource has no ${member}`);
}
