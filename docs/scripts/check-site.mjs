// Checks the built site (docs/dist): no page loads anything from another host, every local file a page loads is there,
// and every page has a title and a description. Links between pages are checked by the build itself.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

const dist = join(dirname(fileURLToPath(import.meta.url)), '..', 'dist');
if (!existsSync(dist)) {
  console.error('docs/dist is missing: run `npm run build` first');
  process.exit(1);
}

const pages = readdirSync(dist, { recursive: true })
  .map(String)
  .filter((file) => file.endsWith('.html'));
const faults = [];

// What a browser loads by itself; an ordinary link to elsewhere is fine.
const loaded =
  /<(?:script|img|iframe|source|video|audio|embed)\b[^>]*?\bsrc="([^"]+)"|<link\b(?=[^>]*\brel="(?:stylesheet|icon|shortcut icon|preload|modulepreload|manifest)")[^>]*?\bhref="([^"]+)"/g;

for (const page of pages) {
  const html = readFileSync(join(dist, page), 'utf8');
  for (const [, source, href] of html.matchAll(loaded)) {
    const target = source ?? href;
    if (/^(?:https?:)?\/\//.test(target)) {
      faults.push(`${page}: loads ${target} from another host`);
    } else if (target.startsWith('/') && !existsSync(join(dist, target.split(/[?#]/)[0]))) {
      faults.push(`${page}: loads ${target}, which is not in the site`);
    }
  }
  if (!/<title>[^<]+<\/title>/.test(html)) faults.push(`${page}: has no title`);
  if (page !== '404.html' && !/<meta name="description" content="[^"]+"/.test(html)) {
    faults.push(`${page}: has no description`);
  }
}

for (const css of readdirSync(dist, { recursive: true }).map(String)) {
  if (css.endsWith('.css') && /url\(["']?(?:https?:)?\/\//.test(readFileSync(join(dist, css), 'utf8'))) {
    faults.push(`${css}: loads from another host`);
  }
}
if (!existsSync(join(dist, 'pagefind', 'pagefind.js'))) faults.push('the search index is missing');

for (const fault of faults) console.error(`error: ${fault}`);
console.log(`site: ${pages.length} pages in ${relative(process.cwd(), dist) || '.'}, ${faults.length} faults`);
process.exit(faults.length > 0 ? 1 : 0);
