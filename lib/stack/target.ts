/**
 * A state machine as what an EventBridge rule leads to, as `SfnStateMachine` of `aws-events-targets` is on Step
 * Functions.
 */
import * as events from "aws-cdk-lib/aws-events";
import * as targets from "aws-cdk-lib/aws-events-targets";
import type { IBatonStateMachine } from "./machine-base.ts";
import { type StartMessage, startsOf } from "./starts.ts";

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

/**
 * Starts an execution for each event of a rule, once however often EventBridge delivers it (EXPRESS: at least once).
 * `retryAttempts`, `maxEventAge` and `deadLetterQueue` hold for starting it, too.
 */
export class BatonTarget implements events.IRuleTarget {
  readonly #machine: IBatonStateMachine;
  readonly #props: BatonTargetProps;

  constructor(machine: IBatonStateMachine, props: BatonTargetProps = {}) {
    this.#machine = machine;
    this.#props = props;
  }

  bind(rule: events.IRule, id = ""): events.RuleTargetConfig {
    const { input = events.RuleTargetInput.fromEventPath("$"), bundles, ...base } = this.#props;
    const starts = startsOf(rule, this.#machine, bundles);
    const message = new StartInput(starts.message(this.#machine, rule, id, "<batonEvent>", base), input);
    return new targets.SqsQueue(starts.queue, { ...base, message }).bind(rule, id);
  }
}

/** What the queue gets: whom to ask, and for what. */
class StartInput extends events.RuleTargetInput {
  readonly #message: StartMessage;
  readonly #input: events.RuleTargetInput;

  constructor(message: StartMessage, input: events.RuleTargetInput) {
    super();
    this.#message = message;
    this.#input = input;
  }

  bind(rule: events.IRule): events.RuleTargetInputProperties {
    const { text, paths } = templateOf(this.#input.bind(rule));
    const members = Object.entries(this.#message).map(([name, value]) => `"${name}":${JSON.stringify(value)},`);
    return {
      inputPathsMap: { ...paths, batonEvent: "$.id" },
      inputTemplate: `{${members.join("")}"input":${text}}`,
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
