/**
 * Parses the values in strace output (strings, descriptors, flags), and splits a line into arguments.
 *
 *     String     = '"' { Char | Escape } '"' [ "..." ]        Escape = "\" ( n | t | r | v | f | '"' | "\" | Octal | xHH )
 *     Descriptor = Number [ "<" Path ">" ] | "AT_FDCWD" [ "<" Path ">" ]
 *
 * Source: strace(1) and print_quoted_string_ex of strace. Bytes become names as everywhere in the kernel model.
 */
import { nameFromBytes } from '../../runtime/kernel/names.js';

export interface TraceString {
  readonly text: string;
  /** True if strace cut it: `"..."...`. */
  readonly truncated: boolean;
}

export interface TraceFd {
  /** Undefined for AT_FDCWD. */
  readonly number: number | undefined;
  /** The text that `-y` shows: a path, or something like `pipe:[1]`. */
  readonly shown: string | undefined;
}

const SIMPLE: Readonly<Record<string, number>> = { n: 10, t: 9, r: 13, v: 11, f: 12, '"': 34, '\\': 92 };

/** The string in an argument; undefined if the argument is not a string (a pointer, NULL). */
export function readString(argument: string): TraceString | undefined {
  const match = /^"((?:[^"\\]|\\.)*)"(\.\.\.)?$/s.exec(argument);
  if (match === null) return undefined;
  return { text: unescape(match[1] ?? ''), truncated: match[2] !== undefined };
}

/** The text with the escapes of strace resolved. */
export function unescape(source: string): string {
  if (!source.includes('\\')) return source;
  const bytes: number[] = [];
  for (let at = 0; at < source.length;) {
    const escape = /^\\(?:([0-7]{1,3})|x([0-9a-fA-F]{2})|(.))/s.exec(source.slice(at, at + 4));
    if (escape === null) {
      const char = String.fromCodePoint(source.codePointAt(at) ?? 0);
      bytes.push(...Buffer.from(char));
      at += char.length;
    } else {
      bytes.push(byteOf(escape));
      at += escape[0].length;
    }
  }
  return nameFromBytes(Uint8Array.from(bytes));
}

function byteOf([, octal, hex, char = '']: RegExpExecArray): number {
  if (octal !== undefined) return parseInt(octal, 8) & 0xff;
  if (hex !== undefined) return parseInt(hex, 16);
  return SIMPLE[char] ?? char.charCodeAt(0) & 0xff;
}

/** Prints a string in the format of strace: other bytes than printable ASCII are octal, short if no digit follows. */
export function printString(bytes: Uint8Array): string {
  const out = Array.from(bytes, (byte, i) => printByte(byte, bytes[i + 1]));
  return `"${out.join('')}"`;
}

function printByte(byte: number, next: number | undefined): string {
  const simple = Object.entries(SIMPLE).find(([, code]) => code === byte);
  if (simple !== undefined) return `\\${simple[0]}`;
  if (byte >= 0x20 && byte < 0x7f) return String.fromCharCode(byte);
  const digitFollows = next !== undefined && next >= 0x30 && next <= 0x39;
  return `\\${byte.toString(8).padStart(digitFollows ? 3 : 1, '0')}`;
}

/** The descriptor in an argument or a result; undefined if it is not a descriptor. */
export function readFd(argument: string): TraceFd | undefined {
  const match = /^(?:(\d+)|AT_FDCWD)(?:<(.*)>)?$/s.exec(argument);
  if (match === null) return undefined;
  const number = match[1] === undefined ? undefined : Number(match[1]);
  return { number, shown: match[2] === undefined ? undefined : unescape(match[2]) };
}

/** The names in flags such as `A|B|0x10`. Flags that strace could not name are left out. */
export function readFlags(argument: string | undefined): string[] {
  return (argument ?? '').split('|').filter((flag) => /^[A-Z][A-Z0-9_]*$/.test(flag));
}

/** The absolute path that `-y` shows; undefined if it is not a file of the tree, or is deleted. */
export function shownPath(shown: string | undefined): string | undefined {
  const path = shown?.replace(/<(?:char|block) [^>]*>$/, '');
  return path?.startsWith('/') === true && !path.endsWith(' (deleted)') ? path : undefined;
}

export interface Arguments {
  readonly items: readonly string[];
  /** The offset of the closing parenthesis; the length of the text if it is missing. */
  readonly end: number;
  readonly closed: boolean;
}

/** Splits the text after `name(` at its top-level commas. */
export function cutArguments(text: string, from: number): Arguments {
  const items: string[] = [];
  let start = from;
  let depth = 0;
  for (let at = from; at < text.length; at++) {
    const char = text[at] ?? '';
    if (char === '"') at = endOfString(text, at);
    else if (char === '<' && isShown(text, at)) at = endOfShown(text, at);
    else if ('([{'.includes(char)) depth++;
    else if (')]}'.includes(char)) {
      if (depth === 0) return { items: pushItem(items, text.slice(start, at)), end: at, closed: true };
      depth--;
    } else if (char === ',' && depth === 0) {
      pushItem(items, text.slice(start, at));
      start = at + 1;
    }
  }
  return { items: pushItem(items, text.slice(start)), end: text.length, closed: false };
}

function pushItem(items: string[], text: string): string[] {
  const item = text.trim();
  if (item !== '') items.push(item);
  return items;
}

function endOfString(text: string, at: number): number {
  for (let i = at + 1; i < text.length; i++) {
    if (text[i] === '\\') i++;
    else if (text[i] === '"') return i;
  }
  return text.length;
}

/** True for a `<` that begins a shown path, as in `3</path>`: it follows a number or AT_FDCWD and is not a shift. */
function isShown(text: string, at: number): boolean {
  return /[0-9D]/.test(text[at - 1] ?? '') && text[at + 1] !== '<' && text[at + 1] !== ' ';
}

/**
 * The offset of the closing `>`. Devices and sockets contain more brackets: `0</dev/tty<char 5:0>>`, `4<TCP:[1->2]>`.
 */
function endOfShown(text: string, at: number): number {
  let depth = 0;
  for (let i = at; i < text.length; i++) {
    if (text[i] === '<') depth++;
    else if (text[i] === '>' && text[i - 1] !== '-' && --depth === 0) return i;
  }
  return text.length;
}
