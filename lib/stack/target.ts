/**
 * A state machine as what an EventBridge rule leads to, as `SfnStateMachine` of `aws-events-targets` is on Step
 * Functions. A function of the rule's stack starts the executions, with the machine's key of the role `start`.
 */
import { createHash } from "node:crypto";
import { Duration } from "aws-cdk-lib";
import * as events from "aws-cdk-lib/aws-events";
import * as targets from "aws-cdk-lib/aws-events-targets";
import type { IBatonStateMachine } from "./machine.ts";
import { sharedFunction } from "./shared-function.ts";

export interface BatonTargetProps extends targets.TargetBaseProps {
  /**
   * The execution's input. What EventBridge puts in as a number goes through JavaScript's numbers.
   * @default - the whole event
   */
  readonly input?: events.RuleTargetInput;
  /**
   * Folder with a bundle `<function>/index.mjs` for each function.
   * @default - the bundles of this package
   */
  readonly bundles?: string;
}

/** Starts an execution for each event of a rule, once however often EventBridge delivers it (EXPRESS: at least once). */
export class BatonTarget implements events.IRuleTarget {
  readonly #machine: IBatonStateMachine;
  readonly #props: BatonTargetProps;

  constructor(machine: IBatonStateMachine, props: BatonTargetProps = {}) {
    this.#machine = machine;
    this.#props = props;
  }

  bind(rule: events.IRule, id?: string): events.RuleTargetConfig {
    const { input = events.RuleTargetInput.fromEventPath("$"), bundles, ...base } = this.#props;
    const { handler } = sharedFunction(rule, this.#machine._baton, {
      id: "Starts",
      name: "start-execution",
      description: "Starts executions on Baton for the rules of this stack",
      timeout: Duration.minutes(1),
      bundles,
    });
    this.#machine.grantStartExecution(handler);
    const event = new StartInput(this.#machine, input, idOf(rule, id));
    return new targets.LambdaFunction(handler, { ...base, event }).bind(rule, id);
  }
}

/** Of this target among all that may start the machine for the same event. */
function idOf(rule: events.IRule, id = ""): string {
  return createHash("sha256").update(`${rule.node.addr} ${id}`).digest("hex").slice(0, 12);
}

/** What the function gets: whom to ask, and for what. */
class StartInput extends events.RuleTargetInput {
  readonly #machine: IBatonStateMachine;
  readonly #input: events.RuleTargetInput;
  readonly #id: string;

  constructor(machine: IBatonStateMachine, input: events.RuleTargetInput, id: string) {
    super();
    this.#machine = machine;
    this.#input = input;
    this.#id = id;
  }

  bind(rule: events.IRule): events.RuleTargetInputProperties {
    const { text, paths } = templateOf(this.#input.bind(rule));
    const { stateMachineArn, _baton: baton } = this.#machine;
    const fixed = Object.entries({
      endpoint: baton.endpoint,
      keySecretArn: this.#machine.keySecretArn("start"),
      stateMachineArn,
      name: `<batonEvent>-${this.#id}`,
    });
    const members = fixed.map(([name, value]) => `"${name}":"${value}"`).join(",");
    return {
      inputPathsMap: { ...paths, batonEvent: "$.id" },
      inputTemplate: `{${members},"input":${text}}`,
    };
  }
}

interface Template {
  readonly text: string;
  readonly paths: Readonly<Record<string, string>>;
}

function templateOf(given: events.RuleTargetInputProperties): Template {
  const { input, inputPath = "$", inputTemplate, inputPathsMap = {} } = given;
  if (inputTemplate !== undefined) return { text: inputTemplate, paths: inputPathsMap };
  return input === undefined ? { text: "<batonInput>", paths: { batonInput: inputPath } } : { text: input, paths: {} };
}
