import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["test/**/*.test.ts"],
    exclude: ["test/**/*.soak.test.ts"],
    testTimeout: 30_000,
    hookTimeout: 180_000,
    // A slow machine is no failure: what is waited for has as long as a test.
    expect: { poll: { timeout: 20_000 } },
    pool: "forks",
    reporters: ["default", "./test/summary-reporter.ts"],
    maxWorkers: 2,
  },
});
