/** Text and patterns as strings of the language. */
import { UNPRINTABLE } from '../../base/text.js';

/** A literal path or name. */
export function stringText(literal: string): string {
  return `"${literal
    .replace(/[\\*?[\]{}]/g, '\\$&')
    .replace(/["$]/g, '\\$&')
    .replace(UNPRINTABLE, escapeControl)}"`;
}

/** Pattern syntax, whose own escapes stay. */
export function patternString(source: string): string {
  return source.replace(/["$]/g, '\\$&').replace(UNPRINTABLE, escapeControl);
}

function escapeControl(char: string): string {
  return char === '\n' ? '\\n' : char === '\t' ? '\\t' : `\\u{${char.charCodeAt(0).toString(16)}}`;
}
