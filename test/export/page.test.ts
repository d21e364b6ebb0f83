/** The page on exports: its tables are those of the code. */
import { fileURLToPath } from 'node:url';
import { format, resolveConfig } from 'prettier';
import { expect, test } from 'vitest';
import { cellOf, EXPORT_NAMES, FACTS, PLAN_FACTS, type ExportName } from '../../src/tools/export/formats.js';
import { matchFile } from '../support/golden.js';
import { readPage } from '../support/page.js';

const PAGE = new URL('../../docs/exports.md', import.meta.url);

const table = (head: readonly string[], rows: readonly (readonly string[])[]): string =>
  [head, head.map(() => '---'), ...rows].map((row) => `| ${row.join(' | ')} |`).join('\n');

const titleOf = (fact: (typeof PLAN_FACTS)[number]): string => {
  const { title, when } = FACTS[fact];
  return when === undefined ? title : `${title} (${when})`;
};

const reasons = (to: ExportName): string =>
  table(
    ['of the plan', '', 'why'],
    PLAN_FACTS.filter((fact) => cellOf(to, fact).verdict !== 'exact').map((fact) => {
      const { verdict, why } = cellOf(to, fact);
      return [FACTS[fact].title, verdict, why];
    }),
  );

/** The tables of the page by the name in the comment before each. */
const TABLES: Readonly<Record<string, string>> = {
  verdicts: table(
    ['of the plan', ...EXPORT_NAMES],
    PLAN_FACTS.map((fact) => [titleOf(fact), ...EXPORT_NAMES.map((to) => cellOf(to, fact).verdict)]),
  ),
  ...Object.fromEntries(EXPORT_NAMES.map((to) => [to.replace('-', ''), reasons(to)])),
};

test('docs/exports.md: the tables are those of the code (npm run test:update)', async () => {
  const bare = readPage('docs/exports.md').replace(/(<!-- \w+ -->\n)(?:\n?\|[^\n]*)*/g, '$1');
  const names = [...bare.matchAll(/<!-- (\w+) -->/g)].map((match) => match[1]);
  expect(names).toEqual(Object.keys(TABLES));
  const made = bare.replace(
    /<!-- (\w+) -->\n/g,
    (marker, name: string) => `${marker}\n${TABLES[name] ?? ''}\n`,
  );
  matchFile(PAGE, await format(made, { ...(await resolveConfig(fileURLToPath(PAGE))), parser: 'markdown' }));
});
