/**
 * Lines of Markdown have at most 120 columns. Tables, blocks that show output, and the generated pages of docs/reference are
 * excepted.
 */
import { readFileSync } from 'node:fs';
import { expect, it, test } from 'vitest';
import { blocksOf, type Block } from '../support/page.js';
import { PAGES } from '../support/pages.js';

const COLUMNS = 120;

/** Languages of blocks that people write. Other blocks show output. */
const WRITTEN: ReadonlySet<string> = new Set([
  'sh',
  'ts',
  'js',
  'llp',
  'yaml',
  'json',
  'make',
  'makefile',
  'ninja',
  'lua',
]);

/** Examples whose error is a line that is too long or too deep. */
const LONG_EXAMPLES: ReadonlySet<string> = new Set(['docs/errors/LLP1009.md', 'docs/errors/LLP3006.md']);

const isWritten = ({ language, info }: Block): boolean => WRITTEN.has(language) && !info.has('output');

/** The lines of a page that are too long and could be broken. */
function longLines(page: string, keepsBlocks: boolean): string[] {
  let text = page;
  for (const block of blocksOf(page).reverse())
    if (keepsBlocks || !isWritten(block)) text = text.slice(0, block.start) + text.slice(block.end);
  return text.split('\n').filter((line) => [...line].length > COLUMNS && !line.startsWith('|'));
}

test.each(PAGES.filter((page) => !page.startsWith('docs/reference/')))('width of lines: %s', (page) => {
  expect(longLines(readFileSync(page, 'utf8'), LONG_EXAMPLES.has(page))).toEqual([]);
});

it('width of lines: reports a long line in prose and in a written block, but not in a table or in output', () => {
  const long = 'x'.repeat(COLUMNS + 1);
  const page = `${long}\n| ${long} |\n\`\`\`sh\n${long}\n\`\`\`\n\`\`\`text\n${long}\n\`\`\`\n`;
  expect(longLines(page, false)).toEqual([long, long]);
  expect(longLines(page, true)).toEqual([long]);
});
