/** Test results as the XML that build servers read. */
import type { Ran } from "./run.ts";

export interface Suite {
  readonly file: string;
  readonly machine: string;
  readonly ran: readonly Ran[];
}

export function toJunit(suites: readonly Suite[]): string {
  const all = suites.flatMap(({ ran }) => ran);
  return [
    `<?xml version="1.0" encoding="UTF-8"?>`,
    `<testsuites name="baton test" ${countsOf(all)}>`,
    ...suites.flatMap(({ file, machine, ran }) => [
      `  <testsuite name="${escaped(file)}" ${countsOf(ran)}>`,
      ...ran.map((test) => caseOf(test, machine)),
      "  </testsuite>",
    ]),
    "</testsuites>\n",
  ].join("\n");
}

function countsOf(ran: readonly Ran[]): string {
  const failures = ran.filter(({ differences }) => differences.length > 0).length;
  const seconds = ran.reduce((sum, { milliseconds }) => sum + milliseconds, 0) / 1_000;
  return `tests="${ran.length}" failures="${failures}" errors="0" time="${seconds.toFixed(3)}"`;
}

function caseOf({ name, differences, milliseconds }: Ran, machine: string): string {
  const opening = `    <testcase classname="${escaped(machine)}" name="${escaped(name)}" time="${(milliseconds / 1_000).toFixed(3)}"`;
  if (differences.length === 0) return `${opening}/>`;
  const [first = ""] = differences;
  return `${opening}><failure message="${escaped(first)}">${escaped(differences.join("\n"))}</failure></testcase>`;
}

function escaped(text: string): string {
  return text
    .replaceAll(/[^\P{Cc}\t\n\r]|[\ufffe\uffff]/gu, "�")
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;");
}
