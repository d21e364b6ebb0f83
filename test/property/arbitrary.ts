/** Random policies, trees and calls over a small alphabet, so that scopes, links and calls meet. */
import fc from 'fast-check';
import type { Entry } from '../semantics/tree.js';

const NAMES = ['a', 'b', 'c', '.d'] as const;
const GLOBS = ['*', '?', '[ab]', '{a,c}', '.*', '[!a]', 'a*'] as const;
export const ACTIONS = [
  'open',
  'read',
  'readdir',
  'write',
  'chdir',
  'walk',
  'ioctl',
  'unlink',
  'execute',
  'rename',
] as const;

const name = fc.constantFrom(...NAMES);
const component = fc.oneof(
  { weight: 5, arbitrary: name },
  { weight: 1, arbitrary: fc.constantFrom(...GLOBS) },
);
const actions = fc.uniqueArray(fc.constantFrom(...ACTIONS), { minLength: 1, maxLength: 4 });
const effect = fc.oneof(
  { weight: 5, arbitrary: fc.constant('allow') },
  { weight: 4, arbitrary: fc.constant('deny') },
  { weight: 1, arbitrary: fc.constant('forbid') },
);

interface ScopeText {
  readonly kind: 'dir' | 'file';
  readonly path: readonly string[];
  readonly rules: readonly (readonly [string, readonly string[]])[];
  readonly here: readonly (readonly [string, readonly string[]])[];
  readonly inner: readonly ScopeText[];
}

/** One action has at most one effect in a block, so that most policies compile. */
const rules = fc
  .array(fc.tuple(effect, actions), { maxLength: 2 })
  .map((list) =>
    list.map(
      ([e, set], i) => [e, set.filter((a) => !list.slice(0, i).some(([, s]) => s.includes(a)))] as const,
    ),
  )
  .map((list) => list.filter(([, set]) => set.length > 0));

const scope = (depth: number): fc.Arbitrary<ScopeText> =>
  fc.record({
    kind: fc.constantFrom('dir', 'dir', 'dir', 'file'),
    path: fc.array(component, { minLength: 1, maxLength: 2 }),
    rules,
    here: fc.oneof({ weight: 3, arbitrary: fc.constant([]) }, { weight: 1, arbitrary: rules }),
    inner: depth === 0 ? fc.constant([]) : fc.array(scope(depth - 1), { maxLength: 2 }),
  });

const layer = fc.record({
  effect: fc.constantFrom('allow', 'deny'),
  rules,
  scopes: fc.array(scope(2), { minLength: 1, maxLength: 4 }),
});

/** Text of a policy of one to three layers. Every scope is optional, so that most trees can be loaded. */
export const policyText: fc.Arbitrary<string> = fc
  .oneof(
    { weight: 4, arbitrary: fc.array(layer, { minLength: 1, maxLength: 1 }) },
    { weight: 1, arbitrary: fc.array(layer, { minLength: 2, maxLength: 3 }) },
  )
  .map((layers) => ['llp 1;', ...layers.map((l, i) => layerText(l, i))].join('\n'));

function layerText(
  l: { effect: string; rules: ScopeText['rules']; scopes: readonly ScopeText[] },
  i: number,
): string {
  return `policy "p${i}" { default ${l.effect}; ${rulesText(l.rules)} ${l.scopes.map((s) => scopeText(s, '/')).join(' ')} }`;
}

function rulesText(list: ScopeText['rules']): string {
  return list.map(([e, set]) => `${e} ${set.join(', ')};`).join(' ');
}

function scopeText(s: ScopeText, prefix: string): string {
  const here = s.kind === 'dir' && s.here.length > 0 ? `here { ${rulesText(s.here)} }` : '';
  const inner = s.kind === 'dir' ? s.inner.map((t) => scopeText(t, '')).join(' ') : '';
  return `${s.kind}? "${prefix}${s.path.join('/')}" { ${rulesText(s.rules)} ${here} ${inner} }`;
}

const path = fc.array(name, { minLength: 1, maxLength: 4 }).map((p) => `/${p.join('/')}`);
const target = fc.oneof(
  path,
  fc
    .array(fc.oneof(name, fc.constant('..'), fc.constant('.')), { minLength: 1, maxLength: 3 })
    .map((p) => p.join('/')),
);

const entry: fc.Arbitrary<Entry> = fc.oneof(
  { weight: 4, arbitrary: path.map((p): Entry => ({ kind: 'dir', path: p })) },
  { weight: 4, arbitrary: path.map((p): Entry => ({ kind: 'file', path: p })) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('link' as const), path, target }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('hardlink' as const), path, target: path }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('bind' as const), path, target: path }) },
);

export const tree: fc.Arbitrary<readonly Entry[]> = fc.array(entry, { minLength: 3, maxLength: 14 });

const askedPath = fc
  .tuple(
    fc.boolean(),
    fc.array(
      fc.oneof(
        { weight: 8, arbitrary: name },
        { weight: 2, arbitrary: fc.constant('..') },
        { weight: 1, arbitrary: fc.constant('.') },
      ),
      { minLength: 1, maxLength: 5 },
    ),
    fc.constantFrom('', '', '', '/'),
    fc.constantFrom('/', '/', '//'),
  )
  .map(([absolute, parts, end, slash]) => (absolute ? '/' : '') + parts.join(slash) + end);

export type Call =
  | {
      readonly kind: 'request';
      readonly action: (typeof ACTIONS)[number];
      readonly path: string;
      readonly at: number;
    }
  | { readonly kind: 'chdir'; readonly path: string }
  | { readonly kind: 'opendir'; readonly path: string }
  | { readonly kind: 'openfile'; readonly path: string }
  | { readonly kind: 'ioctl'; readonly at: number }
  | { readonly kind: 'fork' };

/** `at`: which of the open files it is about, modulo their number; for a request −1 is the working directory. */
const call: fc.Arbitrary<Call> = fc.oneof(
  {
    weight: 10,
    arbitrary: fc.record({
      kind: fc.constant('request' as const),
      action: fc.constantFrom(...ACTIONS),
      path: askedPath,
      at: fc.integer({ min: -1, max: 3 }),
    }),
  },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('chdir' as const), path: askedPath }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('opendir' as const), path: askedPath }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('openfile' as const), path: askedPath }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('ioctl' as const), at: fc.nat({ max: 3 }) }) },
  { weight: 1, arbitrary: fc.constant({ kind: 'fork' as const }) },
);

export const calls: fc.Arbitrary<readonly Call[]> = fc.array(call, { minLength: 60, maxLength: 120 });
