/** What `baton-states/cdk` offers. */
export type { KeyRole } from "./access-keys.ts";
export { BatonActivity, type BatonActivityProps } from "./activity.ts";
export { Baton, type BatonAttributes, type BatonProps, type IBaton } from "./baton.ts";
export { BatonStateMachine, type BatonStateMachineProps } from "./machine.ts";
export type { IBatonStateMachine } from "./machine-base.ts";
export { BatonScheduleTarget, type BatonScheduleTargetProps } from "./schedule-target.ts";
export { BatonStack, type BatonStackProps } from "./stack.ts";
export { BatonTarget, type BatonTargetProps } from "./target.ts";
