/** The README: its policy and its program do what it says, and it names every command and every page. */
import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { expect, it } from 'vitest';
import { defined } from '../../src/base/assert.js';
import { COMMANDS } from '../../src/front/cli/help.js';
import { compile } from '../support/compile.js';
import { runTests } from '../../src/tools/testing/testing.js';
import { blockIn, readPage } from '../support/page.js';

const README = readPage('README.md');

it('README.md: its policy compiles without a diagnostic and passes its tests', () => {
  const result = compile([{ name: 'site.llp', text: blockIn(README, 'llp') }]);
  expect(result.diagnostics).toEqual([]);
  const reports = defined(runTests(result), 'it compiles');
  expect(reports.map((r) => [r.passed, r.expectations])).toEqual([[true, 2]]);
});

it('README.md: its program prints the output that the page shows', () => {
  const program = blockIn(README, 'ts');
  const said = /\/\/ (\{.*\})$/m.exec(program)?.[1];
  const ran = spawnSync(process.execPath, ['--input-type=module', '--eval', program], { encoding: 'utf8' });
  expect([ran.stderr, ran.stdout]).toEqual(['', `${said ?? ''}\n`]);
});

it('README.md: names every command, and links every page or an index of it', () => {
  for (const { name } of COMMANDS) expect(README).toMatch(new RegExp(`^npx llpc ${name} `, 'm'));
  const pages = readdirSync('docs').filter((name) => name.endsWith('.md'));
  for (const page of pages) expect(README).toContain(`](docs/${page})`);
  expect(README).toContain('](docs/reference/README.md)');
});
