/**
 * `--watch`: runs a command again whenever a file that it read has changed.
 *
 * Invariant: the texts that were read are compared to the current ones. So no change between reading and watching is missed,
 * and an event without a change (a touch, the command's own output) starts no run.
 */
import { counted } from '../../base/text.js';
import { readText, recording, type ReadFile, type ReadText } from './io.js';
import { UsageError } from './arguments.js';
import type { Options } from './options.js';
import { watchSet } from './watch-set.js';

/** Time in milliseconds without further events before a run starts, because editors write in several steps. */
const QUIET_MS = 50;

/** Runs once, or with `--watch` until the user ends it (SIGINT, or a closed output), which is a success. */
export async function watching(options: Options, run: (read: ReadFile) => Promise<number>): Promise<number> {
  if (!options.watch) return run(readText);
  if (options.positionals.includes('-'))
    throw new UsageError('standard input cannot be watched: name a file');
  return watchFiles(run);
}

async function watchFiles(run: (read: ReadFile) => Promise<number>): Promise<number> {
  const events = eventQueue();
  const set = watchSet(events.raise);
  const stop = (): void => events.end();
  process.once('SIGINT', stop);
  process.stdout.once('error', stop);
  const status = statusLine();
  try {
    let changed: readonly string[] | undefined = [];
    while (changed !== undefined) {
      if (changed.length > 0) status.say(`changed: ${changed.join(', ')}`);
      const seen = new Map<string, ReadText>();
      const code = await run(recording(readText, seen));
      set.update(seen.keys());
      status.show(`${code === 0 ? 'ok' : 'failed'}, watching ${counted(seen.size, 'file')}`);
      changed = await nextChange(seen, set, events);
      status.clear();
    }
    return 0;
  } finally {
    process.off('SIGINT', stop);
    process.stdout.off('error', stop);
    set.close();
  }
}

/** Waits for a change, and returns the changed files; undefined at the end. */
async function nextChange(
  seen: ReadonlyMap<string, ReadText>,
  set: ReturnType<typeof watchSet>,
  events: EventQueue,
): Promise<readonly string[] | undefined> {
  for (let settled = false; ; settled = true) {
    const changed = [...seen].filter(([path, was]) => !same(was, readText(path))).map(([path]) => path);
    if (events.ended()) return undefined;
    if (changed.length > 0 && settled) return changed;
    // The file may be half written, so wait until there are no events.
    if (changed.length > 0) events.raise();
    await events.next();
    set.update(seen.keys());
  }
}

function same(a: ReadText, b: ReadText): boolean {
  if (a.kind === 'ok') return b.kind === 'ok' && a.text === b.text;
  return b.kind === 'missing' && a.why === b.why;
}

interface EventQueue {
  readonly raise: () => void;
  readonly end: () => void;
  readonly ended: () => boolean;
  /** Resolves when events were raised and none follow for `QUIET_MS`, or at the end. */
  readonly next: () => Promise<void>;
}

function eventQueue(): EventQueue {
  let raised = false;
  let over = false;
  let timer: NodeJS.Timeout | undefined;
  let wake: (() => void) | undefined;
  const settle = (): void => {
    timer = undefined;
    wake?.();
  };
  return {
    raise: () => {
      raised = true;
      clearTimeout(timer);
      timer = setTimeout(settle, QUIET_MS);
    },
    end: () => {
      over = true;
      clearTimeout(timer);
      settle();
    },
    ended: () => over,
    next: async () => {
      if (!over && (!raised || timer !== undefined)) await new Promise<void>((resolve) => (wake = resolve));
      wake = undefined;
      raised = false;
    },
  };
}

/** Returns functions for a status line on standard error. On a terminal, the next output overwrites that line. */
function statusLine(): {
  readonly show: (text: string) => void;
  readonly say: (text: string) => void;
  readonly clear: () => void;
} {
  const terminal = process.stderr.isTTY === true;
  return {
    show: (text) => process.stderr.write(terminal ? text : `${text}\n`),
    say: (text) => process.stderr.write(`${text}\n`),
    clear: () => {
      if (terminal) process.stderr.write('\r\x1b[K');
    },
  };
}
