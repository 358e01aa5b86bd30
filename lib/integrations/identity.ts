/**
 * Under whose name a call is made: the process's own, the state machine's role, or the role that the state's
 * `Credentials` name. Roles are assumed, one after the other where there are two, in a session named after the
 * execution, so that CloudTrail tells who it was.
 */
import type { Call } from "../engine/ports.ts";
import { isPassing, serviceErrorOf } from "./sdk/failure.ts";
import { loadSts, stsPackage } from "./sdk/sts.ts";
import { clientSettings } from "./sdk-call.ts";

/** Of a call: where it goes, for whom, and when it is over. */
export type Caller = Pick<
  Call,
  "region" | "account" | "roleArn" | "machineRoleArn" | "stateMachineArn" | "signal" | "claim" | "traceHeader"
>;

export interface Credentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
  readonly expiration?: Date;
}

/** `name` tells identities apart; without `credentials` it is the process's own. */
export type Identity = (caller: Caller) => {
  readonly name: string;
  readonly credentials?: () => Promise<Credentials>;
};

/** STS does not let us assume the role: the call was not made. */
export class RoleNotAssumed extends Error {}

export interface IdentityOptions {
  /** Calls are made under the state machine's own role. By default under this process's identity. */
  readonly machineRoles?: boolean;
  /** What the roles' trust policies may ask for, as `sts:ExternalId`; by default, as on the service, the state machine's ARN. */
  readonly externalId?: string;
  readonly assume?: Assume;
}

export type Assume = (request: AssumeRequest) => Promise<Credentials>;

export interface AssumeRequest {
  readonly roleArn: string;
  readonly session: string;
  readonly region: string;
  readonly externalId?: string;
  /** Who assumes it; the process itself where absent. */
  readonly by?: Credentials;
}

/** Credentials are renewed that long before they end. */
const margin = 5 * 60_000;
const mostSessions = 10_000;

export function createIdentity(options: IdentityOptions = {}, now: () => number = Date.now): Identity {
  const { machineRoles = false, assume = bySts } = options;
  const sessions = new Map<string, Promise<Credentials>>();
  const enter = async (key: string, request: AssumeRequest): Promise<Credentials> => {
    const known = await sessions.get(key)?.catch(() => undefined);
    if (known !== undefined && (known.expiration?.getTime() ?? 0) - margin > now()) return known;
    if (sessions.size >= mostSessions) sessions.clear();
    const entering = assume(request);
    sessions.set(key, entering);
    return entering;
  };
  return (caller) => {
    const { roleArn, machineRoleArn, region } = caller;
    const roles = [...(machineRoles && machineRoleArn ? [machineRoleArn] : []), ...(roleArn ? [roleArn] : [])];
    if (roles.length === 0) return { name: "" };
    const session = sessionOf(caller);
    const externalId = options.externalId ?? externalIdOf(caller);
    // A trust policy may let one machine in and not another: they share no session, whatever their executions are called.
    const key = [session, externalId ?? ""].join("|");
    const credentials = async (): Promise<Credentials> => {
      let by: Credentials | undefined;
      let way = key;
      for (const role of roles) {
        way = `${way}|${role}`;
        const request = { roleArn: role, session, region, ...(externalId && { externalId }), ...(by && { by }) };
        by = await enter(way, request);
      }
      if (by === undefined) throw new Error("there is no role to assume");
      return by;
    };
    return { name: [key, ...roles].join("|"), credentials };
  };
}

/** STS takes no others: a machine with such a name is not told apart, as on the service. */
const isExternalId = /^[\w+=,.@:/-]{2,1224}$/;

function externalIdOf({ stateMachineArn = "" }: Caller): string | undefined {
  return isExternalId.test(stateMachineArn) ? stateMachineArn : undefined;
}

/** Assuming a role again does no harm, unlike the call that it is assumed for. */
const maxAttempts = 3;

/** STS's own limits on what a session may be called. */
const longestSession = 64;
const notInSession = /[^\w+=,.@-]/g;

/** After the execution; where nobody is told of one, as in Express machines, after the machine. */
function sessionOf({ claim, stateMachineArn }: Caller): string {
  const name = claim?.execution.split("/").at(-1) ?? stateMachineArn?.split(":").at(6) ?? "";
  return `baton-${name}`.replace(notInSession, "-").slice(0, longestSession);
}

async function bySts({ roleArn, session, region, externalId, by }: AssumeRequest): Promise<Credentials> {
  const sdk = loadSts("To assume a role", RoleNotAssumed);
  const Command = sdk.commands.get("assumerole");
  if (Command === undefined) throw new RoleNotAssumed(`${stsPackage} cannot assume a role`);
  const client = new sdk.client({ ...clientSettings(region), maxAttempts, ...(by && { credentials: by }) });
  const input = { RoleArn: roleArn, RoleSessionName: session, ...(externalId && { ExternalId: externalId }) };
  const answer = await client
    .send(new Command(input), { abortSignal: AbortSignal.timeout(20_000) })
    .catch((error: unknown) => {
      const why = error instanceof Error ? error.message : String(error);
      // What passes says nothing of the role: to whoever asks it is a call that did not come through.
      const Failure = isTrouble(error) ? Error : RoleNotAssumed;
      throw new Failure(`The role ${roleArn} could not be assumed: ${why}`);
    });
  return credentialsIn(answer, roleArn);
}

function isTrouble(error: unknown): boolean {
  const raised = serviceErrorOf(error);
  if (raised !== undefined) return isPassing(raised);
  return !(error instanceof Error && error.name === "CredentialsProviderError");
}

function credentialsIn(answer: object, roleArn: string): Credentials {
  const given: unknown = "Credentials" in answer ? answer.Credentials : undefined;
  const { AccessKeyId, SecretAccessKey, SessionToken, Expiration } = (given ?? {}) as Readonly<Record<string, unknown>>;
  if (typeof AccessKeyId !== "string" || typeof SecretAccessKey !== "string") {
    throw new RoleNotAssumed(`STS gave no credentials for the role ${roleArn}`);
  }
  return {
    accessKeyId: AccessKeyId,
    secretAccessKey: SecretAccessKey,
    ...(typeof SessionToken === "string" && { sessionToken: SessionToken }),
    ...(Expiration instanceof Date && { expiration: Expiration }),
  };
}
