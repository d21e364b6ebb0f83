/** The page about integrations: its code is that of the examples, which the other tests here build. */
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it, test } from 'vitest';
import { EXAMPLES } from '../support/project.js';

const PAGE = readFileSync('docs/integrations.md', 'utf8');
const BLOCKS = [...PAGE.matchAll(/(?:<!-- (\S+) -->\n\n)?```(\w+)\n([^]*?)```/g)].map(
  ([, file, language = '', text = '']) => ({ file, language, text }),
);

test.each(BLOCKS.flatMap(({ file, text }) => (file === undefined ? [] : [[file, text] as const])))(
  'docs/integrations.md: shows the text of %s',
  (file, text) => {
    expect(text).toBe(readFileSync(join(EXAMPLES, file), 'utf8'));
  },
);

it('docs/integrations.md: shows a file of each example, and no other code', () => {
  const shown = BLOCKS.flatMap((b) => b.file?.split('/')[0] ?? []);
  const folders = readdirSync(EXAMPLES, { withFileTypes: true }).filter((e) => e.isDirectory());
  expect([...new Set(shown)].sort()).toEqual(folders.map((e) => e.name).sort());
  expect(BLOCKS.filter((b) => b.file === undefined).map((b) => b.language)).toEqual(['sh', 'sh']);
});

it('docs/integrations.md: links lead to existing files', () => {
  for (const page of ['docs/integrations.md', 'examples/integrations/README.md']) {
    const links = [...readFileSync(page, 'utf8').matchAll(/\]\(([^)#]+)\)/g)].map((m) => m[1] ?? '');
    expect(links.length).toBeGreaterThan(0);
    for (const link of links) expect([link, existsSync(join(page, '..', link))]).toEqual([link, true]);
  }
});
