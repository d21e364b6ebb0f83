/** Text of someone else's, as part of a line: control characters become a sign. */
export function printable(text: string): string {
  return text.replace(/[\0-\x1f\x7f-\x9f\u2028\u2029]/g, '\u{fffd}');
}
