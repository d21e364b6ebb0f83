/**
 * Parses and matches one component of a path pattern: literal text or a glob. The compiler (exact decisions) and the
 * loader (matching of existing names) share it, so that both read the same syntax.
 *
 *     Component = { Literal | "*" | "?" | Set | Brace | "\" Character }
 *     Set       = "[" [ "!" ] Item { Item } "]"          Item = Character [ "-" Character ]
 *     Brace     = "{" Component { "," Component } "}"    with at least two alternatives
 *
 * A glob is a list of alternatives, one for each choice in its braces. An alternative is a sequence of elements over
 * code points. As in the shell, a name that begins with `.` matches only an alternative that begins with a literal `.`.
 */

export type Element =
  | { readonly kind: 'char'; readonly code: number }
  | { readonly kind: 'any' }
  | { readonly kind: 'star' }
  | { readonly kind: 'set'; readonly negated: boolean; readonly ranges: readonly CodeRange[] };

/** Code points `from` to `to`, both included. */
export interface CodeRange {
  readonly from: number;
  readonly to: number;
}

export type Sequence = readonly Element[];

export interface Glob {
  readonly source: string;
  readonly alternatives: readonly Sequence[];
}

export type Component =
  | { readonly kind: 'literal'; readonly name: string }
  | { readonly kind: 'glob'; readonly source: string; readonly glob: Glob };

/** Why a component is not a valid pattern. `offset` is a UTF-16 offset into the source. */
export interface PatternFault {
  readonly kind: 'fault';
  readonly fault:
    | 'double-star'
    | 'open-set'
    | 'empty-set'
    | 'reversed-range'
    | 'open-brace'
    | 'single-alternative'
    | 'too-many-alternatives'
    | 'empty-alternative-only'
    | 'trailing-backslash';
  readonly offset: number;
}

/** The most alternatives to which the braces of a component may expand. */
const MAX_ALTERNATIVES = 256;
const DOT = 0x2e;
/** The characters with a special meaning. Text without them, as in nearly every path, is literal. */
const SPECIAL = /[\\*?[\]{}]/;

/** Parses one component, which has no `/`. Text without an active glob character is a literal. */
export function parseComponent(source: string): Component | PatternFault {
  if (!SPECIAL.test(source)) return { kind: 'literal', name: source };
  const reader: Reader = { source, at: 0, fault: undefined, active: false };
  const alternatives = readAlternatives(reader, false);
  if (reader.fault !== undefined) return reader.fault;
  if (reader.active) return { kind: 'glob', source, glob: { source, alternatives } };
  return { kind: 'literal', name: literalText(alternatives[0] ?? []) };
}

/** The glob of a component; undefined if it is not a valid pattern. */
export function compileGlob(source: string): Glob | undefined {
  const component = parseComponent(source);
  if (component.kind === 'fault') return undefined;
  if (component.kind === 'glob') return component.glob;
  return { source, alternatives: [[...component.name].map((c) => charElement(c.codePointAt(0) ?? 0))] };
}

/** The size of the cache of globs: a language server sees ever new ones. */
const MOST_KEPT = 10_000;
const KEPT = new Map<string, Glob | undefined>();

/** Like `compileGlob`, with a cache. */
export function globOf(source: string): Glob | undefined {
  const known = KEPT.get(source);
  if (known !== undefined || KEPT.has(source)) return known;
  if (KEPT.size === MOST_KEPT) KEPT.clear();
  const made = compileGlob(source);
  KEPT.set(source, made);
  return made;
}

/** Pattern syntax whose only match is `text`. */
export function escapePattern(text: string): string {
  return SPECIAL.test(text) ? text.replace(/[\\*?[\]{}]/g, '\\$&') : text;
}

/** True if text in pattern syntax has an active glob character. */
export function hasGlob(source: string): boolean {
  return /[*?[\]{}]/.test(source.replace(/\\./gsu, ''));
}

/** The literal text of pattern syntax without active glob characters. */
export function unescapePattern(source: string): string {
  return source.replace(/\\(.)/gsu, '$1');
}

/** True if the glob matches the whole name. */
export function matchesGlob(glob: Glob, name: string): boolean {
  const codes = Array.from(name, (c) => c.codePointAt(0) ?? 0);
  return glob.alternatives.some((sequence) => matchesSequence(sequence, codes));
}

/** True if a sequence may match names that begin with this code point: false only for a dot that is not literal. */
export function admitsFirst(sequence: Sequence, first: number): boolean {
  if (first !== DOT) return true;
  const head = sequence[0];
  return head !== undefined && head.kind === 'char' && head.code === DOT;
}

/** True if an element can match this code point. */
export function consumes(element: Element, code: number): boolean {
  switch (element.kind) {
    case 'char':
      return element.code === code;
    case 'any':
    case 'star':
      return true;
    case 'set':
      return element.ranges.some((r) => r.from <= code && code <= r.to) !== element.negated;
  }
}

/** Greedy matching that backtracks only to the last star: linear in practice, quadratic at worst. */
function matchesSequence(sequence: Sequence, codes: readonly number[]): boolean {
  if (codes.length > 0 && !admitsFirst(sequence, codes[0] ?? 0)) return false;
  let at = 0;
  let element = 0;
  let starElement = -1;
  let starAt = 0;
  while (at < codes.length) {
    const current = sequence[element];
    if (current?.kind === 'star') {
      starElement = element++;
      starAt = at;
    } else if (current !== undefined && consumes(current, codes[at] ?? 0)) {
      element++;
      at++;
    } else if (starElement >= 0) {
      element = starElement + 1;
      at = ++starAt;
    } else {
      return false;
    }
  }
  while (sequence[element]?.kind === 'star') element++;
  return element === sequence.length;
}

interface Reader {
  readonly source: string;
  at: number;
  fault: PatternFault | undefined;
  active: boolean;
}

function charElement(code: number): Element {
  return { kind: 'char', code };
}

function literalText(sequence: Sequence): string {
  return sequence.map((e) => (e.kind === 'char' ? String.fromCodePoint(e.code) : '')).join('');
}

function fail(reader: Reader, fault: PatternFault['fault'], offset: number): void {
  reader.fault ??= { kind: 'fault', fault, offset };
  reader.at = reader.source.length;
}

/** Component = { … }: the cross product of the alternatives of its parts. Within a brace it stops at `,` and `}`. */
function readAlternatives(reader: Reader, inBrace: boolean): Sequence[] {
  let alternatives: Sequence[] = [[]];
  while (reader.at < reader.source.length) {
    const char = reader.source[reader.at];
    if (inBrace && (char === ',' || char === '}')) break;
    const parts = char === '{' ? readBrace(reader) : [[readElement(reader)]];
    if (alternatives.length * parts.length > MAX_ALTERNATIVES) {
      fail(reader, 'too-many-alternatives', reader.at);
      return [[]];
    }
    alternatives = alternatives.flatMap((head) => parts.map((tail) => [...head, ...tail]));
  }
  return alternatives;
}

/** Brace = "{" Component { "," Component } "}" */
function readBrace(reader: Reader): Sequence[] {
  const start = reader.at++;
  reader.active = true;
  const all: Sequence[] = [];
  let count = 0;
  for (;;) {
    all.push(...readAlternatives(reader, true));
    count++;
    const char = reader.source[reader.at++];
    if (char === ',') continue;
    if (char !== '}') fail(reader, 'open-brace', start);
    else if (count === 1) fail(reader, 'single-alternative', start);
    else if (all.every((s) => s.length === 0)) fail(reader, 'empty-alternative-only', start);
    return all;
  }
}

function readElement(reader: Reader): Element {
  const start = reader.at;
  const code = nextCode(reader);
  switch (String.fromCodePoint(code)) {
    case '\\':
      return readEscape(reader, start);
    case '*':
      reader.active = true;
      if (reader.source[reader.at] === '*') fail(reader, 'double-star', start);
      return { kind: 'star' };
    case '?':
      reader.active = true;
      return { kind: 'any' };
    case '[':
      return readSet(reader, start);
    default:
      return charElement(code);
  }
}

function readEscape(reader: Reader, start: number): Element {
  if (reader.at < reader.source.length) return charElement(nextCode(reader));
  fail(reader, 'trailing-backslash', start);
  return charElement(0x5c);
}

/** Set = "[" [ "!" ] Item { Item } "]". A `]` in the first place is a member. */
function readSet(reader: Reader, start: number): Element {
  reader.active = true;
  const negated = reader.source[reader.at] === '!';
  if (negated) reader.at++;
  const ranges: CodeRange[] = [];
  while (reader.at < reader.source.length && (reader.source[reader.at] !== ']' || ranges.length === 0)) {
    if (reader.source[reader.at] === ']' && !reader.source.includes(']', reader.at + 1)) break;
    ranges.push(readRange(reader));
  }
  if (reader.fault !== undefined) return { kind: 'any' };
  if (ranges.length === 0) fail(reader, reader.source[reader.at] === ']' ? 'empty-set' : 'open-set', start);
  else if (reader.source[reader.at] !== ']') fail(reader, 'open-set', start);
  else reader.at++;
  return { kind: 'set', negated, ranges };
}

/** Item = Character [ "-" Character ] */
function readRange(reader: Reader): CodeRange {
  const start = reader.at;
  const from = setCharacter(reader);
  const dash = reader.source[reader.at] === '-' && (reader.source[reader.at + 1] ?? ']') !== ']';
  if (!dash) return { from, to: from };
  reader.at++;
  const to = setCharacter(reader);
  if (to < from) fail(reader, 'reversed-range', start);
  return { from, to };
}

function setCharacter(reader: Reader): number {
  if (reader.source[reader.at] === '\\' && reader.at + 1 < reader.source.length) reader.at++;
  return nextCode(reader);
}

function nextCode(reader: Reader): number {
  const code = reader.source.codePointAt(reader.at) ?? 0;
  reader.at += code > 0xffff ? 2 : 1;
  return code;
}
