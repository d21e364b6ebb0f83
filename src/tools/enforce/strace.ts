/**
 * Runs a program under strace, which stands outside: it writes to a file of this process, and neither the file nor strace is
 * restricted by what the program does to itself.
 */
import fs from 'node:fs';
import { firstChildOf, runChild, type Ended } from './child.js';
import { inSomeFolder, temporaryFolders, textOfFile, unnamedFile, type FolderFault } from './unnamed-file.js';

/** The calls of a program that strace has written down. */
export interface Traced {
  readonly ended: Ended;
  /** The output of strace. */
  readonly text: string;
  /** The working directory in which the program started. */
  readonly cwd: string;
}

export type Tracing =
  | ({ readonly kind: 'traced' } & Traced)
  | { readonly kind: 'no-strace'; readonly why: string }
  | { readonly kind: 'no-folder'; readonly faults: readonly FolderFault[] };

/** As `docs/learn.md` writes it: all threads and children, the paths of descriptors, and whole strings. */
const OPTIONS = ['-f', '-y', '-s', '4096'];

/** Runs a command under strace. `descriptors`: what the command gets beside the standard streams. */
export async function traced(
  command: readonly string[],
  descriptors: readonly number[] = [],
): Promise<Tracing> {
  const made = inSomeFolder(temporaryFolders(), unnamedFile);
  if (made.kind === 'failed') return { kind: 'no-folder', faults: made.faults };
  const cwd = process.cwd();
  try {
    const output = `/proc/${process.pid}/fd/${made.fd}`;
    const ended = await runChild('strace', [...OPTIONS, '-o', output, '--', ...command], {
      descriptors,
      target: firstChildOf,
    });
    if (ended.kind === 'not-started') return { kind: 'no-strace', why: whyNot(ended.code) };
    const text = textOfFile(made.fd);
    if (text !== '') return { kind: 'traced', ended, text, cwd };
    return { kind: 'no-strace', why: 'strace wrote nothing: its own message is above' };
  } finally {
    fs.closeSync(made.fd);
  }
}

function whyNot(code: string): string {
  if (code === 'ENOENT') return 'strace is not installed: it is in the package `strace`';
  return `strace cannot be started: ${code}`;
}

/** Returns why a program was not traced, for people. */
export function tracingFault(tracing: Exclude<Tracing, { readonly kind: 'traced' }>): string {
  if (tracing.kind === 'no-strace') return tracing.why;
  return `no folder can hold the trace: ${tracing.faults.map((f) => `${f.folder}: ${f.code}`).join(', ')}`;
}

/** Returns how a program ended, as the rest of a sentence. */
export function endText(ended: Ended): string {
  switch (ended.kind) {
    case 'exited':
      return `ended with exit code ${ended.code}`;
    case 'killed':
      return `was ended by ${ended.signal}`;
    case 'not-started':
      return `was not started: ${ended.code}`;
  }
}
