/**
 * Page tokens: opaque to clients, bound to the caller and the question, signed with the installation's
 * key and good for 24 hours, as on the service. What is not exactly ours is an InvalidToken.
 */
import { timingSafeEqual } from "node:crypto";
import { hashOf } from "../engine/identity.ts";
import type { Call } from "./operation.ts";
import { invalidToken } from "./refusal.ts";

const lifetimeMilliseconds = 24 * 60 * 60 * 1000;
/** The service's page when the caller names no size, or 0. */
const usualSize = 100;

export function pageSize(maxResults: number | undefined): number {
  return maxResults || usualSize;
}

/** `question` is everything that the next page must be asked with again. */
export function sealPage(call: Call, question: readonly unknown[], next: string): string {
  const body = JSON.stringify([call.engine.world.clock.now() + lifetimeMilliseconds, next]);
  const text = Buffer.from(body).toString("base64url");
  return `${text}.${signature(call, question, text)}`;
}

export function openPage(call: Call, question: readonly unknown[], token: string | undefined): string | undefined {
  if (token === undefined) return undefined;
  const [text = "", given = "", ...rest] = token.split(".");
  if (rest.length > 0 || !same(given, signature(call, question, text))) throw invalidToken();
  const [expires, next]: [number, string] = JSON.parse(Buffer.from(text, "base64url").toString());
  if (expires < call.engine.world.clock.now()) throw invalidToken();
  return next;
}

/** "page" keeps these signatures apart from those of task tokens, which are made with the same key. */
function signature(call: Call, question: readonly unknown[], text: string): string {
  const { account, region } = call.tenant;
  return call.engine.world.keys.sign(`page\n${hashOf(JSON.stringify([account, region, ...question]))}\n${text}`);
}

function same(left: string, right: string): boolean {
  const a = Buffer.from(left);
  const b = Buffer.from(right);
  return a.length === b.length && timingSafeEqual(a, b);
}
