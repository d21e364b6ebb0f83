/**
 * A child process that stands for this one: it has the standard streams, it gets the signals, and this process ends as it ends.
 *
 * Node 20 cannot replace itself by another program, so it stays between. A signal from the terminal reaches the whole
 * foreground group, so the child has it already; any other signal is passed on.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { constants } from 'node:os';

/** How a child ended. */
export type Ended =
  | { readonly kind: 'exited'; readonly code: number }
  | { readonly kind: 'killed'; readonly signal: NodeJS.Signals }
  /** It was not started. `code`: that of the system's error. */
  | { readonly kind: 'not-started'; readonly code: string };

export interface ChildOptions {
  /** Descriptors that the child gets beside the standard streams, as 3 and so on. */
  readonly descriptors?: readonly number[];
  /** The name under which the child is started, if it is not the path. */
  readonly argv0?: string;
  /** Returns the process that gets the signals, given the child's number (default: the child). */
  readonly target?: (pid: number) => number | undefined;
  /** Called when the child was started, after which its file is not needed any more. */
  readonly started?: () => void;
}

/** Signals that a terminal sends to the whole foreground group. */
const FROM_TERMINAL: readonly NodeJS.Signals[] = ['SIGINT', 'SIGQUIT', 'SIGHUP', 'SIGTSTP'];
const PASSED_ON: readonly NodeJS.Signals[] = [
  ...FROM_TERMINAL,
  'SIGTERM',
  'SIGCONT',
  'SIGUSR1',
  'SIGUSR2',
  'SIGALRM',
];

/** Runs a program with the standard streams of this process, and returns how it ended. */
export async function runChild(
  path: string,
  args: readonly string[],
  options: ChildOptions = {},
): Promise<Ended> {
  // Signals that arrive before the child exists wait for it.
  const early: NodeJS.Signals[] = [];
  let deliver = (signal: NodeJS.Signals): void => void early.push(signal);
  const listeners = PASSED_ON.map((signal) => [signal, () => deliver(signal)] as const);
  for (const [signal, listener] of listeners) process.on(signal, listener);
  try {
    const child = start(path, args, options);
    if (typeof child === 'string') return { kind: 'not-started', code: child };
    const ended = endOf(child);
    if (child.pid !== undefined) options.started?.();
    deliver = (signal) => passOn(child, signal, options.target);
    early.forEach(deliver);
    return await ended;
  } finally {
    for (const [signal, listener] of listeners) process.removeListener(signal, listener);
  }
}

/** Starts the child. Returns the code of the error if the arguments cannot be passed. */
function start(path: string, args: readonly string[], options: ChildOptions): ChildProcess | string {
  const { descriptors = [], argv0 } = options;
  try {
    return spawn(path, args, {
      stdio: ['inherit', 'inherit', 'inherit', ...descriptors],
      ...(argv0 === undefined ? {} : { argv0 }),
    });
  } catch (error) {
    return (error as NodeJS.ErrnoException).code ?? String(error);
  }
}

function endOf(child: ChildProcess): Promise<Ended> {
  return new Promise((resolve) => {
    child.once('error', (error: NodeJS.ErrnoException) => {
      if (child.pid === undefined) resolve({ kind: 'not-started', code: error.code ?? error.message });
    });
    child.once('exit', (code, signal) => {
      resolve(signal === null ? { kind: 'exited', code: code ?? 0 } : { kind: 'killed', signal });
    });
  });
}

/** Passes a signal on. A stop also stops this process, so that the shell sees its job stopped. */
function passOn(child: ChildProcess, signal: NodeJS.Signals, target: ChildOptions['target']): void {
  const pid = child.pid === undefined ? undefined : (target ?? ((own) => own))(child.pid);
  const hasIt = FROM_TERMINAL.includes(signal) && isInForeground();
  if (pid !== undefined && !hasIt) send(pid, signal);
  if (signal === 'SIGTSTP') process.kill(process.pid, 'SIGSTOP');
}

function send(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch {
    // The process has ended, or has become another user.
  }
}

/** Returns whether this process is in the foreground group of a terminal. Source: proc(5), `/proc/PID/stat`, fields 5 and 8. */
function isInForeground(): boolean {
  try {
    const fields = readFileSync('/proc/self/stat', 'utf8')
      .replace(/^.*\) /s, '')
      .split(' ');
    return fields[2] === fields[5];
  } catch {
    return false;
  }
}

/** Returns the first child of a process, which is the program of `strace`; undefined if it has none. */
export function firstChildOf(pid: number): number | undefined {
  try {
    const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim();
    return children === '' ? undefined : Number(children.split(' ')[0]);
  } catch {
    return undefined;
  }
}

/** Ends this process by a signal, as the child ended. Returns the exit code that a shell shows, if the signal is not deadly. */
export function dieOf(signal: NodeJS.Signals): number {
  process.kill(process.pid, signal);
  return 128 + (SIGNALS[signal] ?? 0);
}
const SIGNALS: Readonly<Partial<Record<NodeJS.Signals, number>>> = constants.signals;
