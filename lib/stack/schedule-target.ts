/**
 * A state machine as what a schedule of EventBridge Scheduler leads to, as `StepFunctionsStartExecution` of
 * `aws-scheduler-targets` is on Step Functions.
 */
import { Stack } from "aws-cdk-lib";
import * as scheduler from "aws-cdk-lib/aws-scheduler";
import * as targets from "aws-cdk-lib/aws-scheduler-targets";
import type { IBatonStateMachine } from "./machine-base.ts";
import { type StartMessage, startsOf } from "./starts.ts";

export interface BatonScheduleTargetProps extends targets.ScheduleTargetBaseProps {
  /**
   * Folder with a bundle `<function>/index.mjs` for each function.
   * @default - the bundles of this package
   */
  readonly bundles?: string;
}

/**
 * Starts an execution each time that a schedule is due, once however often it is delivered (EXPRESS: at least once).
 * `input` is the execution's, as text (default: `{}`); `retryAttempts`, `maxEventAge` and `deadLetterQueue` hold for
 * starting it, too.
 */
export class BatonScheduleTarget implements scheduler.IScheduleTarget {
  readonly #machine: IBatonStateMachine;
  readonly #props: BatonScheduleTargetProps;

  constructor(machine: IBatonStateMachine, props: BatonScheduleTargetProps = {}) {
    this.#machine = machine;
    this.#props = props;
  }

  bind(schedule: scheduler.ISchedule): scheduler.ScheduleTargetConfig {
    const { input, bundles, ...base } = this.#props;
    const starts = startsOf(schedule, this.#machine, bundles);
    const occasion = scheduler.ContextAttribute.scheduledTime;
    const message = starts.message(this.#machine, schedule, "", occasion, base);
    return new targets.SqsSendMessage(starts.queue, { ...base, input: new StartInput(message, input) }).bind(schedule);
  }
}

/** What the queue gets: whom to ask, and for what. */
class StartInput extends scheduler.ScheduleTargetInput {
  readonly #message: StartMessage;
  readonly #input: scheduler.ScheduleTargetInput | undefined;

  constructor(message: StartMessage, input: scheduler.ScheduleTargetInput | undefined) {
    super();
    this.#message = message;
    this.#input = input;
  }

  bind(schedule: scheduler.ISchedule): string {
    const inputText = this.#input?.bind(schedule);
    return Stack.of(schedule).toJsonString({ ...this.#message, ...(inputText !== undefined && { inputText }) });
  }
}
