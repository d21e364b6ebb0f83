/** The page on gaps: its tables are those of the code. */
import { fileURLToPath } from 'node:url';
import { format, resolveConfig } from 'prettier';
import { expect, test } from 'vitest';
import { GAP_CAUSES, GAP_DIRECTION_TEXTS, GAP_DIRECTIONS, GAP_TIMES } from '../../src/artifact/gap.js';
import { GAP_CODES } from '../../src/ir/analysis/check-gaps.js';
import { CATALOGUE } from '../../src/diagnostics/catalogue.js';
import { matchFile } from '../support/golden.js';
import { readPage } from '../support/page.js';

const PAGE = new URL('../../docs/gaps.md', import.meta.url);

const table = (head: string, rows: readonly (readonly string[])[]): string =>
  [head, head.replace(/[^|]+/g, ' --- '), ...rows.map((row) => `| ${row.join(' | ')} |`)].join('\n');

const SHOWN: Readonly<Record<(typeof GAP_DIRECTIONS)[number], string>> = {
  looser: 'an error, unless the policy accepts it',
  stricter: 'a warning; with `--exact` an error',
  errno: '`llpc gaps` alone lists it',
  visibility: '`llpc gaps` alone lists it',
};

/** The tables of the page by the name in the comment before each. */
const TABLES: Readonly<Record<string, string>> = {
  directions: table(
    '| direction | what it is | how it is reported | code |',
    GAP_DIRECTIONS.map((direction) => {
      const code = GAP_CODES[direction];
      return [
        `\`${direction}\``,
        GAP_DIRECTION_TEXTS[direction],
        SHOWN[direction],
        `[${code}](errors/${code}.md)`,
      ];
    }),
  ),
  times: table(
    '| when | in words |',
    Object.entries(GAP_TIMES).map(([when, text]) => [`\`${when}\``, text]),
  ),
  causes: table(
    '| cause | in words |',
    Object.entries(GAP_CAUSES).map(([cause, text]) => [`\`${cause}\``, text]),
  ),
};

test('docs/gaps.md: the tables of directions, times and causes are those of the code (npm run test:update)', async () => {
  const bare = readPage('docs/gaps.md').replace(/(<!-- \w+ -->\n)(?:\n?\|[^\n]*)*/g, '$1');
  const names = [...bare.matchAll(/<!-- (\w+) -->/g)].map((match) => match[1]);
  expect(names).toEqual(Object.keys(TABLES));
  const made = bare.replace(
    /<!-- (\w+) -->\n/g,
    (marker, name: string) => `${marker}\n${TABLES[name] ?? ''}\n`,
  );
  matchFile(PAGE, await format(made, { ...(await resolveConfig(fileURLToPath(PAGE))), parser: 'markdown' }));
});

test('docs/gaps.md: what it says of severities is what the catalogue has', () => {
  const severities = GAP_DIRECTIONS.map((direction) => CATALOGUE[GAP_CODES[direction]].severity);
  expect(severities).toEqual(['error', 'warning', 'warning', 'warning']);
});
