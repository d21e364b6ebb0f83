/**
 * Pages whose examples are run: what a command prints is what stands beneath it, and `npm run test:update` puts it there.
 *
 * Input: Markdown. A fenced block with `file=NAME` writes that file, with `append=NAME` adds to it; `sh` with `text` (or another block with the word `output`) right behind it
 * is run and prints that text, both streams in their order, with the exit code of `text exit=N`; `sh quiet` is run and prints
 * nothing; `sh until=WORD` is interrupted when it has printed WORD; `sh masks` is run only where the kernel lets launchers lay masks. Any other block is only shown. Each page has a folder of its own, and its blocks run from top to bottom.
 * Known weakness: the commands go through `sh`, so the pages need one.
 */
import { spawn } from 'node:child_process';
import { appendFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { defined } from '../../src/base/assert.js';
import { canMask } from './launch.js';
import { folder, MAIN } from './llpc.js';

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
  /** What it prints before it is interrupted, for what does not end by itself. */
  readonly until: string | undefined;
  /** Whether it starts a program under a policy. */
  readonly masks: boolean;
  readonly expected: Printed;
  /** The block with the output; none for a quiet one. */
  readonly output: Block | undefined;
}

export interface Printed {
  readonly text: string;
  readonly exit: number;
}

const pagePath = (name: string): string => fileURLToPath(new URL(`../../${name}`, import.meta.url));
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
  const base = { script: block.text, until: block.info.get('until'), masks: block.info.has('masks') };
  if (block.info.has('quiet')) return { ...base, expected: { text: '', exit: 0 }, output: undefined };
  const output = blocks[index + 1];
  const isOutput = output?.language === 'text' || output?.info.has('output') === true;
  if (output === undefined || !isOutput || page.slice(block.end, output.start).trim() !== '')
    return undefined;
  const exit = Number(output.info.get('exit') ?? 0);
  return { ...base, expected: { text: output.text, exit }, output };
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
  beforeAll(async () => {
    printed = await runPage(page);
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
async function runPage(page: string): Promise<Printed[]> {
  const root = folder({});
  const blocks = blocksOf(page);
  const printed: Printed[] = [];
  for (const [index, { info, text }] of blocks.entries()) {
    const name = info.get('file') ?? info.get('append');
    const commands = commandsAt(page, blocks, index);
    if (name !== undefined) writeTo(join(root, name), text, info.has('append'));
    else if (commands?.masks === true && !canMask()) printed.push(commands.expected);
    else if (commands !== undefined) printed.push(await runCommands(root, commands));
  }
  return printed;
}

function writeTo(file: string, text: string, append: boolean): void {
  mkdirSync(dirname(file), { recursive: true });
  if (append) appendFileSync(file, text);
  else writeFileSync(file, text);
}

/** Runs a script in a process group of its own, so that an interrupt reaches all of it. */
function runCommands(cwd: string, { script, until }: Commands): Promise<Printed> {
  const start = `exec 2>&1 </dev/null\nllpc() { '${process.execPath}' '${MAIN}' "$@"; }\n`;
  const env = { PATH: process.env['PATH'] ?? '', HOME: cwd, LC_ALL: 'C' };
  // An interrupted shell goes on to its own end; what counts is the command's.
  const trap = until === undefined ? '' : "trap ':' INT\n";
  const child = spawn('sh', ['-c', start + trap + script], { cwd, env, detached: true });
  let text = '';
  let interrupted = false;
  child.stdout.setEncoding('utf8').on('data', (more: string) => {
    text += more;
    if (interrupted || until === undefined || !text.includes(until) || child.pid === undefined) return;
    interrupted = true;
    process.kill(-child.pid, 'SIGINT');
  });
  return new Promise((done) => child.on('close', (exit) => done({ text, exit: exit ?? -1 })));
}

/** The page with what was printed. */
function withOutputs(page: string, all: readonly Commands[], printed: readonly Printed[]): string {
  let made = page;
  for (const [index, { output }] of [...all.entries()].reverse()) {
    const { text, exit } = defined(printed[index], 'it was run');
    if (output === undefined) continue;
    const language = output.language === 'text' ? 'text' : `${output.language} output`;
    const info = exit === 0 ? language : `${language} exit=${String(exit)}`;
    const fence = /^`+/.exec(page.slice(output.start))?.[0] ?? '```';
    made = `${made.slice(0, output.start)}${fence}${info}\n${text}${fence}${made.slice(output.end)}`;
  }
  return made;
}
