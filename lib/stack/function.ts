/**
 * One of Baton's functions: its bundle, its log group, and a role that starts with the right to write
 * that log and nothing else.
 */
import { existsSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { type Duration, RemovalPolicy } from "aws-cdk-lib";
import * as iam from "aws-cdk-lib/aws-iam";
import * as lambda from "aws-cdk-lib/aws-lambda";
import * as logs from "aws-cdk-lib/aws-logs";
import { Construct } from "constructs";
import { environment, type functions, type resourceFunctions } from "../adapters/aws/names.ts";

export type FunctionName = (typeof functions)[number];

export interface BatonFunctionProps {
  readonly name: FunctionName | (typeof resourceFunctions)[number];
  readonly description: string;
  readonly bundles: string;
  readonly timeout: Duration;
  readonly memorySize: number;
  readonly logRetention: logs.RetentionDays;
  readonly environment: Readonly<Record<string, string>>;
}

export class BatonFunction extends Construct {
  readonly handler: lambda.Function;
  readonly role: iam.Role;

  constructor(scope: Construct, id: string, props: BatonFunctionProps) {
    super(scope, id);
    const logGroup = new logs.LogGroup(this, "Log", {
      retention: props.logRetention,
      removalPolicy: RemovalPolicy.DESTROY,
    });
    this.role = new iam.Role(this, "Role", { assumedBy: new iam.ServicePrincipal("lambda.amazonaws.com") });
    this.allow(["logs:CreateLogStream", "logs:PutLogEvents"], [logGroup.logGroupArn]);
    this.handler = new lambda.Function(this, "Function", {
      description: props.description,
      code: lambda.Code.fromAsset(bundleFolder(props), { exclude: ["*.map"] }),
      handler: "index.handler",
      runtime: lambda.Runtime.NODEJS_24_X,
      architecture: lambda.Architecture.ARM_64,
      timeout: props.timeout,
      memorySize: props.memorySize,
      role: this.role,
      logGroup,
      loggingFormat: lambda.LoggingFormat.JSON,
      // A message that makes the next message is what Lambda's recursive-loop detection stops after 16 hops.
      recursiveLoop: lambda.RecursiveLoop.ALLOW,
      environment: { ...props.environment, [environment.functionTimeoutSeconds]: String(props.timeout.toSeconds()) },
    });
  }

  allow(actions: readonly string[], resources: readonly string[]): void {
    this.role.addToPolicy(new iam.PolicyStatement({ actions: [...actions], resources: [...resources] }));
  }
}

function bundleFolder({ bundles, name }: BatonFunctionProps): string {
  const folder = join(bundles, name);
  if (existsSync(join(folder, "index.mjs"))) return folder;
  throw new Error(
    `There is no bundle of the function '${name}' in ${folder}. In a checkout, 'npm run build' makes it.`,
  );
}

/** Where the package keeps its bundles: beside dist/lib when compiled, under dist when run from the sources. */
export function packagedBundles(): string {
  const root = join(dirname(fileURLToPath(import.meta.url)), "..", "..");
  return basename(root) === "dist" ? join(root, "lambdas") : join(root, "dist", "lambdas");
}
