/**
 * Reads the content of a string: resolves escapes and separates interpolations. Escaped glob characters keep their
 * backslash: see `TemplatePart`.
 *
 *     String        = '"' { Character | Escape | Interpolation } '"'
 *     Escape        = "\" ( "n" | "t" | '"' | "$" | "\" | "*" | "?" | "[" | "]" | "{" | "}" | "u{" Hex "}" )
 *     Interpolation = "${" Identifier "}"
 */
import type { IToken } from 'chevrotain';
import { report } from '../diagnostics/catalogue.js';
import type { Diagnostic, Span } from '../diagnostics/types.js';
import { escapePattern } from '../pattern/glob.js';
import type { Name, Template, TemplatePart } from './ast.js';
import { Text } from './tokens.js';

/** The template of a string token. Reports errors in the string and leaves out the wrong parts. */
export function readTemplate(token: IToken, source: number, out: Diagnostic[]): Template {
  const quoted = token.image.startsWith('"');
  const closed = token.tokenType === Text;
  const body = token.image.slice(quoted ? 1 : 0, closed ? -1 : undefined);
  const start = token.startOffset + (quoted ? 1 : 0);
  const span: Span = { source, start: token.startOffset, end: token.startOffset + token.image.length };
  if (!/[\\$\0-\x1f\x7f]/.test(body)) {
    const parts: TemplatePart[] =
      body === '' ? [] : [{ kind: 'text', text: body, span: { source, start, end: start + body.length } }];
    return { kind: 'template', span, parts, broken: !closed };
  }
  const reader: TemplateReader = {
    body,
    start,
    source,
    out,
    parts: [],
    broken: !closed,
    text: '',
    from: 0,
    at: 0,
  };
  while (reader.at < body.length) readPiece(reader);
  flush(reader, body.length);
  return { kind: 'template', span, parts: reader.parts, broken: reader.broken };
}

/** The text of a string that must not contain interpolations. Reports them. */
export function plainText(template: Template, where: string, out: Diagnostic[]): string {
  for (const part of template.parts) {
    if (part.kind === 'text') continue;
    out.push(report('LLP1011', { where }, { span: part.span, help: 'write the text itself' }));
  }
  const text = template.parts.map((p) => (p.kind === 'text' ? p.text : '')).join('');
  return text.replace(/\\(.)/gsu, '$1');
}

interface TemplateReader {
  readonly body: string;
  /** Offset of the body in the source. */
  readonly start: number;
  readonly source: number;
  readonly out: Diagnostic[];
  readonly parts: TemplatePart[];
  broken: boolean;
  text: string;
  from: number;
  at: number;
}

function readPiece(reader: TemplateReader): void {
  const { body, at } = reader;
  if (body[at] === '\\') readEscape(reader);
  else if (body[at] === '$' && body[at + 1] === '{') readInterpolation(reader);
  else {
    const code = body.charCodeAt(at);
    if (code < 0x20 || code === 0x7f) {
      const shown = `U+${code.toString(16).toUpperCase().padStart(4, '0')}`;
      reader.out.push(
        report('LLP1014', { code: shown }, { span: spanAt(reader, at, at + 1), help: 'take it out' }),
      );
    } else {
      reader.text += body[at];
    }
    reader.at++;
  }
}

const ESCAPES: Readonly<Record<string, string>> = { n: '\n', t: '\t', '"': '"', $: '$' };

function readEscape(reader: TemplateReader): void {
  const { body, at } = reader;
  const char = body[at + 1] ?? '';
  const simple = ESCAPES[char];
  if (simple !== undefined) {
    reader.text += simple;
    reader.at += 2;
  } else if (char !== '' && '\\*?[]{}'.includes(char)) {
    reader.text += `\\${char}`;
    reader.at += 2;
  } else {
    readCodePoint(reader, char);
  }
}

/** Reads an escape such as `\u{41}`. Reports any other escape, which is unknown. */
function readCodePoint(reader: TemplateReader, char: string): void {
  const { body, at } = reader;
  const match = /^\\u\{([0-9A-Fa-f]{1,6})\}/.exec(body.slice(at, at + 12));
  const code = match === null ? 0 : parseInt(match[1] ?? '', 16);
  const length = match === null ? Math.min(2, body.length - at) : match[0].length;
  const valid = code > 0 && code <= 0x10ffff && !(code >= 0xd800 && code <= 0xdfff);
  if (valid) {
    reader.text += escapePattern(String.fromCodePoint(code));
  } else {
    const escape = body.slice(at, at + length);
    const help =
      match === null
        ? `write \`\\\\\` for the character \`\\\` itself${char === 'u' ? ', or `\\u{41}` with the number of a character' : ''}`
        : 'write the number of a character other than NUL';
    reader.broken = true;
    reader.out.push(report('LLP1004', { escape }, { span: spanAt(reader, at, at + length), help }));
  }
  reader.at += length;
}

function readInterpolation(reader: TemplateReader): void {
  const { body, at } = reader;
  const close = body.indexOf('}', at);
  const end = close < 0 ? body.length : close + 1;
  const inside = body.slice(at + 2, close < 0 ? undefined : close);
  const span = spanAt(reader, at, end);
  flush(reader, at);
  reader.at = end;
  reader.from = end;
  if (close >= 0 && /^[A-Za-z_][A-Za-z0-9_-]*$/.test(inside)) {
    const name: Name = { kind: 'name', text: inside, span: spanAt(reader, at + 2, close) };
    reader.parts.push({ kind: 'interpolation', name, span });
    return;
  }
  reader.broken = true;
  const help = 'write `${name}` with the name of a parameter, or `\\$` for the character itself';
  reader.out.push(report('LLP1005', { text: body.slice(at, end) }, { span, help }));
}

/** Adds the text that has been read so far as a part. */
function flush(reader: TemplateReader, to: number): void {
  if (reader.text !== '')
    reader.parts.push({ kind: 'text', text: reader.text, span: spanAt(reader, reader.from, to) });
  reader.text = '';
}

function spanAt({ start, source }: TemplateReader, from: number, to: number): Span {
  return { source, start: start + from, end: start + to };
}
