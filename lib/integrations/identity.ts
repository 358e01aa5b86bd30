/** Under whose name a call is made. */
import type { Call } from "../engine/ports.ts";

/** Of a call: where it goes, for whom, and when it is over. */
export type Caller = Pick<Call, "region" | "account" | "roleArn" | "machineRoleArn" | "signal" | "claim">;

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
