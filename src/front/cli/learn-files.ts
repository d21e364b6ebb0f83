/** Reads the inputs of `llpc learn`: traces, plain or gzipped, scenarios, and the directory to look up paths in. */
import fs from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { report } from '../../diagnostics/catalogue.js';
import type { Diagnostic } from '../../diagnostics/types.js';
import { HEAD_BYTES, interpreterOf } from '../../runtime/kernel/interpreter-path.js';
import type { Vfs } from '../../runtime/kernel/vfs.js';
import type { Asked } from '../../tools/learn/facts.js';
import { scenarioInput, traceInput, type ReadInput } from '../../tools/learn/inputs.js';
import { REPLAYS, type Learnt } from '../../tools/learn/learn.js';
import type { Kind, KindLookup } from '../../tools/learn/live.js';
import type { RecordOptions } from '../../tools/learn/record.js';
import { readBytes, reasonOf, writeFiles } from './io.js';
import type { LearnArguments } from './learn-options.js';
import type { Options } from './options.js';
import { unreadable, writeProblem } from './problems.js';
import { makeTree, readScenario } from './scenario-files.js';

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
      ? await readScenarioFile(file, { input, assertionOf })
      : readTraceFile(file, options, { input, assertionOf });
    diagnostics.push(...read.diagnostics);
    if (read.learnt !== undefined) inputs.push(read.learnt);
  }
  return { inputs, diagnostics };
}

/** What a run of a command gives: its input, and how it ended. */
export interface RecordedRun extends ReadInputs {
  /** How the command ended, as a sentence. */
  readonly told: string;
}

/** Runs a command under strace and reads what it did. Paths are looked up on this machine, unless `--root` names another tree. */
export async function recordRun(
  { command, learn, saveTrace }: Options,
  assertionOf: AssertionOf,
): Promise<RecordedRun> {
  const { traced, endText, tracingFault } = await import('../../tools/enforce/strace.js');
  const [name = ''] = command;
  const tracing = await traced(command);
  if (tracing.kind !== 'traced') {
    const why = tracingFault(tracing);
    const help = 'record it elsewhere: `strace -f -y -s 4096 -o FILE PROGRAM`, and learn from FILE';
    return { inputs: [], told: '', diagnostics: [report('LLP5020', { file: name, why }, { help })] };
  }
  const told = `\`${name}\` ${endText(tracing.ended)}`;
  if (saveTrace !== undefined) {
    const failed = saveText(saveTrace, tracing.text);
    if (failed !== undefined) return { inputs: [], told, diagnostics: [failed] };
  }
  const { lenient, root = '/' } = learn;
  const record = { input: 0, assertionOf, cwd: tracing.cwd, lookup: lookupIn(root), lenient };
  const { learnt, diagnostics } = traceInput(saveTrace ?? name, tracing.text, record);
  return { inputs: learnt === undefined ? [] : [learnt], told, diagnostics };
}

/** Writes a text to a file; returns a diagnostic if it cannot be written. */
export function saveText(path: string, text: string): Diagnostic | undefined {
  try {
    writeFiles(dirname(path), [[basename(path), text]]);
    return undefined;
  } catch (error) {
    return writeProblem(path, error);
  }
}

function readTraceFile(file: string, options: LearnArguments, record: RecordOptions): ReadInput {
  let text: string;
  try {
    text = textOf(readBytes(file));
  } catch (error) {
    return failed(unreadable(file, reasonOf(error)));
  }
  const { cwd, lenient, root } = options;
  const lookup = root === undefined ? undefined : lookupIn(root);
  return traceInput(file, text, { ...record, cwd, lookup, lenient });
}

/** Returns the text of a file. The first two bytes identify gzip. A trace is ASCII, because its names are escaped, unless edited. */
function textOf(bytes: Buffer): string {
  const plain = bytes[0] === 0x1f && bytes[1] === 0x8b ? gunzipSync(bytes) : bytes;
  return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(plain);
}

async function readScenarioFile(file: string, record: RecordOptions): Promise<ReadInput> {
  const read = await readScenario(file);
  if (read.kind === 'refused') return failed(...read.diagnostics);
  const trees: Vfs[] = [];
  for (let i = 0; i <= REPLAYS; i++) {
    const tree = await makeTree(read.scenario, read.folder);
    if (tree.kind === 'refused') return failed(...tree.diagnostics);
    trees.push(tree.vfs);
  }
  const [own, ...others] = trees;
  return own === undefined ? failed() : scenarioInput(file, read.scenario, [own, ...others], record);
}

function failed(...diagnostics: Diagnostic[]): ReadInput {
  return { learnt: undefined, diagnostics };
}

/** Returns a look-up of kinds beneath a directory that stands for `/`. Links are not followed. Processes in `/proc` have changed. */
export function lookupIn(root: string): KindLookup {
  return (path) => {
    if (/^\/proc\/(self|thread-self|\d+)(\/|$)/.test(path)) return undefined;
    const real = join(root, path);
    try {
      const stats = fs.lstatSync(real);
      if (stats.isDirectory()) return { kind: 'dir' };
      if (stats.isSymbolicLink()) return { kind: 'link', target: fs.readlinkSync(real) };
      return stats.isFile() && (stats.mode & 0o111) !== 0 ? program(real) : { kind: 'file' };
    } catch {
      // The object does not exist any more, so its kind comes from the trace only.
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
