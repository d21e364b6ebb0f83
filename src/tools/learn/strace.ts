/**
 * Reads strace output: the calls in the order in which they ended.
 *
 * Input: the text. Output: calls and exits with their line numbers, and every line that is not understood. Invariant:
 * no line is dropped silently. A call that is split (`<unfinished ...>`, `<... resumed>`) has the line of its end. The
 * creation of a process is moved before the first event of the new process.
 */
import { readCall, readTraceLine, type TraceCall, type TraceLine } from './strace-line.js';

export type TraceEvent =
  | { readonly kind: 'call'; readonly line: number; readonly call: TraceCall }
  | { readonly kind: 'exit'; readonly line: number; readonly pid: number };

export interface TraceFault {
  readonly line: number;
  readonly why: string;
}

export interface CallTrace {
  readonly events: readonly TraceEvent[];
  readonly unparsed: readonly TraceFault[];
}

/** Calls that create a process or a thread. */
const FORKS: ReadonlySet<string> = new Set(['fork', 'vfork', 'clone', 'clone3', 'clone2']);

interface StraceReading {
  readonly events: TraceEvent[];
  readonly unparsed: TraceFault[];
  /** Unfinished calls by process. */
  readonly open: Map<number, { readonly name: string; readonly text: string; readonly line: number }>;
}

export function readTrace(text: string): CallTrace {
  const reading: StraceReading = { events: [], unparsed: [], open: new Map() };
  text.split('\n').forEach((line, i) => enter(reading, readTraceLine(line), i + 1));
  for (const { name, line } of reading.open.values())
    if (!ENDLESS.has(name))
      reading.unparsed.push({ line, why: `\`${name}\` is unfinished, and its end is not there` });
  return {
    events: forksFirst(reading.events),
    unparsed: reading.unparsed.sort((a, b) => a.line - b.line),
  };
}

/** Calls that may be unfinished at the end of a trace without being reported. */
const ENDLESS: ReadonlySet<string> = new Set(
  (
    'exit exit_group wait4 waitid waitpid read pread64 readv poll ppoll select pselect6 epoll_wait epoll_pwait epoll_pwait2 futex ' +
    'nanosleep clock_nanosleep pause rt_sigtimedwait rt_sigsuspend accept accept4 recvfrom recvmsg recvmmsg flock fcntl ' +
    'restart_syscall futex_waitv io_uring_enter write writev sendto sendmsg execve'
  ).split(' '),
);

function enter(reading: StraceReading, line: TraceLine, number: number): void {
  switch (line.kind) {
    case 'call':
      reading.events.push({ kind: 'call', line: number, call: line });
      return;
    case 'unfinished':
      reading.open.set(line.pid, { name: line.name, text: line.text, line: number });
      return;
    case 'resumed':
      return resume(reading, line, number);
    case 'exit':
      reading.open.delete(line.pid);
      reading.events.push({ kind: 'exit', line: number, pid: line.pid });
      return;
    case 'unparsed':
      reading.unparsed.push({ line: number, why: line.why });
      return;
    case 'nothing':
      return;
  }
}

function resume(
  reading: StraceReading,
  { pid, name, text }: { readonly pid: number; readonly name: string; readonly text: string },
  number: number,
): void {
  const begun = reading.open.get(pid);
  reading.open.delete(pid);
  if (begun?.name !== name) {
    reading.unparsed.push({ line: number, why: `the beginning of this \`${name}\` is not there` });
    return;
  }
  enter(reading, readCall(pid, name, begun.text + text), number);
}

/** Moves the creation of a process before its first event, because the call of the parent may end later. */
function forksFirst(events: readonly TraceEvent[]): TraceEvent[] {
  const forkOf = new Map<number, TraceEvent>();
  for (const event of events) {
    const child = childOf(event);
    if (child !== undefined) forkOf.set(child, event);
  }
  const placed = new Set<TraceEvent>();
  const out: TraceEvent[] = [];
  const place = (event: TraceEvent): void => {
    if (placed.has(event)) return;
    placed.add(event);
    const fork = forkOf.get(pidOf(event));
    if (fork !== undefined && fork !== event) place(fork);
    out.push(event);
  };
  events.forEach(place);
  return out;
}

function pidOf(event: TraceEvent): number {
  return event.kind === 'call' ? event.call.pid : event.pid;
}

/** The number of the process that a call created; undefined if it created none. */
function childOf(event: TraceEvent): number | undefined {
  if (event.kind !== 'call' || !FORKS.has(event.call.name) || event.call.result.errno !== undefined)
    return undefined;
  const child = parseInt(event.call.result.value, 10);
  return child > 0 ? child : undefined;
}
