/** Arguments of all commands: what is given twice, and that help and options name each other. */
import { readdirSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { COMMANDS } from '../../src/front/cli/help.js';
import { UsageError } from '../../src/front/cli/arguments.js';
import { readOptions } from '../../src/front/cli/options.js';

/** These take several. */
const SEVERAL = ['define', 'emit', 'triggers', 'old', 'new', 'no-generalise', 'never', 'assert'];
const ROWS = COMMANDS.map((c) => [c.name, c] as const);

function thrown(run: () => unknown): string {
  try {
    run();
  } catch (error) {
    if (error instanceof UsageError) return error.message;
    throw error;
  }
  return '';
}

test.each(ROWS)('llpc %s: an option with one value is not given twice', (_, { options, formats }) => {
  const read = (...args: string[]): string => thrown(() => readOptions(args, options, formats));
  let single = 0;
  for (const name of ['define', 'format', ...options]) {
    if (read(`--${name}`) === '') continue; // without a value
    const twice = read(`--${name}=a`, `--${name}=b`);
    if (SEVERAL.includes(name)) expect(twice).not.toContain('given twice');
    else expect(twice).toBe(`\`--${name}\` is given twice`);
    if (!SEVERAL.includes(name)) single++;
  }
  expect(single).toBeGreaterThan(0);
});

test('readOptions: a short name is the same option, and the same value no excuse', () => {
  expect(thrown(() => readOptions(['-o', 'x', '--out', 'x'], ['out']))).toBe('`--out` is given twice');
  expect(thrown(() => readOptions(['-o', 'x', '--', '--out'], ['out']))).toBe('');
  expect(thrown(() => readOptions(['--watch', '-w'], ['watch']))).toBe('');
});

test.each(ROWS)('llpc %s: its help names its options and no others', (name, { options, help }) => {
  const named = new Set([...help.matchAll(/(?<![\w-])--([a-z][\w-]*)/g)].map((m) => m[1] ?? ''));
  const known = new Set<string>(['help', 'define', 'format', 'no-color', ...options]);
  expect([...named].filter((n) => !known.has(n))).toEqual([]);
  expect(options.filter((o) => !named.has(o))).toEqual([]);
  expect(help.startsWith(`llpc ${name} `)).toBe(true);
});

/** Commands and options of `llpc` in a page: lines of a shell, and spans of code that begin with one. */
const MENTION = /(?:^|`)(?:(?:npx )?llpc |--)[^`\n]*/gm;

test('readOptions: knows every option that the pages name', () => {
  const known = new Set<string>([
    ...['help', 'version', 'define', 'format', 'no-color'],
    // Of `npm run bench`, and of the runner of the conformance suite.
    ...['json', 'plugin_path', 'plugin_options'],
    ...COMMANDS.flatMap((c) => c.options),
  ]);
  const pages = [
    'README.md',
    // Decisions name options that were rejected.
    ...readdirSync('docs', { recursive: true, encoding: 'utf8' })
      .filter((f) => !f.startsWith('decisions/'))
      .map((f) => `docs/${f}`),
  ];
  const named = pages
    .filter((page) => page.endsWith('.md'))
    .flatMap((page) => readFileSync(page, 'utf8').match(MENTION) ?? [])
    .flatMap((code) => [...code.matchAll(/(?<![\w-])--([a-z][\w-]*)/g)].map((m) => m[1] ?? ''));
  expect(named.length).toBeGreaterThan(100);
  expect([...new Set(named)].filter((name) => !known.has(name))).toEqual([]);
});
