/** Inputs of `llpc learn`: traces, plain or gzipped, scenarios, and the directory that paths are looked up in. */
import { counted } from '../../base/counted.js';
import fs from 'node:fs';
import { basename, join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { report } from '../../diagnostics/catalogue.js';
import type { Diagnostic } from '../../diagnostics/types.js';
import type { Asked } from '../../tools/learn/facts.js';
import { REPLAYS, type Learnt } from '../../tools/learn/learn.js';
import type { Kind, Lookup } from '../../tools/learn/live.js';
import { recordScenario, recordTrace, type Recording } from '../../tools/learn/record.js';
import { readTrace, type Trace } from '../../tools/learn/strace.js';
import { HEAD_BYTES, interpreterOf } from '../../runtime/kernel/interpreter-path.js';
import type { Vfs } from '../../runtime/kernel/vfs.js';
import { readBytes, reasonOf } from './io.js';
import type { LearnArguments } from './options.js';
import { makeTree, readScenario } from './scenario-files.js';
import { unreadable } from './unreadable.js';

export interface ReadInputs {
  readonly inputs: readonly Learnt[];
  readonly diagnostics: readonly Diagnostic[];
}

type AssertionOf = (asked: Asked) => string | undefined;

export async function readInputs(
  files: readonly string[],
  options: LearnArguments,
  assertionOf: AssertionOf,
): Promise<ReadInputs> {
  const inputs: Learnt[] = [];
  const diagnostics: Diagnostic[] = [];
  for (const [input, file] of files.entries()) {
    const read = file.endsWith('.json')
      ? await scenarioInput(file, input, assertionOf)
      : traceInput(file, input, options, assertionOf);
    diagnostics.push(...read.diagnostics);
    if (read.learnt !== undefined) inputs.push(read.learnt);
  }
  return { inputs, diagnostics };
}

interface ReadInput {
  readonly learnt: Learnt | undefined;
  readonly diagnostics: readonly Diagnostic[];
}

function traceInput(
  file: string,
  input: number,
  options: LearnArguments,
  assertionOf: AssertionOf,
): ReadInput {
  let text: string;
  try {
    text = textOf(readBytes(file));
  } catch (error) {
    return failed(unreadable(file, reasonOf(error)));
  }
  const trace = readTrace(text);
  const found = problemsOf(file, trace, options.lenient);
  if (found.length > 0) return { learnt: undefined, diagnostics: found };
  const lookup = options.root === undefined ? undefined : lookupIn(options.root);
  const recording = recordTrace(trace, { input, cwd: options.cwd, lookup, assertionOf });
  const diagnostics = faultsOf(file, recording);
  const skipped =
    trace.unparsed.length === 0 ? '' : `, ${counted(trace.unparsed.length, 'line')} not understood`;
  const what = `${basename(file)}, ${counted(recording.calls, 'call')}${skipped}`;
  return { learnt: { name: file, what, recording }, diagnostics };
}

/** Gzip is told by its first two bytes. Names in a trace are escaped, so the text is ASCII but for what a person added. */
function textOf(bytes: Buffer): string {
  const plain = bytes[0] === 0x1f && bytes[1] === 0x8b ? gunzipSync(bytes) : bytes;
  return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(plain);
}

function problemsOf(file: string, trace: Trace, lenient: boolean): Diagnostic[] {
  if (trace.events.length === 0) {
    const why = trace.unparsed.length === 0 ? 'there is no call in it' : 'it is not the output of strace';
    return [report('LLP5020', { file, why }, { help: 'write `strace -f -y -s 4096 -o FILE PROGRAM`' })];
  }
  if (lenient) return [];
  return trace.unparsed.map(({ line, why }) =>
    report('LLP5021', { file, line: String(line), why }, { help: '`--lenient` learns from the other lines' }),
  );
}

function faultsOf(file: string, { faults }: Recording): Diagnostic[] {
  return faults.map(({ origin, what }) => {
    const help = what.includes('relative')
      ? 'trace with `-y`, or say where it started: `--cwd DIR`'
      : undefined;
    return report(
      'LLP5021',
      { file, line: String(origin.line), why: what },
      help === undefined ? {} : { help },
    );
  });
}

async function scenarioInput(file: string, input: number, assertionOf: AssertionOf): Promise<ReadInput> {
  const read = await readScenario(file);
  if (read.kind === 'refused') return { learnt: undefined, diagnostics: read.diagnostics };
  const trees: Vfs[] = [];
  // One to record on, and one for each replay: calls change their tree.
  for (let i = 0; i <= REPLAYS; i++) {
    const tree = await makeTree(read.scenario, read.folder);
    if (tree.kind === 'refused') return { learnt: undefined, diagnostics: tree.diagnostics };
    trees.push(tree.vfs);
  }
  const [own, ...others] = trees;
  if (own === undefined) return failed();
  const recording = recordScenario(read.scenario, own, { input, assertionOf });
  const diagnostics = recording.faults.map(({ origin, what }) =>
    report('LLP5011', { file, why: `step ${origin.line}: ${what}` }, {}),
  );
  const what = `${basename(file)}, ${counted(recording.calls, 'step')}`;
  return { learnt: { name: file, what, recording, trees: others }, diagnostics };
}

function failed(...diagnostics: Diagnostic[]): ReadInput {
  return { learnt: undefined, diagnostics };
}

/** What is really there, beneath a directory that stands for `/`. Nothing is followed; `/proc` is of other processes by now. */
function lookupIn(root: string): Lookup {
  return (path) => {
    if (/^\/proc(\/|$)/.test(path)) return undefined;
    const real = join(root, path);
    try {
      const stats = fs.lstatSync(real);
      if (stats.isDirectory()) return { kind: 'dir' };
      if (stats.isSymbolicLink()) return { kind: 'link', target: fs.readlinkSync(real) };
      return stats.isFile() && (stats.mode & 0o111) !== 0 ? program(real) : { kind: 'file' };
    } catch {
      // Gone by now: the trace alone says what it was.
      return undefined;
    }
  };
}

function program(path: string): Kind {
  const fd = fs.openSync(path, fs.constants.O_RDONLY | fs.constants.O_NONBLOCK);
  try {
    const head = Buffer.alloc(HEAD_BYTES);
    return {
      kind: 'file',
      interpreter: interpreterOf(head.subarray(0, fs.readSync(fd, head, 0, HEAD_BYTES, 0))),
    };
  } finally {
    fs.closeSync(fd);
  }
}
