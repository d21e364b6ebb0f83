/** Parts of messages: counted words, and text of someone else's that is safe to print. */

/** `1 rule`, `2 rules`, `0 rules`; of a noun whose plural only takes an `s`. */
export function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}

/** Characters that steer a terminal, end a line, or turn the order of others around. */
export const UNPRINTABLE = /[\0-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]/g;

/** Foreign text made safe for printing within a line: each unprintable character becomes U+FFFD. */
export function printable(text: string): string {
  return text.replace(UNPRINTABLE, '\u{fffd}');
}
