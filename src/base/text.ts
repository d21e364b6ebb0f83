/** Parts of messages: numbers with their noun, and foreign text made safe for printing. */

/** A number with its noun, as in `1 rule`, `2 rules`. The plural of the noun must end in a plain `s`. */
export function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}

/** Characters that control a terminal, end a line or change the direction of text. */
export const UNPRINTABLE = /[\0-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]/g;

/** Foreign text made safe for printing within a line: each unprintable character becomes U+FFFD. */
export function printable(text: string): string {
  return text.replace(UNPRINTABLE, '\u{fffd}');
}
