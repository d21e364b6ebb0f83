/** Measures, shortens and wraps the texts of a drawing. */

/** The width of a text in columns: East Asian wide characters and emoji take two, combining marks none. */
export function columns(text: string): number {
  let sum = 0;
  for (const char of text) sum += /\p{Mn}|\p{Me}|\p{Cf}/u.test(char) ? 0 : WIDE.test(char) ? 2 : 1;
  return sum;
}

const WIDE =
  /[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6]|\p{Emoji_Presentation}|[\u{20000}-\u{3fffd}]/u;

/** The text, shortened to at most `limit` columns. The end is kept, because it may be a file name extension. */
export function shortened(text: string, limit: number): string {
  if (columns(text) <= limit) return text;
  const chars = Array.from(text);
  const tail: string[] = [];
  while (tail.length < chars.length && columns(tail.join('')) < Math.floor(limit / 3))
    tail.unshift(chars.pop() ?? '');
  while (columns(chars.join('')) + columns(tail.join('')) >= limit) chars.pop();
  return `${chars.join('')}…${tail.join('')}`;
}

/** Compares texts so that numbers in them are in numerical order: `place9` before `place10`. */
export function naturally(a: string, b: string): number {
  const [x, y] = [a.split(/(\d+)/), b.split(/(\d+)/)];
  for (let i = 0; i < Math.min(x.length, y.length); i++) {
    const [p = '', q = ''] = [x[i], y[i]];
    if (p === q) continue;
    const [n, m] = i % 2 === 1 ? [p, q].map((d) => d.replace(/^0+/, '')) : [p, q];
    if (n === undefined || m === undefined || n === m) return p < q ? -1 : 1;
    if (i % 2 === 1 && n.length !== m.length) return n.length - m.length;
    return n < m ? -1 : 1;
  }
  return x.length - y.length;
}

/** The text with control characters, direction marks and lone surrogates replaced by U+FFFD. */
export function visible(text: string): string {
  return text
    .replace(/\p{Cs}/gu, '\u{fffd}')
    .replace(/[\0-\x1f\x7f-\x9f\u2028\u2029\u200e\u200f\u202a-\u202e\u2066-\u2069\ufffe\uffff]/g, '\u{fffd}');
}

/** The most columns of the name of a node. */
export const MAX_NAME = 38;
const MAX_OF_SEVERAL = 18;

/** The name of a node for several places. `hidden` is true if it does not show the name of each place. */
export function foldedName(
  names: readonly string[],
  places: number,
): { readonly text: string; readonly hidden: boolean } {
  const [first = '', last = ''] = [names[0], names.at(-1)].map((n) => visible(n ?? ''));
  if (names.length === 1) return { text: shortened(first, MAX_NAME), hidden: places > 1 };
  const all = visible(names.join(', '));
  if (names.length <= MAX_LISTED && columns(all) <= MAX_NAME)
    return { text: all, hidden: places > names.length };
  return { text: `${shortened(first, MAX_OF_SEVERAL)} … ${shortened(last, MAX_OF_SEVERAL)}`, hidden: true };
}

const MAX_LISTED = 3;

/** The text in lines of at most `limit` columns, broken at spaces. */
export function wrapped(text: string, limit: number): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    if (line !== '' && columns(line) + 1 + columns(word) > limit) {
      lines.push(line);
      line = `  ${word}`;
    } else line = line === '' ? word : `${line} ${word}`;
  }
  return [...lines, line];
}
