/**
 * `BatonStateMachine`: what `sfn.StateMachine` is in an app, on a `Baton`. The machine is made, changed and
 * deleted through the API of the installation by a custom resource; its role may do what its definition asks
 * for and nothing else.
 */
import { createHash } from "node:crypto";
import {
  ArnFormat,
  CustomResource,
  type Duration,
  type ITaggable,
  Lazy,
  Names,
  RemovalPolicy,
  Stack,
  TagManager,
  TagType,
  Token,
} from "aws-cdk-lib";
import * as iam from "aws-cdk-lib/aws-iam";
import * as sfn from "aws-cdk-lib/aws-stepfunctions";
import type { Construct } from "constructs";
import { resourceTypes } from "../adapters/aws/names.ts";
import { JsonSyntaxError, parseJson, type Value } from "../asl/json.ts";
import { mapPolicyOf, type Policy, policyOf } from "../asl/policy/policy.ts";
import { isArnToken } from "./arn-token.ts";
import type { IBaton } from "./baton.ts";
import { definitionText, isChain } from "./definition-text.ts";
import { BatonStateMachineBase, type IBatonStateMachine } from "./machine-base.ts";
import { machineHandler, serviceTimeout } from "./machine-handler.ts";
import { type AllowCallers, GrantedMachine, MachineRole } from "./machine-role.ts";
import { inlineOf } from "./rights.ts";
import { permitSteps } from "./step-rights.ts";

export interface BatonStateMachineProps {
  /** The installation that runs it. */
  readonly baton: IBaton;
  /**
   * `DefinitionBody.fromFile`, `fromString`, or `fromChainable` of what `aws-cdk-lib/aws-stepfunctions` builds. Files are JSON, or YAML by their ending.
   * @default - `definition`
   */
  readonly definitionBody?: sfn.DefinitionBody;
  /**
   * A chain, as `sfn.StateMachine` takes it in apps that are older than `definitionBody`.
   * @default - `definitionBody`
   */
  readonly definition?: sfn.IChainable;
  /**
   * Values for `${Name}` in the definition.
   * @default - none
   */
  readonly definitionSubstitutions?: { [key: string]: string };
  /** @default - a name made of the construct's path */
  readonly stateMachineName?: string;
  /** @default StateMachineType.STANDARD */
  readonly stateMachineType?: sfn.StateMachineType;
  /**
   * The machine's role. Its tasks are called under the installation's `taskRole`, which is given what the
   * definition asks for.
   * @default - a role that may do what the definition asks for
   */
  readonly role?: iam.IRole;
  /**
   * Of a chain: how long an execution may take.
   * @default - no limit
   */
  readonly timeout?: Duration;
  /**
   * Of a chain: what the machine is for.
   * @default - no comment
   */
  readonly comment?: string;
  /**
   * Of a chain.
   * @default - JSONPath
   */
  readonly queryLanguage?: sfn.QueryLanguage;
  /** @default - no logging */
  readonly logs?: sfn.LogOptions;
  /** @default false */
  readonly tracingEnabled?: boolean;
  /** @default RemovalPolicy.DESTROY */
  readonly removalPolicy?: RemovalPolicy;
  /**
   * Folder with a bundle `<function>/index.mjs` for each function.
   * @default - the bundles of this package
   */
  readonly bundles?: string;
}

function literal(name: string): string | undefined {
  return Token.isUnresolved(name) ? undefined : name;
}

class ImportedStateMachine extends BatonStateMachineBase {
  readonly stateMachineArn: string;
  readonly stateMachineName: string;
  readonly grantPrincipal: iam.IPrincipal = new iam.UnknownPrincipal({ resource: this });
  /** @internal */
  readonly _baton: IBaton;
  /** @internal */
  protected readonly _literalName: string | undefined;

  constructor(scope: Construct, id: string, baton: IBaton, stateMachineArn: string) {
    super(scope, id);
    this._baton = baton;
    this.stateMachineArn = stateMachineArn;
    this.stateMachineName = Stack.of(this).splitArn(stateMachineArn, ArnFormat.COLON_RESOURCE_NAME).resourceName ?? "";
    this._literalName = literal(this.stateMachineName);
  }
}

/** A state machine on a `Baton`: move from `sfn.StateMachine` by changing the class name and naming the installation. */
export class BatonStateMachine extends BatonStateMachineBase implements ITaggable {
  /** A machine of that installation that somebody else made. */
  static fromStateMachineArn(scope: Construct, id: string, baton: IBaton, stateMachineArn: string): IBatonStateMachine {
    return new ImportedStateMachine(scope, id, baton, stateMachineArn);
  }

  static fromStateMachineName(
    scope: Construct,
    id: string,
    baton: IBaton,
    stateMachineName: string,
  ): IBatonStateMachine {
    return new ImportedStateMachine(scope, id, baton, arnOf(Stack.of(scope), stateMachineName));
  }

  readonly stateMachineArn: string;
  readonly stateMachineName: string;
  readonly stateMachineType: sfn.StateMachineType;
  /** Changes whenever definition, role or settings do. */
  readonly stateMachineRevisionId: string;
  /** The machine's own role. */
  readonly role: iam.IRole;
  readonly grantPrincipal: iam.IPrincipal;
  /** What `Tags.of` gives it, or a scope around it. */
  readonly tags = new TagManager(TagType.KEY_VALUE, resourceTypes.machine);
  /** @internal */
  readonly _baton: IBaton;
  /** @internal */
  protected readonly _literalName: string | undefined;
  readonly #worker: iam.IRole;
  /** Not before its own needs are met: what comes then is a grant. */
  readonly #granted: ((statement: iam.PolicyStatement) => void) | undefined;

  constructor(scope: Construct, id: string, props: BatonStateMachineProps) {
    super(scope, id);
    this._baton = props.baton;
    this.stateMachineType = props.stateMachineType ?? sfn.StateMachineType.STANDARD;
    const { definition, needs, files } = boundDefinition(this, props);
    const allowCallers: AllowCallers = (statement) => {
      this.#allowWorker(statement);
      this.#granted?.(statement.copy());
    };
    const assumedBy = new iam.ArnPrincipal(props.baton.taskRole.roleArn);
    this.role = props.role ?? new MachineRole(this, "Role", { assumedBy }, allowCallers);
    this.grantPrincipal = props.role ? new GrantedMachine(this, props.role, allowCallers) : this.role.grantPrincipal;
    // In this stack, so that the installation's does not depend on it.
    this.#worker = iam.Role.fromRoleArn(this, "TaskRole", props.baton.taskRole.roleArn, {
      defaultPolicyName: policyName(Stack.of(this), Stack.of(this).node.path),
    });
    const steps = permitSteps(this, props.baton, {
      files,
      logGroupArn: props.logs?.destination?.logGroupRef.logGroupArn,
      policyName: policyName(Stack.of(this), this.node.path),
    });
    for (const statement of needs) {
      // Whoever brings a role has thought about what it may do.
      if (props.role) this.#allowWorker(statement);
      else this.role.addToPrincipalPolicy(statement);
    }
    const name = props.stateMachineName ?? Names.uniqueResourceName(this, { maxLength: longestName, separator: "-" });
    this._literalName = literal(name);
    const machine = this.#resource(props, name, definition);
    // The API answers when all of the installation is there, not only its address; and what the tasks of this
    // definition may do is granted before it counts.
    machine.node.addDependency(this.role, this.#worker, ...steps.policies, props.baton);
    this.#granted = (statement) => steps.allow(statement, machine);
    // For `applyRemovalPolicy` and whoever else looks for what CloudFormation knows.
    if (machine.node.defaultChild) this.node.defaultChild = machine.node.defaultChild;
    this.stateMachineArn = machine.getAttString("Arn");
    this.stateMachineName = machine.getAttString("Name");
    this.stateMachineRevisionId = machine.getAttString("RevisionId");
  }

  /** To the machine's role, and to the installation's, unless tasks are called under the machine's (`machineRoles`). */
  addToRolePolicy(statement: iam.PolicyStatement): void {
    this.grantPrincipal.addToPrincipalPolicy(statement);
  }

  #allowWorker(statement: iam.PolicyStatement): void {
    if (this._baton._machineRoles) return;
    const inline = inlineOf(this, this._baton, "Tasks", [this._baton.taskRole], [statement]);
    for (const each of inline) this.#worker.addToPrincipalPolicy(each);
  }

  #resource(props: BatonStateMachineProps, name: string, definition: string): CustomResource {
    const { baton, logs, tracingEnabled } = props;
    judgeName("state machine", name);
    return new CustomResource(this, "Resource", {
      resourceType: resourceTypes.machine,
      serviceToken: machineHandler(this, baton, props.bundles).functionArn,
      serviceTimeout,
      removalPolicy: props.removalPolicy ?? RemovalPolicy.DESTROY,
      properties: {
        Endpoint: baton.endpoint,
        KeySecretArn: baton.accessKeySecretArn,
        Name: name,
        Type: this.stateMachineType,
        RoleArn: this.role.roleArn,
        Definition: definition,
        ...(logs === undefined ? {} : { LoggingConfiguration: loggingOf(this, logs) }),
        ...(tracingEnabled === undefined ? {} : { Tracing: String(tracingEnabled) }),
        Tags: Lazy.string({ produce: () => this.#tagsText() }),
      },
    });
  }

  /** Once the app is whole: an aspect gives them. */
  #tagsText(): string | undefined {
    const tags: unknown = this.tags.renderTags();
    return tags === undefined ? undefined : Stack.of(this).toJsonString(tags);
  }
}

export const longestName = 80;

/**
 * The task role has the policies of all its machines, and of two with one name the later deployed takes the other's
 * place. The CDK makes the name of the place within a stack, and an app may be deployed twice.
 */
function policyName(stack: Stack, path: string): string {
  let outermost = stack;
  while (outermost.nestedStackParent !== undefined) outermost = outermost.nestedStackParent;
  const place = `${stack.environment} ${outermost.stackName} ${path}`;
  return `Policy${createHash("sha256").update(place).digest("hex").slice(0, 8)}`;
}

export function judgeName(what: string, name: string): void {
  if (Token.isUnresolved(name) || /^[A-Za-z0-9+!@.()\-=_']{1,80}$/.test(name)) return;
  throw new Error(`the ${what} name '${name}' may have 1 to 80 of the characters A-Z a-z 0-9 + ! @ . ( ) - = _ '`);
}

function arnOf(stack: Stack, name: string): string {
  return stack.formatArn({
    service: "states",
    resource: "stateMachine",
    resourceName: name,
    arnFormat: ArnFormat.COLON_RESOURCE_NAME,
  });
}

interface Bound {
  readonly definition: string;
  readonly needs: readonly iam.PolicyStatement[];
  /** Of these, what Distributed Maps read and write. */
  readonly files: readonly iam.PolicyStatement[];
}

function bodyOf({ definition, definitionBody }: BatonStateMachineProps): sfn.DefinitionBody {
  if (definition !== undefined && definitionBody !== undefined)
    throw new Error("Cannot specify definition and definitionBody at the same time");
  if (definitionBody !== undefined) return definitionBody;
  if (definition !== undefined) return sfn.DefinitionBody.fromChainable(definition);
  throw new Error("You need to specify either definition or definitionBody");
}

function boundDefinition(scope: BatonStateMachine, props: BatonStateMachineProps): Bound {
  const { definitionSubstitutions = {} } = props;
  const body = bodyOf(props);
  if (isChain(body)) return boundChain(scope, body, props);
  const definition = definitionText(body, definitionSubstitutions).replace(
    /\$\{([A-Za-z0-9_]+)\}/g,
    (whole, name: string) => {
      const value = Object.hasOwn(definitionSubstitutions, name) ? definitionSubstitutions[name] : undefined;
      if (value === undefined) return whole;
      // What a token comes to is not known here; it is put in as it is, as CloudFormation does.
      return Token.isUnresolved(value) ? value : JSON.stringify(value).slice(1, -1);
    },
  );
  // A text that is one token is not known before it is deployed.
  if (Token.isUnresolved(definition) && !definition.trimStart().startsWith("{"))
    return { definition, needs: [], files: [] };
  const written = parsed(scope, definition);
  return {
    definition,
    needs: statementsOf(scope, policyOf, written),
    files: statementsOf(scope, mapPolicyOf, written),
  };
}

/** A chain's tasks know what they need better than its text does: they hold the queues and tables themselves. */
function boundChain(scope: BatonStateMachine, body: sfn.ChainDefinitionBody, props: BatonStateMachineProps): Bound {
  const graph = new sfn.StateGraph(body.chainable.startState, "State Machine definition");
  if (props.timeout !== undefined) graph.timeout = props.timeout;
  const bound = body.bind(scope, new iam.UnknownPrincipal({ resource: scope }), props, graph);
  const needs = graph.policyStatements.filter((statement) => !isAboutStepFunctions(statement));
  const written = parsed(scope, JSON.stringify(graph.toGraphJson(props.queryLanguage)));
  return { definition: bound.definitionString ?? "", needs, files: statementsOf(scope, mapPolicyOf, written) };
}

/** Executions that start executions are Baton's own affair, and the rules that tell the service of their ends as well. */
function isAboutStepFunctions({ actions }: iam.PolicyStatement): boolean {
  return actions.every((action) => /^(states:|events:(PutTargets|PutRule|DescribeRule)$)/.test(action));
}

function statementsOf(
  scope: BatonStateMachine,
  policy: typeof policyOf,
  definition: Value,
): readonly iam.PolicyStatement[] {
  const stack = Stack.of(scope);
  const { partition, region, account } = stack;
  const home = { partition, region, account, isArn: (value: string) => isArnToken(stack, value) };
  const { statements }: Policy = policy(definition, home);
  return statements.map(
    ({ actions, resources }) => new iam.PolicyStatement({ actions: [...actions], resources: [...resources] }),
  );
}

function parsed(scope: BatonStateMachine, definition: string): Value {
  try {
    return parseJson(definition);
  } catch (error) {
    if (error instanceof JsonSyntaxError)
      throw new Error(`the definition of ${scope.node.path} is not JSON: ${error.message}`);
    throw error;
  }
}

/** As one text: CloudFormation would make texts of its numbers and flags. */
function loggingOf(scope: BatonStateMachine, { destination, level, includeExecutionData }: sfn.LogOptions): string {
  const group = destination?.logGroupRef.logGroupArn;
  return Stack.of(scope).toJsonString({
    level: level ?? sfn.LogLevel.ERROR,
    includeExecutionData: includeExecutionData ?? false,
    ...(group === undefined ? {} : { destinations: [{ cloudWatchLogsLogGroup: { logGroupArn: group } }] }),
  });
}
