/** Writes text and patterns as strings of the language. */
import { UNPRINTABLE } from '../../base/text.js';

/** The quoted string for a literal path or name. */
export function stringText(literal: string): string {
  return `"${literal
    .replace(/[\\*?[\]{}]/g, '\\$&')
    .replace(/["$]/g, '\\$&')
    .replace(UNPRINTABLE, escapeControl)}"`;
}

/** The string, without quotes, for pattern syntax; the escapes of patterns are kept. */
export function patternString(source: string): string {
  return source.replace(/["$]/g, '\\$&').replace(UNPRINTABLE, escapeControl);
}

function escapeControl(char: string): string {
  return char === '\n' ? '\\n' : char === '\t' ? '\\t' : `\\u{${char.charCodeAt(0).toString(16)}}`;
}
