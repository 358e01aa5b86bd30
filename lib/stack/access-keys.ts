/**
 * The keys of the API: one that may do everything, one for each lesser role that somebody is granted, of all
 * machines or of one (a secret each, so that who is granted something reads the key for that alone), and a secret for those that `baton keys`
 * issues.
 */

import { createHash } from "node:crypto";
import { Lazy, type RemovalPolicy, SecretValue, Validations } from "aws-cdk-lib";
import type * as iam from "aws-cdk-lib/aws-iam";
import * as secretsmanager from "aws-cdk-lib/aws-secretsmanager";
import { Construct } from "constructs";
import type { BatonFunction } from "./function.ts";

/** Each role may do what stands before it, too. */
export type KeyRole = "read" | "start" | "operate" | "admin";

/** A secret as a grant needs it, made here or elsewhere. */
export interface KeySecret {
  readonly secretArn: string;
  grantRead(grantee: iam.IGrantable): iam.Grant;
}

export class AccessKeySecrets extends Construct {
  /** Secret with the access key that may call every operation. */
  readonly admin: secretsmanager.Secret;
  /** Secret with the keys that `baton keys` issues: `{"keys": [...]}`. */
  readonly issued: secretsmanager.Secret;
  readonly #removalPolicy: RemovalPolicy;
  /** By role, and machine where it is for one. */
  readonly #granted = new Map<string, secretsmanager.Secret>();
  #readers: readonly BatonFunction[] = [];

  constructor(scope: Construct, id: string, removalPolicy: RemovalPolicy) {
    super(scope, id);
    this.#removalPolicy = removalPolicy;
    this.admin = createAccessKey(scope, "AccessKey", { removalPolicy, accessKeyId: keyId(scope) });
    this.issued = ownerRotates(
      new secretsmanager.Secret(this, "Issued", {
        description: "Access keys of Baton's API that 'baton keys' issues",
        secretStringValue: SecretValue.unsafePlainText('{"keys":[]}'), // nothing secret in it yet
        removalPolicy,
      }),
    );
  }

  /** The secret with the key of that role, good for one machine or for all; made when it is first asked for. */
  of(role: KeyRole, machine?: string): secretsmanager.Secret {
    if (role === "admin") return this.admin;
    const name = role.charAt(0).toUpperCase() + role.slice(1);
    const known = machine === undefined ? name : `${name}-${sha256(machine).slice(0, 8)}`;
    const made = this.#granted.get(known);
    if (made) return made;
    if (this.#granted.size >= mostKeys)
      throw new Error(
        `${this.node.path} has ${mostKeys} keys, which is as many as its functions can be told of: grant the installation's keys instead (grantStartExecution, grantRead of the Baton)`,
      );
    const place = new Construct(this, known);
    const limits = machine === undefined ? {} : { machines: [machine] };
    const options = { removalPolicy: this.#removalPolicy, accessKeyId: keyId(place), role, ...limits };
    const secret = createAccessKey(place, "Key", options);
    this.#granted.set(known, secret);
    for (const reader of this.#readers) reader.allow(["secretsmanager:GetSecretValue"], [secret.secretArn]);
    return secret;
  }

  /** The ARNs of all, with a comma between them, once the app is whole. */
  get arns(): string {
    return Lazy.string({
      produce: () =>
        this.#all()
          .map(({ secretArn }) => secretArn)
          .join(","),
    });
  }

  /** Lets the function read those that are there and those that come. */
  readBy(reader: BatonFunction): void {
    this.#readers = [...this.#readers, reader];
    const arns = this.#all().map(({ secretArn }) => secretArn);
    reader.allow(["secretsmanager:GetSecretValue"], arns);
  }

  #all(): readonly secretsmanager.Secret[] {
    return [this.admin, this.issued, ...this.#granted.values()];
  }
}

/** Each has an ARN of a hundred characters and more, and a function's environment has 4 KB for all that it holds. */
const mostKeys = 20;

function sha256(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}

/** An id is no secret and must be known when the template is made. */
function keyId({ node }: Construct): string {
  return `BATON${node.addr.slice(-15).toUpperCase()}`;
}

interface KeyOptions {
  readonly removalPolicy: RemovalPolicy;
  readonly accessKeyId: string;
  /** Absent: everything. */
  readonly role?: KeyRole;
  /** Absent: of all machines. */
  readonly machines?: readonly string[];
}

function createAccessKey(scope: Construct, id: string, options: KeyOptions): secretsmanager.Secret {
  const { removalPolicy, ...template } = options;
  return ownerRotates(
    new secretsmanager.Secret(scope, id, {
      description: `Access key that signs requests to Baton's API (${options.role ?? "admin"})`,
      generateSecretString: {
        secretStringTemplate: JSON.stringify(template),
        generateStringKey: "secretAccessKey",
        passwordLength: 40,
        excludePunctuation: true,
      },
      removalPolicy,
    }),
  );
}

function ownerRotates(secret: secretsmanager.Secret): secretsmanager.Secret {
  Validations.of(secret).acknowledge({
    id: "AwsSolutions-SMG4",
    reason: "Clients hold the key; its owner rotates it together with them.",
  });
  return secret;
}
