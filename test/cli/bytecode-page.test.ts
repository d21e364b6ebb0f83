/** The page about bytecode: every command on it prints what stands beneath it. */
import { readFileSync } from 'node:fs';
import { expect, it, test } from 'vitest';
import { defined } from '../../src/assert.js';
import { folder, llpc } from './llpc.js';

const PAGE = readFileSync(new URL('../../docs/bytecode.md', import.meta.url), 'utf8');
const block = (language: string): string =>
  defined(new RegExp(`\`\`\`${language}\n([^]*?)\`\`\``).exec(PAGE)?.[1], `a block of ${language}`);
const root = folder({
  'policy.llp': block('llp'),
  'sum.hex': block('hex'),
  'broken.hex': 'ff 11 05 00 00 00 00 00  95 00 00 00 00 00 01 00\n',
});

const EXAMPLES = [...PAGE.matchAll(/```sh\nllpc ([^\n]*)\n```\n\n```text\n([^]*?)```/g)];

it('has examples of each command', () => {
  const commands = EXAMPLES.map(([, args]) => args?.split(' ')[0]);
  expect([...new Set(commands)]).toEqual(['disasm', 'verify', 'exec', 'explain']);
});

test.each(EXAMPLES.map(([, args = '', output = '']) => [args, output] as const))(
  'llpc %s',
  (args, output) => {
    const { out, err, code } = llpc(root, args.split(' '));
    expect(out + err).toBe(output);
    expect(code).toBe(/: (?:error|fault)\b/.test(output) ? 1 : 0);
  },
);
