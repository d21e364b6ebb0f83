/** Random globs of the grammar in `pattern/glob.ts`, and every short name over the characters in them. */
import fc from 'fast-check';

/** No escaped letter: minimatch takes the `\` in `*\a` for itself (a shell does not). */
const piece = fc.oneof(
  { weight: 5, arbitrary: fc.constantFrom('a', 'b', '.', '-', '\\*', '\\?') },
  { weight: 3, arbitrary: fc.constantFrom('*', '?') },
  { weight: 2, arbitrary: fc.constantFrom('[ab]', '[!a]', '[a-c]', '[!b-c]', '[a-]', '[.a]', '[!.]', '[*]') },
);
const word = (max: number): fc.Arbitrary<string> =>
  fc.array(piece, { maxLength: max }).map((pieces) => pieces.join(''));
const brace = fc
  .array(word(2), { minLength: 2, maxLength: 3 })
  .filter((parts) => parts.some((p) => p !== ''))
  .map((parts) => `{${parts.join(',')}}`);
const nested = fc.tuple(brace, word(1)).map(([inner, outer]) => `{${inner},x${outer}}`);

/** Text of a glob, or of a literal; two stars beside each other are an error of their own. */
export const globText: fc.Arbitrary<string> = fc
  .array(
    fc.oneof(
      { weight: 5, arbitrary: word(3) },
      { weight: 2, arbitrary: brace },
      { weight: 1, arbitrary: nested },
    ),
    { minLength: 1, maxLength: 3 },
  )
  .map((parts) => parts.join('').replace(/\*{2,}/gu, '*'))
  .filter((text) => text !== '');

/** Every name of at most `length` of these characters, the shortest first; `.` and `..` are no names. */
export function namesOver(alphabet: readonly string[], length: number): string[] {
  let last = [''];
  const all: string[] = [];
  for (let i = 0; i < length; i++) {
    last = last.flatMap((name) => alphabet.map((c) => name + c));
    all.push(...last);
  }
  return all.filter((name) => name !== '.' && name !== '..');
}
