/**
 * The keys of the API: one that may do everything, one for each lesser role that somebody is granted (a secret
 * each, so that who is granted a role reads that role's key alone), and a secret for those that `baton keys`
 * issues.
 */
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
  readonly #granted = new Map<KeyRole, secretsmanager.Secret>();
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

  /** The secret with the key of that role; made when it is first asked for. */
  of(role: KeyRole): secretsmanager.Secret {
    if (role === "admin") return this.admin;
    const made = this.#granted.get(role);
    if (made) return made;
    const place = new Construct(this, role.charAt(0).toUpperCase() + role.slice(1));
    const options = { removalPolicy: this.#removalPolicy, accessKeyId: keyId(place), role };
    const secret = createAccessKey(place, "Key", options);
    this.#granted.set(role, secret);
    for (const reader of this.#readers) reader.allow(["secretsmanager:GetSecretValue"], [secret.secretArn]);
    return secret;
  }

  /** The ARNs of all, with a comma between them, once the app is whole. */
  get arns(): string {
    return Lazy.string({ produce: () => this.#all().join(",") });
  }

  /** Lets the function read those that are there and those that come. */
  readBy(reader: BatonFunction): void {
    this.#readers = [...this.#readers, reader];
    reader.allow(["secretsmanager:GetSecretValue"], this.#all());
  }

  #all(): string[] {
    return [this.admin, this.issued, ...this.#granted.values()].map(({ secretArn }) => secretArn);
  }
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
