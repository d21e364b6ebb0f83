/** How many there are of something, in words. */

/** `1 rule`, `2 rules`, `0 rules`; of a noun whose plural only takes an `s`. */
export function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}
