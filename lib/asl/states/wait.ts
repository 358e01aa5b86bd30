/**
 * Wait. Waiting costs nothing but time: where a state follows, one transition writes both events and
 * the way into the next state begins at the end of the wait. Only a wait that ends its branch, or whose
 * leaving would fail, has to sleep and be woken.
 */
import type { WaitState } from "../definition.ts";
import { evaluateExpression, expectType } from "../evaluate/expression.ts";
import { EvaluationFailure, queryFailure, runtimeFailure } from "../evaluate/failure.ts";
import { findPath } from "../evaluate/path.ts";
import type { EvaluationScope } from "../evaluate/scope.ts";
import { evaluateTemplate } from "../evaluate/template.ts";
import { parseLiveTimestamp } from "../evaluate/timestamp.ts";
import { type Value, writeJson } from "../json.ts";
import type { Instant } from "../position.ts";
import type { Transition } from "../transition.ts";
import { numberOf, secondsBounds } from "./computed.ts";
import { departUnchanged, effectiveInput, leave } from "./leave.ts";
import { scopeOf, stay, type Visit } from "./visit.ts";

export async function stepWait(visit: Visit<WaitState>): Promise<Transition> {
  const until = await wakeTime(visit);
  const { state, moment } = visit;
  if (until <= moment.now) return leaveWait(visit);
  if (state.following.kind === "end") return stay(visit, { kind: "sleeping", until });
  try {
    const later: Visit<WaitState> = { ...visit, moment: { ...moment, now: until } };
    return leave(visit, await departUnchanged(later, state.following), until);
  } catch (error) {
    if (!(error instanceof EvaluationFailure)) throw error;
    return stay(visit, { kind: "sleeping", until });
  }
}

/** Woken up. */
export async function leaveWait(visit: Visit<WaitState>): Promise<Transition> {
  return leave(visit, await departUnchanged(visit, visit.state.following));
}

async function wakeTime(visit: Visit<WaitState>): Promise<Instant> {
  const { until } = visit.state;
  const jsonata = visit.state.queryLanguage === "JSONata";
  const scope = scopeOf(visit, jsonata ? visit.input : effectiveInput(visit));
  if (until.kind === "seconds") return visit.moment.now + 1000 * (await seconds(until.seconds, scope));
  return timestamp(until.timestamp, scope);
}

type Until = WaitState["until"];
type Seconds = Extract<Until, { kind: "seconds" }>["seconds"];
type Timestamp = Extract<Until, { kind: "timestamp" }>["timestamp"];

async function seconds(computed: Seconds, scope: EvaluationScope): Promise<number> {
  if (computed.kind !== "path") return numberOf("Seconds", computed, scope, secondsBounds);
  const { source } = computed.path;
  const value = findPath(computed.path, scope);
  if (value === undefined)
    throw runtimeFailure(`The SecondsPath parameter does not reference an input value: ${source}`);
  const text = writeJson(value);
  if (!/^-?\d+$/.test(text)) {
    throw runtimeFailure(`The SecondsPath parameter cannot be parsed as a long value: ${source} == ${text}`);
  }
  const number = Number(text);
  if (number < 0) throw runtimeFailure(`The SecondsPath parameter references a negative value: ${source} == ${text}`);
  // The bound of every other number of seconds; what lies beyond has no date.
  const { most } = secondsBounds;
  if (number > most)
    throw runtimeFailure(`The SecondsPath parameter references a value beyond ${most}: ${source} == ${text}`);
  return number;
}

async function timestamp(computed: Timestamp, scope: EvaluationScope): Promise<Instant> {
  switch (computed.kind) {
    case "literal":
      return instant(computed.value) ?? notATimestamp("Timestamp", computed.value);
    case "path": {
      const { source } = computed.path;
      const value = findPath(computed.path, scope);
      if (value === undefined) {
        throw runtimeFailure(`The TimestampPath parameter does not reference an input value: ${source}`);
      }
      return instant(value) ?? notATimestamp("TimestampPath", `${source} == ${plain(value)}`);
    }
    case "template": {
      const value = await evaluateTemplate(computed.template, scope);
      return instant(value) ?? notATimestamp("Timestamp", plain(value));
    }
    case "expression": {
      const { expression } = computed;
      const value = expectType(expression, await evaluateExpression(expression, scope), "string");
      const found = instant(value);
      if (found !== undefined) return found;
      throw queryFailure(`${notIso("Timestamp")}: ${plain(value)}`, "Timestamp");
    }
  }
}

function notIso(field: string): string {
  return `The ${field} parameter does not reference a valid ISO-8601 extended offset date-time format string`;
}

function notATimestamp(field: string, what: string): never {
  throw runtimeFailure(`${notIso(field)}: ${what}`);
}

function plain(value: Value): string {
  return typeof value === "string" ? value : writeJson(value);
}

function instant(value: Value): Instant | undefined {
  return typeof value === "string" ? parseLiveTimestamp(value)?.instant : undefined;
}
