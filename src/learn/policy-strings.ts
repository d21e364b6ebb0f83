/** Text and patterns as strings of the language. */

/** A literal path or name. */
export function stringText(literal: string): string {
  return `"${literal
    .replace(/[\\*?[\]{}]/g, '\\$&')
    .replace(/["$]/g, '\\$&')
    .replace(CONTROL, escapeControl)}"`;
}

/** Pattern syntax, whose own escapes stay. */
export function patternString(source: string): string {
  return source.replace(/["$]/g, '\\$&').replace(CONTROL, escapeControl);
}

const CONTROL = /[\0-\x1f\x7f]/g;

function escapeControl(char: string): string {
  return char === '\n' ? '\\n' : char === '\t' ? '\\t' : `\\u{${char.charCodeAt(0).toString(16)}}`;
}
