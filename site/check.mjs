// Run as: npm run site, after the build. Fails if a link of the site leads nowhere, or if a page loads something from the network.
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

const dist = fileURLToPath(new URL('.vitepress/dist', import.meta.url));
const filesBelow = (folder) =>
  readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath ?? entry.path, entry.name));

const files = filesBelow(dist);
const pages = files.filter((file) => file.endsWith('.html'));
const texts = new Map(pages.map((page) => [page, readFileSync(page, 'utf8')]));
const decoded = (text) => decodeURIComponent(text.replaceAll('&amp;', '&'));
const anchors = new Map(
  [...texts].map(([page, text]) => [page, new Set([...text.matchAll(/ id="([^"]+)"/g)].map(([, id]) => decoded(id)))]),
);

/** The file that an address of a page stands for. */
function fileOf(page, path) {
  const file = path === '' ? page : join(path.startsWith('/') ? dist : dirname(page), path);
  return existsSync(file) && statSync(file).isDirectory() ? join(file, 'index.html') : file;
}

const problems = [];
let links = 0;
for (const [page, text] of texts) {
  const name = relative(dist, page);
  for (const [tag, href] of text.matchAll(/<a\b[^>]*? href="([^"]*)"/g)) {
    if (/^(?:https?|mailto):/.test(href) || tag.includes('VPSkipLink')) continue;
    links += 1;
    const [path, anchor] = decoded(href).split('#');
    const file = fileOf(page, path);
    if (!existsSync(file)) problems.push(`${name}: no ${href}`);
    else if (anchor && anchors.has(file) && !anchors.get(file).has(anchor))
      problems.push(`${name}: no heading ${href}`);
  }
  for (const [tag] of text.matchAll(/<(?:script|link|img|iframe|source)\b[^>]*? (?:src|href)="(?:https?:)?\/\/[^>]*>/g))
    problems.push(`${name} loads ${tag}`);
}
for (const file of files.filter((each) => each.endsWith('.css')))
  for (const [url] of readFileSync(file, 'utf8').matchAll(/(?:@import\s+["']|url\(["']?)(?:https?:)?\/\/[^)"']+/g))
    problems.push(`${relative(dist, file)} loads ${url}`);

for (const problem of problems) process.stderr.write(`${problem}\n`);
process.stdout.write(`${pages.length} pages, ${links} links, ${problems.length} problems: ${dist}/index.html\n`);
process.exitCode = problems.length > 0 || pages.length < 30 ? 1 : 0;
