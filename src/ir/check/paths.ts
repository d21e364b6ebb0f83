/** Reads path patterns from text. Each fault is reported, with help on what to write. */
import { report } from '../../diagnostics/catalogue.js';
import { UNPRINTABLE } from '../../base/text.js';
import type { Diagnostic, Span } from '../../diagnostics/types.js';
import { escapePattern, parseComponent, type PatternFault } from '../../pattern/glob.js';
import type { PathPattern, PatternComponent } from '../../semantics/pattern.js';

/** Linux's PATH_MAX without the final NUL, and NAME_MAX. No object has a longer path or name. */
const PATH_MAX = 4095;
const NAME_MAX = 255;

/** Returns a pattern as the user writes it; `/` for the root. */
export function patternText(path: PathPattern): string {
  return '/' + path.map(componentText).join('/');
}

export function componentText(component: PatternComponent): string {
  return 'glob' in component ? component.glob : escapePattern(component.literal);
}

/**
 * The string that a path is written in. `plain`: true if it has neither escapes nor parameters, so that a fix may replace
 * the whole string.
 */
export interface Written {
  readonly span: Span;
  readonly plain: boolean;
}

/**
 * Returns the components of a path in pattern syntax, given without a leading `/`; undefined after an error, which is
 * reported.
 *
 * @param shown the path as written, for messages
 */
export function readComponents(
  text: string,
  shown: string,
  at: Written,
  out: Diagnostic[],
): PatternComponent[] | undefined {
  const { span } = at;
  if (text === '') return [];
  const components: PatternComponent[] = [];
  for (const source of text.split('/')) {
    const component = readComponent(source, shown, at, out);
    if (component === undefined) return undefined;
    components.push(component);
  }
  if (Buffer.byteLength(text) <= PATH_MAX) return components;
  out.push(report('LLP3006', { what: 'path', limit: String(PATH_MAX) }, { span }));
  return undefined;
}

function readComponent(
  source: string,
  shown: string,
  at: Written,
  out: Diagnostic[],
): PatternComponent | undefined {
  const { span } = at;
  if (source === '' || source === '.' || source === '..') {
    out.push(badComponent(source, shown, at));
    return undefined;
  }
  const component = parseComponent(source);
  if (component.kind === 'fault') {
    out.push(patternFault(component, source, span));
    return undefined;
  }
  if (component.kind === 'glob') return { glob: source };
  if (Buffer.byteLength(component.name) <= NAME_MAX) return { literal: component.name };
  out.push(report('LLP3006', { what: 'component', limit: String(NAME_MAX) }, { span }));
  return undefined;
}

function badComponent(source: string, shown: string, { span, plain }: Written): Diagnostic {
  const component = source === '' ? 'an empty component' : `\`${source}\``;
  const parts: string[] = [];
  for (const part of shown.split('/')) {
    if (part === '..') parts.pop();
    else if (part !== '' && part !== '.') parts.push(part);
  }
  const normal = (shown.startsWith('/') ? '/' : '') + parts.join('/');
  const help = normal === '' ? 'write the path of an object beneath this scope' : `write \`"${normal}"\``;
  const fix = normal === '' || !plain ? {} : { fix: { span, replacement: `"${normal}"` } };
  return report('LLP3003', { path: shown, component }, { span, help, ...fix });
}

const FAULTS: Readonly<Record<PatternFault['fault'], readonly [string, string]>> = {
  'double-star': [
    '`**` is not a glob',
    'write `dir` with the path before it: a `dir` scope holds for everything beneath',
  ],
  'open-set': [
    '`[` is not closed within its component',
    'close the set with `]`, or write `\\[` for the character itself',
  ],
  'empty-set': ['`[]` holds no character', 'write the characters that may stand here, as in `[a-z]`'],
  'reversed-range': ['a range in `[…]` runs backwards', 'write the lower character first, as in `[a-z]`'],
  'open-brace': [
    '`{` is not closed within its component',
    'close it with `}`, or write `\\{` for the character itself; alternatives hold no `/`',
  ],
  'single-alternative': [
    '`{…}` holds one alternative only',
    'write at least two, as in `{a,b}`, or `\\{` for the character itself',
  ],
  'too-many-alternatives': ['`{…}` stands for more than 256 alternatives', 'split it into several scopes'],
  'empty-alternative-only': [
    '`{…}` holds empty alternatives only',
    'write what may stand here, as in `{a,b}`',
  ],
  'trailing-backslash': ['`\\` stands at the end of a component', 'write `\\\\` for the character itself'],
};

function patternFault(fault: PatternFault, source: string, span: Span): Diagnostic {
  const [what, help] = FAULTS[fault.fault];
  if (fault.fault === 'double-star') return report('LLP3005', { component: source }, { span, help });
  return report('LLP3004', { component: source, what }, { span, help });
}

/** Returns the path of an object as a string literal of the language; globs, escapes and interpolations are escaped. */
export function quotePath(names: readonly string[], absolute: boolean): string {
  const text = names.map(escapePattern).join('/');
  const escaped = text
    .replace(/["$]/g, '\\$&')
    .replace(UNPRINTABLE, (c) => `\\u{${(c.codePointAt(0) ?? 0).toString(16)}}`);
  return `"${absolute ? '/' : ''}${escaped}"`;
}
