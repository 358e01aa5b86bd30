/** The stack's template, with bundles that do nothing where it only matters that there are some. */
import { mkdirSync, mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { App } from "aws-cdk-lib";
import { Template } from "aws-cdk-lib/assertions";
import { functions, resourceFunctions } from "../../lib/adapters/aws/names.ts";
import { BatonStack, type BatonStackProps } from "../../lib/stack/stack.ts";

export function emptyBundles(): string {
  const folder = mkdtempSync(join(tmpdir(), "baton-bundles-"));
  for (const name of [...functions, ...resourceFunctions]) {
    mkdirSync(join(folder, name));
    writeFileSync(join(folder, name, "index.mjs"), `export const handler = async () => ({ name: "${name}" });\n`);
  }
  return folder;
}

const bundles = emptyBundles();

export const secret = (role: string): string => `arn:aws:secretsmanager:eu-west-1:111122223333:secret:${role}-AbCdEf`;

/** Of an installation that another app has made. */
export const attributes = {
  endpoint: "https://abc.execute-api.eu-west-1.amazonaws.com",
  accessKeySecretArn: secret("admin"),
  keySecretArns: { read: secret("read"), start: secret("start"), operate: secret("operate") },
  taskRoleArn: "arn:aws:iam::111122223333:role/tasks",
  flowQueueArn: "arn:aws:sqs:eu-west-1:111122223333:flow",
  tasksQueueArn: "arn:aws:sqs:eu-west-1:111122223333:tasks",
  deadLetterQueueArn: "arn:aws:sqs:eu-west-1:111122223333:dead",
};

/** `checked` holds the template against CloudFormation's schemas, which takes a few seconds. */
export function batonStack(props: BatonStackProps = {}, checked = false): { app: App; stack: BatonStack } {
  const app = new App({
    builtinCloudFormationValidation: checked,
    context: { "@aws-cdk/core:validateAgainstDefaultRules": checked },
  });
  return { app, stack: new BatonStack(app, "Baton", { bundles, ...props }) };
}

export function templateOf(props: BatonStackProps = {}): Template {
  return Template.fromStack(batonStack(props).stack);
}

export interface TemplateResource {
  readonly Type: string;
  readonly Properties: Readonly<Record<string, unknown>>;
  readonly DeletionPolicy?: string;
}

/** Resources of a type whose logical id begins like that. */
export function resources(template: Template, type: string, idPrefix = ""): [id: string, TemplateResource][] {
  const found: Record<string, TemplateResource> = JSON.parse(JSON.stringify(template.findResources(type)));
  return Object.entries(found).filter(([id]) => id.startsWith(idPrefix));
}

export function onlyResource(template: Template, type: string, idPrefix = ""): TemplateResource {
  const [first, ...others] = resources(template, type, idPrefix);
  if (first === undefined || others.length > 0) throw new Error(`${others.length + 1} of ${type} ${idPrefix}*`);
  return first[1];
}
