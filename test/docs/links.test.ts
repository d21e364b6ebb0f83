/** Every link between pages leads to what there is, headings included. */
import { existsSync, readFileSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, it, test } from 'vitest';
import { PAGES } from '../support/pages.js';

/** A page without its blocks and its code: brackets there are no links. */
const prose = (page: string): string =>
  readFileSync(page, 'utf8')
    .replace(/^(`{3,})[^\n]*\n[^]*?^\1$/gm, '')
    .replace(/`[^`\n]*`/g, 'code');

/** The names that a reader on the web gives the headings of a page. */
function anchorsOf(page: string): Set<string> {
  const text = readFileSync(page, 'utf8').replace(/^(`{3,})[^\n]*\n[^]*?^\1$/gm, '');
  const headings = [...text.matchAll(/^#+ (.*)$/gm)].map((m) => m[1] ?? '');
  return new Set(
    headings.map((heading) =>
      heading
        .toLowerCase()
        .replace(/[^\p{L}\p{N}\s_-]/gu, '')
        .replaceAll(' ', '-'),
    ),
  );
}

const linksOf = (page: string): string[] =>
  [...prose(page).matchAll(/\]\(([^)\s]+)\)/g)].map((m) => m[1] ?? '').filter((l) => !/^[a-z]+:/.test(l));

test.each(PAGES)('links: %s', (page) => {
  const broken = linksOf(page).filter((link) => {
    const [path = '', anchor] = link.split('#');
    const target = path === '' ? page : join(dirname(page), path);
    if (!existsSync(target)) return true;
    return anchor !== undefined && (statSync(target).isDirectory() || !anchorsOf(target).has(anchor));
  });
  expect(broken).toEqual([]);
});

it('links: the test finds links', () => {
  expect(linksOf('README.md').length).toBeGreaterThan(5);
  expect(linksOf('docs/reference/formats.md').length).toBeGreaterThan(50);
});
