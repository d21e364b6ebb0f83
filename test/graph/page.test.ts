/** The page about graphs: its pictures are of the README's policy. What its commands print is `test/docs`'s. */
import { readFileSync } from 'node:fs';
import { expect, it, test } from 'vitest';
import { defined } from '../../src/base/assert.js';
import { filesIn, folder, llpc } from '../support/llpc.js';
import { blockIn } from '../support/page.js';
import { matchFile } from '../support/golden.js';
import { readXml } from '../support/xml.js';

const DOCS = new URL('../../docs/', import.meta.url);
const page = readFileSync(new URL('graph.md', DOCS), 'utf8');
const readme = readFileSync(new URL('../README.md', DOCS), 'utf8');
const root = folder({ 'policy.llp': blockIn(readme, 'llp') });
const commands = [...page.matchAll(/```sh\nllpc ([^\n]*)\n```/g)].map((m) => m[1] ?? '');

it.each([
  ['policy.svg', 'graph.svg'],
  ['walk.svg', 'graph-walk.svg'],
])('docs/graph.md: %s is docs/%s', async (out, picture) => {
  const command = defined(
    commands.find((c) => c.endsWith(`-o ${out}`)),
    'its command is on the page',
  );
  expect(await llpc(root, command.split(' '))).toEqual({ code: 0, out: '', err: '' });
  const svg = readFileSync(`${root}/${out}`, 'utf8');
  matchFile(new URL(picture, DOCS), svg);
  expect(page).toContain(`](${picture})`);
  expect(readXml(svg).name).toBe('svg');
  expect(filesIn(root).filter((f) => f.endsWith('.tmp'))).toEqual([]);
});

test('llpc graph: without `-o` it is the same, on standard output', async () => {
  const { out, err, code } = await llpc(root, ['graph', 'policy.llp']);
  expect([code, err]).toEqual([0, '']);
  expect(out).toBe(readFileSync(new URL('graph.svg', DOCS), 'utf8'));
});
