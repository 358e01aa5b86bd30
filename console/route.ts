/**
 * The page's address, kept in the fragment: links reach an execution, a state in it and an attempt, and no
 * server sees the names in them.
 */
import { useLayoutEffect, useState } from "preact/hooks";

export interface Route {
  readonly path: readonly string[];
  readonly query: URLSearchParams;
}

export function readRoute(hash: string): Route {
  const [path = "", query = ""] = hash.replace(/^#\/?/, "").split("?", 2);
  return { path: path.split("/").filter(Boolean).map(decoded), query: new URLSearchParams(query) };
}

/** An address that somebody typed may be anything. */
function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

export type Query = Readonly<Record<string, string | number | undefined>>;

export function link(path: readonly string[], query: Query = {}): string {
  const given = Object.entries(query).flatMap(([name, value]) =>
    value === undefined || value === "" ? [] : [[name, String(value)]],
  );
  const asked = new URLSearchParams(given).toString();
  return `#/${path.map(encodeURIComponent).join("/")}${asked === "" ? "" : `?${asked}`}`;
}

export function executionLink(machine: string, name: string, state?: string, query: Query = {}): string {
  return link(["executions", machine, name, ...(state === undefined ? [] : [state])], query);
}

export function go(to: string, { replace = false } = {}): void {
  if (replace) {
    history.replaceState(null, "", to);
    window.dispatchEvent(new HashChangeEvent("hashchange"));
  } else location.hash = to;
}

export function useRoute(): Route {
  const [route, setRoute] = useState(() => readRoute(location.hash));
  // Not after the first frame, as an effect would be: the address may change before.
  useLayoutEffect(() => {
    const changed = (): void => setRoute(readRoute(location.hash));
    window.addEventListener("hashchange", changed);
    return () => window.removeEventListener("hashchange", changed);
  }, []);
  return route;
}

/** `arn:aws:states:region:account:execution:machine:name`; of a Map Run's child `…:machine/label:name`, whose name is `label:name`. */
export function namesIn(executionArn: string): { machine: string; name: string } {
  const [place = "", name = ""] = executionArn.split(":").slice(6);
  const [machine = "", label] = place.split("/");
  return { machine, name: label === undefined ? name : `${label}:${name}` };
}

/** How its ARN ends. */
export function endOfArn(machine: string, name: string): string {
  return `:${machine}${name.includes(":") ? "/" : ":"}${name}`;
}

/** Below the API's root. */
export function machinePlace(name: string): string {
  return `state-machines/${encodeURIComponent(name)}`;
}

export function executionPlace(machine: string, name: string): string {
  return `${machinePlace(machine)}/executions/${encodeURIComponent(name)}`;
}

export function executionPath(executionArn: string): string {
  const { machine, name } = namesIn(executionArn);
  return executionPlace(machine, name);
}

/** A Map Run's child has `machine/label` there. */
export function nameIn(machineArn: string): string {
  return machineArn.split(":")[6]?.split("/")[0] ?? "";
}
