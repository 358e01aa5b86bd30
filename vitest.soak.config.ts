import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["test/**/*.soak.test.ts"],
    testTimeout: 3_600_000,
    hookTimeout: 180_000,
    pool: "forks",
    reporters: ["default", "./test/summary-reporter.ts"],
    maxWorkers: 1,
  },
});
