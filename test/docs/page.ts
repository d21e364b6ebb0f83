/**
 * Pages whose examples are run: what a command prints is what stands beneath it, and `npm run test:update` puts it there.
 *
 * Input: Markdown. A fenced block with `file=NAME` writes that file, with `append=NAME` adds to it; `sh` with `text` right behind it
 * is run and prints that text, both streams in their order, with the exit code of `text exit=N`; `sh quiet` is run and prints
 * nothing. Any other block is only shown. Each page has a folder of its own, and its blocks run from top to bottom.
 * Known weakness: the commands go through `sh`, so the pages need one.
 */
import { spawnSync } from 'node:child_process';
import { appendFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { defined } from '../../src/assert.js';
import { folder, MAIN } from '../cli/llpc.js';

const UPDATE = process.env['UPDATE_GOLDEN'] !== undefined;

export interface Block {
  readonly language: string;
  /** The words behind the language: `name=value`, or a word alone with an empty value. */
  readonly info: ReadonlyMap<string, string>;
  readonly text: string;
  /** Offsets of the whole block in the page, fences included. */
  readonly start: number;
  readonly end: number;
}

export interface Commands {
  readonly script: string;
  readonly expected: Printed;
  /** The block with the output; none for a quiet one. */
  readonly output: Block | undefined;
}

export interface Printed {
  readonly text: string;
  readonly exit: number;
}

export const pagePath = (name: string): string => fileURLToPath(new URL(`../../${name}`, import.meta.url));
export const readPage = (name: string): string => readFileSync(pagePath(name), 'utf8');

/** The fenced blocks of a page, in order. */
export function blocksOf(page: string): Block[] {
  return [...page.matchAll(/^(`{3,})([^`\n]*)\n([^]*?)^\1$/gm)].map((match) => {
    const [language = '', ...words] = (match[2] ?? '').trim().split(/\s+/);
    const info = new Map(words.map((word) => [word.split('=')[0] ?? '', word.split('=')[1] ?? '']));
    return {
      language,
      info,
      text: match[3] ?? '',
      start: match.index,
      end: match.index + match[0].length,
    };
  });
}

/** The text of the first block in a language. */
export function blockIn(page: string, language: string): string {
  return defined(
    blocksOf(page).find((b) => b.language === language),
    `a block of ${language}`,
  ).text;
}

/** What the block at an index runs, if it runs anything. */
function commandsAt(page: string, blocks: readonly Block[], index: number): Commands | undefined {
  const block = blocks[index];
  if (block?.language !== 'sh') return undefined;
  if (block.info.has('quiet'))
    return { script: block.text, expected: { text: '', exit: 0 }, output: undefined };
  const output = blocks[index + 1];
  if (output?.language !== 'text' || page.slice(block.end, output.start).trim() !== '') return undefined;
  const exit = Number(output.info.get('exit') ?? 0);
  return { script: block.text, expected: { text: output.text, exit }, output };
}

/** Everything that a page runs, in order. */
export function commandsOf(page: string): Commands[] {
  const blocks = blocksOf(page);
  return blocks.flatMap((_, index) => commandsAt(page, blocks, index) ?? []);
}

/** Declares a test for each block that runs. */
export function testPage(name: string): void {
  const page = readPage(name);
  const all = commandsOf(page);
  let printed: readonly Printed[] = [];
  beforeAll(() => {
    printed = runPage(page);
  });
  test.each(all.map(({ script }, index) => [script.trim(), index] as const))(`${name}: %s`, (_, index) => {
    const found = defined(printed[index], 'it was run');
    if (!UPDATE || all[index]?.output === undefined) expect(found).toEqual(all[index]?.expected);
  });
  afterAll(() => {
    if (UPDATE) writeFileSync(pagePath(name), withOutputs(page, all, printed));
  });
}

/** Writes the files and runs the commands of a page, in their order, in a new folder. */
function runPage(page: string): Printed[] {
  const root = folder({});
  const blocks = blocksOf(page);
  return blocks.flatMap((block, index) => {
    const file = block.info.get('file') ?? block.info.get('append');
    if (file === undefined) return runScript(root, commandsAt(page, blocks, index)?.script);
    mkdirSync(dirname(join(root, file)), { recursive: true });
    (block.info.has('append') ? appendFileSync : writeFileSync)(join(root, file), block.text);
    return [];
  });
}

function runScript(cwd: string, script: string | undefined): Printed[] {
  if (script === undefined) return [];
  const start = `exec 2>&1 </dev/null\nllpc() { '${process.execPath}' '${MAIN}' "$@"; }\n`;
  const env = { PATH: process.env['PATH'] ?? '', HOME: cwd, LC_ALL: 'C' };
  const ran = spawnSync('sh', ['-c', start + script], { cwd, env, encoding: 'utf8', maxBuffer: 1 << 26 });
  return [{ text: ran.stdout, exit: ran.status ?? -1 }];
}

/** The page with what was printed. */
function withOutputs(page: string, all: readonly Commands[], printed: readonly Printed[]): string {
  let made = page;
  for (const [index, { output }] of [...all.entries()].reverse()) {
    const { text, exit } = defined(printed[index], 'it was run');
    if (output === undefined) continue;
    const info = exit === 0 ? 'text' : `text exit=${String(exit)}`;
    const fence = /^`+/.exec(page.slice(output.start))?.[0] ?? '```';
    made = `${made.slice(0, output.start)}${fence}${info}\n${text}${fence}${made.slice(output.end)}`;
  }
  return made;
}
