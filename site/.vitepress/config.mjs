// The pages of this repository as a site. The Markdown stays where it is, and reads the same on GitHub.
import { copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));
const textOf = (page) => readFileSync(join(root, page), 'utf8');
const titleOf = (page) => /^# (.+)$/m.exec(textOf(page))[1].replaceAll('`', '');

const otherFolders = readdirSync(root, { withFileTypes: true })
  .filter((entry) => entry.isDirectory() && entry.name !== 'docs')
  .map(({ name }) => name);

/** Pages whose address is another one than their path, at the same depth, so that relative links hold. */
const rewrites = { 'README.md': 'index.md', 'docs/README.md': 'docs/index.md' };

/** Files that pages link to and that are no pages, such as pipelines: they come along as they are. */
const linkedFiles = new Set();

/** The groups of docs/README.md: its tables are the one list of pages. */
function sidebar() {
  const groups = textOf('docs/README.md').replace(/^# .*/, 'Begin').split(/^## /m);
  return groups.map((group) => {
    const pages = [...group.matchAll(/\]\(([^)#]+\.md)\)/g)].map(([, page]) => `docs/${page}`);
    const items = [...new Set(pages)].map((page) => ({ text: titleOf(page), link: `/${page.replace(/\.md$/, '')}` }));
    return { text: group.split('\n')[0], items, collapsed: false };
  });
}

/** As GitHub makes anchors, and as the tests of the documents expect them. */
const slugify = (heading) =>
  heading
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N} _-]/gu, '')
    .replaceAll(' ', '-');

/** Turns links to pages with another address, and to files that are no pages. Comes before VitePress looks at links. */
function links(md) {
  // Pages are text: braces in them are no expressions of Vue.
  const inert = (text) => md.utils.escapeHtml(text).replaceAll('{{', '&#123;&#123;');
  md.renderer.rules.text = (tokens, index) => inert(tokens[index].content);
  md.renderer.rules.code_inline = (tokens, index) => `<code>${inert(tokens[index].content)}</code>`;
  md.core.ruler.push('temper-links', ({ tokens, env }) => {
    const folder = dirname(relative(root, env.realPath ?? env.path));
    for (const token of tokens.flatMap((each) => each.children ?? [])) {
      const href = token.type === 'link_open' ? token.attrGet('href') : null;
      if (!href || /^(?:[a-z]+:|#)/.test(href)) continue;
      const [path, anchor] = decodeURI(href).split('#');
      const target = relative(root, resolve(root, folder, path));
      if (!target.endsWith('.md') && existsSync(join(root, target))) {
        linkedFiles.add(target);
        token.attrSet('href', `/${target}`);
        token.attrSet('target', '_blank');
      } else if (rewrites[target]) {
        token.attrSet('href', `/${rewrites[target].replace(/index\.md$/, '')}${anchor ? `#${anchor}` : ''}`);
      }
    }
  });
}

export default {
  title: 'temper',
  description: 'Fine-tune a local language model with one YAML file.',
  // Without an icon of its own a browser asks for one that is not there.
  head: [['link', { rel: 'icon', href: 'data:,' }]],
  srcDir: '..',
  srcExclude: otherFolders.map((folder) => `${folder}/**`),
  rewrites,
  cleanUrls: false,
  markdown: { anchor: { slugify }, config: links },
  vite: {
    publicDir: false,
    // The pages lie outside this folder, where Node finds no Vue; browsers get VitePress's own.
    plugins: [
      {
        name: 'vue-of-pages',
        enforce: 'pre',
        resolveId: (id, _importer, { ssr }) =>
          ssr && /^vue(?:\/server-renderer)?$/.test(id) ? { id, external: true } : undefined,
      },
    ],
    build: { chunkSizeWarningLimit: 2000 },
  },
  themeConfig: {
    nav: [
      { text: 'Tutorial', link: '/docs/tutorial' },
      { text: 'Pages', link: '/docs/' },
      { text: '中文', link: '/README.zh-CN' },
    ],
    sidebar: sidebar(),
    outline: [2, 3],
    search: { provider: 'local' },
  },
  /** A page in Chinese says so to browsers and readers. */
  transformHtml: (code, id) =>
    id.includes('.zh-CN.html') ? code.replace('<html lang="en-US"', '<html lang="zh-CN"') : code,
  buildEnd: ({ outDir }) => {
    for (const file of linkedFiles) {
      mkdirSync(dirname(join(outDir, file)), { recursive: true });
      copyFileSync(join(root, file), join(outDir, file));
    }
  },
};
