/**
 * The closing line of a test run, `N passed, N failed` (`, N skipped` if any are), after everything else;
 * what was skipped is named with its reason, so that nobody takes a missing server for a green test, and so is the
 * file whose process died before its end. A suite whose preparation failed counts as a failure.
 */
import type { Reporter, TestCase, TestModule } from "vitest/node";

export default class SummaryReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], errors: readonly unknown[]): void {
    const tests = modules.flatMap((module) => [...module.children.allTests()]);
    const having = (state: string): TestCase[] => tests.filter((test) => test.result().state === state);
    const skipped = having("skipped");
    const unfinished = modules.filter((module) => ["queued", "pending"].includes(module.state()));
    const suites = modules.flatMap((module) => [module, ...module.children.allSuites()]);
    const broken = suites.filter((suite) => suite.errors().length > 0).length + errors.length;
    const lines = [
      ...unfinished.map((module) => `not finished: ${module.relativeModuleId}`),
      ...[...new Set(skipped.map((test) => `skipped: ${test.fullName}`))],
      `${having("passed").length} passed, ${having("failed").length + broken} failed${skipped.length > 0 ? `, ${skipped.length} skipped` : ""}`,
    ];
    process.once("exit", () => process.stdout.write(`${lines.join("\n")}\n`));
  }
}
