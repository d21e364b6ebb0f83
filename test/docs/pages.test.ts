/** The pages about commands: each command on them prints what stands beneath it. */
import { expect, it } from 'vitest';
import { COMMANDS } from '../../src/front/cli/help.js';
import { commandsOf, readPage, testPage } from '../support/page.js';

const PAGES = new Map([
  ['docs/bytecode.md', ['disasm', 'verify', 'exec', 'explain']],
  ['docs/changes.md', ['diff', 'explain', 'test']],
  ['docs/graph.md', ['graph']],
  ['docs/learn.md', ['learn']],
]);

/** The commands of llpc that a page runs, in the order of their first use. */
function shownOn(page: string): string[] {
  const scripts = commandsOf(readPage(page)).map((c) => c.script);
  return [...new Set([...scripts.join('\n').matchAll(/\bllpc ([a-z]+)/g)].map((m) => m[1] ?? ''))];
}

for (const page of [...PAGES.keys(), 'docs/guide.md', 'docs/language.md']) testPage(page);

it.each([...PAGES])('documentation of commands: %s has examples of its commands', (page, commands) => {
  expect(shownOn(page)).toEqual(commands);
});

it('documentation of commands: the guide shows every command', () => {
  expect(COMMANDS.map((c) => c.name).filter((name) => !shownOn('docs/guide.md').includes(name))).toEqual([]);
});
