/** Random pairs of policies: a policy and a small change of it. Half of the changes keep the meaning. */
import fc from 'fast-check';

type Edit = (text: string, n: number) => string;

/** Replaces the n-th match of a pattern, modulo their number. Returns the text unchanged if nothing matches. */
function replaceNth(text: string, pattern: RegExp, n: number, by: (match: string) => string): string {
  const all = [...text.matchAll(pattern)];
  const match = all[n % Math.max(1, all.length)];
  if (match === undefined) return text;
  return text.slice(0, match.index) + by(match[0]) + text.slice(match.index + match[0].length);
}

const RULE = /\b(?:allow|deny|forbid) [a-z, ]+;/g;
const ACTION = /\b(?:open|read|readdir|chdir|walk|ioctl)\b/g;

const CHANGES: readonly Edit[] = [
  (t, n) => replaceNth(t, /\b(?:allow|deny)(?= )/g, n, (m) => (m === 'allow' ? 'deny' : 'allow')),
  (t, n) => replaceNth(t, RULE, n, () => ''),
  (t, n) => replaceNth(t, RULE, n, (m) => m.replace(/^\w+/, n % 2 === 0 ? 'forbid' : 'allow')),
  (t, n) => replaceNth(t, ACTION, n, () => ['open', 'read', 'walk', 'ioctl'][n % 4] ?? 'read'),
  (t, n) =>
    replaceNth(
      t,
      /(?<=["/])(?:[a-c]|\.d|\*|\?|a\*)(?=["/])/g,
      n,
      () => ['a', 'b', '*', '{a,c}'][n % 4] ?? 'a',
    ),
  (t, n) => replaceNth(t, /\b(?:dir|file)\? /g, n, (m) => m.replace('?', '')),
  (t, n) => replaceNth(t, /\bdir\?? "[^"]*" \{/g, n, (m) => `${m} dir? "b" { deny read; } `),
];

/** Edits that keep the meaning of every policy. */
const REWRITES: readonly Edit[] = [
  (t) => t.replaceAll(';', ' ;'),
  // Rules of one block in another order.
  (t, n) =>
    replaceNth(t, new RegExp(`${RULE.source} ${RULE.source}`, 'g'), n, (m) =>
      m.split('; ').reverse().join('; ').replace(/;?$/, ';'),
    ),
  // A rule of several actions as several rules.
  (t, n) =>
    replaceNth(t, /\b(?:allow|deny|forbid) [a-z]+, [a-z, ]+;/g, n, (m) => {
      const [effect = '', ...rest] = m.slice(0, -1).split(' ');
      return rest.map((a) => `${effect} ${a.replace(',', '')};`).join(' ');
    }),
  // The same policy once more, as another layer.
  (t) => `${t}\n${(/policy "p0".*/.exec(t)?.[0] ?? '').replace('"p0"', '"again"')}`,
  (t) =>
    t.replace(
      /^(llp 1;\n)([^]*)$/,
      (_, head: string, rest: string) => head + rest.split('\n').reverse().join('\n'),
    ),
  // Every scope once more, empty.
  (t) => t.replace(/\bdir(\??) ("\/[^"]*") \{/g, (m, q: string, path: string) => `dir${q} ${path} { } ${m}`),
];

export const edit: fc.Arbitrary<Edit> = fc.oneof(
  { weight: 3, arbitrary: fc.constantFrom(...CHANGES) },
  { weight: 2, arbitrary: fc.constantFrom(...REWRITES) },
);

export interface Pair {
  readonly old: string;
  readonly next: string;
}

export function pairOf(text: fc.Arbitrary<string>): fc.Arbitrary<Pair> {
  const edits = fc.array(fc.tuple(edit, fc.nat({ max: 40 })), { minLength: 1, maxLength: 2 });
  return fc
    .tuple(text, edits)
    .map(([old, list]) => ({ old, next: list.reduce((t, [e, n]) => e(t, n), old) }));
}
