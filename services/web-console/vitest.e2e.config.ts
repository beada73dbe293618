import { defineConfig } from "vitest/config";

/** The tests in a real browser against a running platform. */
export default defineConfig({
  test: {
    environment: "node",
    include: [process.env.SENS_E2E ?? "e2e/*.e2e.ts"],
    globalSetup: "./e2e/platform.ts",
    testTimeout: 60_000,
    hookTimeout: 180_000,
    fileParallelism: false,
  },
});
