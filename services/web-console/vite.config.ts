import react from "@vitejs/plugin-react";
import { defineConfig } from "vitest/config";
import { compress } from "./dev/compress.ts";
import { STRICT_CSP } from "./dev/csp.ts";
import { fakeApi } from "./dev/fake-api.ts";

/** Where `/v1`, `/version`, `/docs` … are answered while developing or previewing. */
const platform = process.env.SENS_CONSOLE_URL ?? "http://127.0.0.1:8080";
const proxied = Object.fromEntries(
  ["/v1", "/version", "/health", "/openapi.json", "/docs"].map((path) => [path, { target: platform }]),
);

export default defineConfig(({ mode }) => {
  const fake = mode === "fake";
  const proxy = fake ? {} : proxied;
  return {
    plugins: [react(), compress(), ...(fake ? [fakeApi()] : [])],
    build: {
      target: "es2022",
      assetsDir: "assets",
      assetsInlineLimit: 0,
      modulePreload: { polyfill: false },
      sourcemap: false,
    },
    server: { proxy },
    preview: { proxy, headers: { "content-security-policy": STRICT_CSP } },
    test: {
      environment: "happy-dom",
      include: ["src/**/*.test.{ts,tsx}", "dev/**/*.test.ts"],
      setupFiles: ["./dev/test-setup.ts"],
      testTimeout: 30_000,
    },
  };
});
