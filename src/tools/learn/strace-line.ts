/**
 * Parses one line of strace output.
 *
 *     Line   = [ Pid ] [ Time ] ( Call | Unfinished | Resumed | Event )
 *     Pid    = "[pid" Number "]" | Number           Time = HH:MM:SS [ .us ] | Seconds.us
 *     Call   = Name "(" Arguments ")" "=" Result
 *     Unfinished = Name "(" Arguments "<unfinished ...>"       Resumed = "<..." Name "resumed>" Arguments ")" "=" Result
 *     Result = ( Number | Descriptor | Hex | "?" ) [ Errno "(" Words ")" ] [ "<" Seconds ">" ]
 *     Event  = "---" Signal "---" | "+++" Exit "+++" | "strace:" Words
 */
import { cutArguments } from './strace-text.js';

export interface TraceResult {
  /** The first word: a number, `3</path>`, an address, `?`. */
  readonly value: string;
  /** The name of the error, if the call failed. */
  readonly errno: string | undefined;
}

export interface TraceCall {
  readonly kind: 'call';
  /** 0 if the line has no process number. */
  readonly pid: number;
  readonly name: string;
  readonly args: readonly string[];
  readonly result: TraceResult;
}

export type TraceLine =
  | TraceCall
  | { readonly kind: 'unfinished'; readonly pid: number; readonly name: string; readonly text: string }
  | { readonly kind: 'resumed'; readonly pid: number; readonly name: string; readonly text: string }
  | { readonly kind: 'exit'; readonly pid: number }
  /** A signal, a blank line or a message of strace. */
  | { readonly kind: 'nothing'; readonly pid: number }
  | { readonly kind: 'unparsed'; readonly pid: number; readonly why: string };

const HEAD =
  /^(?:\[pid\s+(\d+)\]\s+|(\d+)\s+(?=\D|\d\d:\d\d:|\d+\.\d))?(?:\d\d:\d\d:\d\d(?:\.\d+)?\s+|\d+\.\d+\s+)?/;

export function readTraceLine(line: string): TraceLine {
  const head = HEAD.exec(line.trimStart());
  const pid = Number(head?.[1] ?? head?.[2] ?? 0);
  const body = line
    .trimStart()
    .slice(head?.[0].length ?? 0)
    .trimEnd();
  if (/^\+\+\+ (?:exited|killed|superseded)/.test(body)) return { kind: 'exit', pid };
  if (body === '' || /^(?:---|\+\+\+|strace: |\[ Process )/.test(body)) return { kind: 'nothing', pid };
  const resumed = /^<\.\.\. (\w+) resumed>(.*)$/s.exec(body);
  if (resumed !== null) return { kind: 'resumed', pid, name: resumed[1] ?? '', text: resumed[2] ?? '' };
  const named = /^(\w+)\(/.exec(body);
  if (named === null) return { kind: 'unparsed', pid, why: 'it is not a call, a signal or an exit' };
  const text = body.slice(named[0].length);
  const name = named[1] ?? '';
  const open = /^(.*?)\s*<unfinished \.\.\.>$/s.exec(text);
  if (open !== null) return { kind: 'unfinished', pid, name, text: open[1] ?? '' };
  return readCall(pid, name, text);
}

/** Parses a call from the text after `name(`. */
export function readCall(pid: number, name: string, text: string): TraceLine {
  const { items, end, closed } = cutArguments(text, 0);
  if (!closed) return { kind: 'unparsed', pid, why: `the arguments of \`${name}\` do not end` };
  const result = readResult(text.slice(end + 1));
  if (result === undefined) return { kind: 'unparsed', pid, why: `no result of \`${name}\` is there` };
  return { kind: 'call', pid, name, args: items, result };
}

function readResult(text: string): TraceResult | undefined {
  const match = /^\s*=\s*(\d+<.*>|-?\w+|\?)(?:\s+(E[A-Z0-9]+)\b)?/s.exec(text);
  if (match === null) return undefined;
  const whole = match[1] ?? '';
  const value = /^\d+</.test(whole) ? cutShown(whole) : whole;
  return { value, errno: match[2] };
}

/** Removes the duration of a call after a descriptor, as in `3</path> <0.000012>`. */
function cutShown(value: string): string {
  return value.replace(/> <[\d.]+>$/, '>');
}

/** Prints a call in the format of strace. */
export function printTraceCall({ pid, name, args, result }: TraceCall): string {
  const failed = result.errno === undefined ? '' : ` ${result.errno} (error)`;
  return `${pid === 0 ? '' : `${pid} `}${name}(${args.join(', ')}) = ${result.value}${failed}`;
}
