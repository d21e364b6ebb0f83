/** The page about differences, explanations and coverage: every command on it prints what stands beneath it. */
import { readFileSync } from 'node:fs';
import { expect, it, test } from 'vitest';
import { folder, llpc } from './llpc.js';

const PAGE = readFileSync(new URL('../../docs/changes.md', import.meta.url), 'utf8');
const FILES = [...PAGE.matchAll(/<!-- (\S+) -->\n\n```\w+\n([^]*?)```/g)].map(([, name = '', text = '']) => [
  name,
  text,
]);
const root = folder(Object.fromEntries(FILES) as Record<string, string>);
const EXAMPLES = [...PAGE.matchAll(/```sh\nllpc ([^\n]*)\n```\n\n```text\n([^]*?)```/g)];

it('has its files, and examples of each command', () => {
  expect(FILES).toHaveLength(2);
  expect(EXAMPLES.map(([, args]) => args?.split(' ')[0])).toEqual([
    'diff',
    'diff',
    'explain',
    'test',
    'test',
  ]);
});

test.each(EXAMPLES.map(([, args = '', output = '']) => [args, output] as const))(
  'llpc %s',
  (args, output) => {
    const { out, err, code } = llpc(root, args.split(' '));
    expect(out + err).toBe(output);
    expect(code).toBe(0);
  },
);
