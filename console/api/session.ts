/**
 * With which key this page calls, and what that key may do. The key stays in the tab's session storage: it goes
 * when the tab does, and no other site's page can read it.
 */
import { useEffect, useState } from "preact/hooks";
import type { Key } from "./sign.ts";

export type Role = "read" | "start" | "operate" | "admin";

export interface Session {
  readonly key?: Key;
  /** Unknown until the API has said so: then no button acts. */
  readonly role?: Role;
  /** The API answered that it takes no unsigned requests, or not this key. */
  readonly refused?: string;
}

const stored = "baton.key";
let session: Session = read();
const listeners = new Set<() => void>();

function read(): Session {
  const text = sessionStorage.getItem(stored);
  return text === null ? {} : { key: JSON.parse(text) };
}

export function currentSession(): Session {
  return session;
}

export function changeSession(change: Partial<Session>): void {
  session = { ...session, ...change };
  for (const listener of listeners) listener();
}

export function signIn(key: Key): void {
  sessionStorage.setItem(stored, JSON.stringify(key));
  session = { key };
  for (const listener of listeners) listener();
}

export function signOut(): void {
  sessionStorage.removeItem(stored);
  session = {};
  for (const listener of listeners) listener();
}

export function useSession(): Session {
  const [seen, setSeen] = useState(session);
  useEffect(() => {
    const listener = (): void => setSeen(session);
    listeners.add(listener);
    listener();
    return () => {
      listeners.delete(listener);
    };
  }, []);
  return seen;
}

const order: readonly Role[] = ["read", "start", "operate", "admin"];

/** Whether the session's key reaches that role: what it may not do is not offered. */
export function may({ role }: Session, wanted: Role): boolean {
  return role !== undefined && order.indexOf(role) >= order.indexOf(wanted);
}
