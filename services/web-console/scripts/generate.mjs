// Writes src/api/schema.d.ts from the platform's OpenAPI document; with --check only compares (exit 1 on drift).
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import openapiTS, { astToString } from "openapi-typescript";

const here = new URL("../", import.meta.url);
const source = new URL("../platform-api/openapi.json", here);
if (!existsSync(source)) {
  console.error("services/platform-api/openapi.json is missing: it is what the types are made from");
  process.exit(1);
}
const target = new URL("src/api/schema.d.ts", here);
const banner =
  "// Generated from the OpenAPI document of platform-api by `npm run generate`. Do not edit.\n\n";
const wanted = banner + astToString(await openapiTS(source, { defaultNonNullable: false }));
if (process.argv.includes("--check")) {
  const found = existsSync(target) ? readFileSync(target, "utf8") : "";
  if (found !== wanted) {
    console.error("src/api/schema.d.ts does not match the OpenAPI document: run `npm run generate`");
    process.exit(1);
  }
  console.log("src/api/schema.d.ts is up to date");
} else {
  writeFileSync(target, wanted);
  console.log("wrote src/api/schema.d.ts");
}
