// Measures what a browser downloads for the first page (gzip) and fails above the budget.
import { readdirSync, readFileSync } from "node:fs";
import { gzipSync } from "node:zlib";

const BUDGET = 250_000;
const dist = new URL("../dist/", import.meta.url);
const html = readFileSync(new URL("index.html", dist), "utf8");
const linked = [...html.matchAll(/(?:src|href)="\/(assets\/[^"]+)"/g)].map((match) => match[1] ?? "");
const first = ["index.html", ...new Set(linked)];
const fonts = readdirSync(new URL("assets/", dist))
  .filter((name) => name.endsWith(".woff2"))
  .map((name) => `assets/${name}`);

/** @param {string} name */
function weigh(name) {
  const body = readFileSync(new URL(name, dist));
  return name.endsWith(".woff2") ? body.length : gzipSync(body, { level: 9 }).length;
}

let total = 0;
for (const name of [...first, ...fonts]) {
  const bytes = weigh(name);
  total += bytes;
  console.log(`${(bytes / 1000).toFixed(1).padStart(8)} kB  ${name}`);
}
const later = readdirSync(new URL("assets/", dist))
  .filter((name) => /\.(js|css)$/.test(name) && !first.includes(`assets/${name}`))
  .map((name) => `assets/${name}`);
for (const name of later)
  console.log(`${(weigh(name) / 1000).toFixed(1).padStart(8)} kB  ${name} (on demand)`);
console.log(`${(total / 1000).toFixed(1).padStart(8)} kB  first load, budget ${BUDGET / 1000} kB`);
if (total > BUDGET) {
  console.error("the first load is over its budget");
  process.exit(1);
}
