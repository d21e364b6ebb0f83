/** Lines, order and suggestions: each against the simplest way to say the same. */
import { describe, expect, it, test } from 'vitest';
import { lineStarts, lineText, positionAt } from '../../src/diagnostics/lines.js';
import { sortDiagnostics } from '../../src/diagnostics/sort.js';
import { didYouMean, editDistance, nearestName } from '../../src/diagnostics/suggest.js';
import type { Diagnostic } from '../../src/diagnostics/types.js';
import { fc } from '../support/random.js';

/** Short texts in which ends of lines are common. */
const texts = fc
  .array(fc.constantFrom('\n', '\r\n', '\r', '\t', 'a', 'é', '語', '😀', ' '), { maxLength: 30 })
  .map((parts) => ({ name: 'policy.llp', text: parts.join('') }));

describe('lineStarts, lineText and positionAt', () => {
  it('count lines and columns from 1', () => {
    fc.assert(
      fc.property(texts, fc.nat(60), (source, at) => {
        const offset = Math.min(at, source.text.length);
        const before = source.text.slice(0, offset).split('\n');
        expect(positionAt(source, offset)).toEqual({
          line: before.length,
          column: (before.at(-1) ?? '').length + 1,
        });
      }),
    );
  });

  it('lineText returns a line without its end', () => {
    fc.assert(
      fc.property(texts, (source) => {
        const lines = source.text.split('\n').map((line) => line.replace(/\r$/, ''));
        expect(lineStarts(source).length).toBe(lines.length);
        expect(lines.map((_, i) => lineText(source, i + 1))).toEqual(lines);
      }),
    );
  });

  it('a position leads back to its offset', () => {
    fc.assert(
      fc.property(texts, (source) => {
        for (let offset = 0; offset <= source.text.length; offset++) {
          const { line, column } = positionAt(source, offset);
          expect((lineStarts(source)[line - 1] ?? NaN) + column - 1).toBe(offset);
        }
      }),
    );
  });
});

/** The distance as its definition says it, without a table. */
function distance(a: string, b: string): number {
  if (a === '' || b === '') return a.length + b.length;
  const swap = a.length > 1 && b.length > 1 && a[0] === b[1] && a[1] === b[0];
  return Math.min(
    distance(a.slice(1), b) + 1,
    distance(a, b.slice(1)) + 1,
    distance(a.slice(1), b.slice(1)) + (a[0] === b[0] ? 0 : 1),
    swap ? distance(a.slice(2), b.slice(2)) + 1 : Infinity,
  );
}

const words = fc.string({ unit: fc.constantFrom('a', 'b', 'c'), maxLength: 5 });

describe('didYouMean', () => {
  it('editDistance agrees with the definition', () => {
    fc.assert(
      fc.property(words, words, (a, b) => {
        expect(editDistance(a, b)).toBe(distance(a, b));
      }),
    );
  });

  it('nearestName is as near as any other name, and within a third of the length', () => {
    fc.assert(
      fc.property(words, fc.array(words, { maxLength: 6 }), (name, known) => {
        const limit = Math.max(1, Math.floor(name.length / 3));
        const near = known.filter((k) => distance(name, k) <= limit);
        const least = Math.min(...near.map((k) => distance(name, k)));
        const expected = near.filter((k) => distance(name, k) === least).sort()[0];
        expect(nearestName(name, known)).toBe(expected);
      }),
    );
  });

  test.each([
    ['raed', ['read', 'readdir'], 'read'],
    ['READ', ['read', 'write'], 'read'],
    ['exectue', ['execute', 'create'], 'execute'],
    ['x', ['y', 'b'], 'b'],
    ['list', ['read', 'write'], undefined],
    ['read', [], undefined],
  ])('%s among %j: %s', (name, known, nearest) => {
    expect(nearestName(name, known)).toBe(nearest);
    expect(didYouMean(name, known)).toBe(nearest === undefined ? undefined : `did you mean \`${nearest}\`?`);
  });
});

const diagnostics: fc.Arbitrary<Diagnostic> = fc.record(
  {
    code: fc.constantFrom('LLP1001', 'LLP2001'),
    severity: fc.constant('error' as const),
    message: fc.constantFrom('a', 'b'),
    notes: fc.constant([]),
    span: fc.record({ source: fc.nat(1), start: fc.nat(2), end: fc.nat(3) }),
  },
  { requiredKeys: ['code', 'severity', 'message', 'notes'] },
);

/** What a reader can tell two findings apart by; without a place they come first. */
function sortKey({ span, code, message }: Diagnostic): string {
  return span === undefined
    ? ` ${code} ${message}`
    : `${span.source}${span.start}${span.end} ${code} ${message}`;
}

describe('sortDiagnostics', () => {
  it('sorts by file, place, code and message, and keeps equal diagnostics once', () => {
    fc.assert(
      fc.property(fc.array(diagnostics, { maxLength: 12 }), (found) => {
        const expected = [...new Set(found.map(sortKey))].sort();
        expect(sortDiagnostics(found).map(sortKey)).toEqual(expected);
      }),
    );
  });

  it('returns the same for any order, and does not change its argument', () => {
    fc.assert(
      fc.property(fc.array(diagnostics, { maxLength: 12 }), (found) => {
        const copy = [...found];
        const sorted = sortDiagnostics(found);
        expect(sortDiagnostics(found.toReversed())).toEqual(sorted);
        expect(sortDiagnostics(sorted)).toEqual(sorted);
        expect(found).toEqual(copy);
      }),
    );
  });
});
