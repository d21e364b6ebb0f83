/** Fingerprints of lines: those of the definition, computed slowly, and the same for a line wherever it stands. */
import { expect, it, test } from 'vitest';
import { lineFingerprint } from '../../src/diagnostics/fingerprint.js';
import { fc } from '../support/random.js';

const all = (text: string): string[] =>
  text.split(/\r\n?|\n/).map((_, i) => lineFingerprint({ name: 'a', text }, i + 1));

/** The definition, read literally: for each line a sum over its window. */
function slow(text: string): string[] {
  const kept = text.replace(/\r\n|\r/g, '\n').replace(/[ \t]/g, '') + '\uffff';
  const seen: string[] = [];
  let start = 0;
  return kept.split('\n').map((line) => {
    let hash = 0n;
    for (let i = 0; i < 100; i++) {
      const at = start + i;
      hash = BigInt.asUintN(64, hash * 37n + BigInt(at < kept.length ? kept.charCodeAt(at) : 0));
    }
    start += line.length + 1;
    seen.push(hash.toString(16));
    return `${hash.toString(16)}:${seen.filter((h) => h === hash.toString(16)).length}`;
  });
}

test.each(['', 'a', '\n', 'a\n', 'a\r\nb\rc\n\n', ' \t', 'x\n'.repeat(300), '\uffff\n語', 'y'.repeat(250)])(
  'lineFingerprint: agrees with the definition: text %#',
  (text) => {
    expect(all(text)).toEqual(slow(text));
  },
);

test('lineFingerprint: agrees with the definition on random texts', () => {
  const text = fc.array(fc.constantFrom('a', 'b', ' ', '\t', '\n', '\r\n', '\r', 'é', 'allow read;'), {
    maxLength: 400,
  });
  fc.assert(
    fc.property(text, (parts) => {
      expect(all(parts.join(''))).toEqual(slow(parts.join('')));
    }),
  );
});

/** What the upload action of GitHub gives for them. */
test.each([
  ['', ['c129715d7a2bc9a3:1']],
  [' ', ['c129715d7a2bc9a3:1']],
])('lineFingerprint: known values: %j', (text, hashes) => {
  expect(all(text)).toEqual(hashes);
});

it('lineFingerprint: does not depend on the lines above, nor on spaces', () => {
  const text = `${'allow read;\n'.repeat(20)}deny write;`;
  const [last] = all(text).slice(-1);
  expect(all(`// more\n\n${text}`).at(-1)).toBe(last);
  expect(all(text.replaceAll(' ', ' \t ')).at(-1)).toBe(last);
  expect(all(`${text} // more`).at(-1)).not.toBe(last);
});
