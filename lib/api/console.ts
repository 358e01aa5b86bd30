/**
 * The web console's files, as the build made them: read once, answered from memory. Only names that the
 * build wrote are known, so no path leads anywhere else. What the page does is `console/`; it has no more
 * rights than any other client of the API.
 */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { extname, join } from "node:path";
import { gzipSync } from "node:zlib";

import type { HttpAnswer, HttpRequest } from "./http.ts";

export interface ConsoleFile {
  readonly type: string;
  readonly body: Buffer;
  /** Made when it is first asked for. */
  zipped(): Buffer;
}

/** By name; the page itself is `index.html`. */
export type ConsoleFiles = ReadonlyMap<string, ConsoleFile>;

const types: Readonly<Record<string, string>> = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".svg": "image/svg+xml",
};

/** Undefined where nobody has built it. */
export function readConsole(folder: string): ConsoleFiles | undefined {
  if (!existsSync(join(folder, "index.html"))) return undefined;
  const files = new Map<string, ConsoleFile>();
  for (const name of readdirSync(folder)) {
    const type = types[extname(name)];
    if (type === undefined) continue;
    const body = readFileSync(join(folder, name));
    let zipped: Buffer | undefined;
    files.set(name, {
      type,
      body,
      zipped() {
        zipped ??= gzipSync(body);
        return zipped;
      },
    });
  }
  return files;
}

/** Nothing but our own files runs, and no text becomes markup by itself. */
const policy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data:",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
  "require-trusted-types-for 'script'",
].join("; ");

const safety = {
  "content-security-policy": policy,
  "x-content-type-options": "nosniff",
  "referrer-policy": "no-referrer",
  "cross-origin-opener-policy": "same-origin",
  "cross-origin-resource-policy": "same-origin",
};

/** A browser at the address that everybody is told. */
function wantsPage({ headers }: HttpRequest): boolean {
  return /\btext\/html\b/.test(headers.get("accept") ?? "");
}

function toConsole({ url }: HttpRequest): HttpAnswer {
  const before = new URL(url).pathname.replace(/\/$/, "");
  return { status: 302, headers: { location: `${before}/console/`, vary: "accept" }, body: null };
}

/** Undefined: the path is none of the console's. */
export function answerConsole(files: ConsoleFiles, request: HttpRequest, path: string): HttpAnswer | undefined {
  if (path === "/" && request.method === "GET" && wantsPage(request)) return toConsole(request);
  if (path !== "/console" && !path.startsWith("/console/")) return undefined;
  if (request.method !== "GET" && request.method !== "HEAD")
    return { status: 405, headers: { allow: "GET, HEAD" }, body: null };
  // Relative: whatever stands before our path (a stage's name) stays. The page's own addresses are relative too.
  if (path === "/console") return { status: 308, headers: { location: "console/" }, body: null };
  const name = path.slice("/console/".length) || "index.html";
  const file = files.get(name);
  if (!file)
    return {
      status: 404,
      headers: { ...safety, "content-type": "text/plain;charset=UTF-8" },
      body: "There is no such file.\n",
    };
  const zipped = /\bgzip\b/.test(request.headers.get("accept-encoding") ?? "");
  const body = zipped ? file.zipped() : file.body;
  return {
    status: 200,
    body: request.method === "HEAD" ? null : body,
    headers: {
      ...safety,
      "content-type": file.type,
      // The names of all but the page carry a hash of what is in them.
      "cache-control": name === "index.html" ? "no-cache" : "public, max-age=31536000, immutable",
      vary: "accept-encoding",
      ...(zipped && { "content-encoding": "gzip" }),
    },
  };
}
