import type { TestProject } from "vitest/node";
import { startDemo } from "./demo.ts";

declare module "vitest" {
  export interface ProvidedContext {
    /** Where the console and the REST interface are. */
    url: string;
    /** A key that may read and send. */
    key: string;
    /** Where its database takes SQL from its owner; empty when that is not known. */
    database: string;
  }
}

/** Uses the platform named by the environment, or starts the demo and ends it afterwards. */
export default async function setup(project: TestProject): Promise<(() => Promise<void>) | undefined> {
  const { SENS_CONSOLE_URL: url, SENS_API_KEY: key, DATABASE_URL: database } = process.env;
  if (url && key) {
    project.provide("url", url.replace(/\/$/, ""));
    project.provide("key", key);
    project.provide("database", database ?? "");
    return undefined;
  }
  const demo = await startDemo({ simulator: true });
  project.provide("url", demo.url);
  project.provide("key", demo.key);
  project.provide("database", demo.database);
  return demo.stop;
}
