/** Random policies, trees and calls. They use a small alphabet, so that scopes, links and calls often name the same objects. */
import fc from 'fast-check';
import { ACTIONS, type ActionName } from '../../src/abi/actions.js';
import type { Entry } from './reference-tree.js';

const NAMES = ['a', 'b', 'c', '.d'] as const;
const GLOBS = ['*', '?', '[ab]', '{a,c}', '.*', '[!a]', 'a*'] as const;
const name = fc.constantFrom(...NAMES);
const component = (globs: number): fc.Arbitrary<string> =>
  fc.oneof({ weight: 5, arbitrary: name }, { weight: globs, arbitrary: fc.constantFrom(...GLOBS) });
/** Every action, most often the few that many calls ask, so that rules often decide calls. */
const action: fc.Arbitrary<ActionName> = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.constantFrom<ActionName[]>('open', 'read', 'readdir', 'chdir', 'walk', 'ioctl'),
  },
  { weight: 1, arbitrary: fc.constantFrom(...ACTIONS) },
);
const actions = fc.uniqueArray(action, { minLength: 1, maxLength: 4 });
const effect = fc.oneof(
  { weight: 5, arbitrary: fc.constant('allow') },
  { weight: 4, arbitrary: fc.constant('deny') },
  { weight: 1, arbitrary: fc.constant('forbid') },
);

interface ScopeText {
  readonly kind: 'dir' | 'file';
  readonly path: readonly string[];
  readonly optional: boolean;
  readonly rules: RulesText;
  readonly here: RulesText;
  readonly inner: readonly ScopeText[];
}

type RulesText = readonly (readonly [string, readonly string[]])[];

/** Rules in which an action has at most one effect per block, so that most policies compile. */
const fewRules: fc.Arbitrary<RulesText> = fc
  .array(fc.tuple(effect, actions), { maxLength: 2 })
  .map((list) =>
    list.map(
      ([e, set], i) => [e, set.filter((a) => !list.slice(0, i).some(([, s]) => s.includes(a)))] as const,
    ),
  )
  .map((list) => list.filter(([, set]) => set.length > 0));
const rules: fc.Arbitrary<RulesText> = fc.oneof(
  { weight: 5, arbitrary: fewRules },
  { weight: 1, arbitrary: fc.constantFrom<RulesText[]>([['allow', ['all']]], [['deny', ['all']]]) },
);

const scope = (depth: number, globs: number): fc.Arbitrary<ScopeText> =>
  fc.record({
    kind: fc.constantFrom('dir', 'dir', 'dir', 'file'),
    path: fc.array(component(globs), { minLength: 1, maxLength: 2 }),
    optional: fc.oneof(
      { weight: 5, arbitrary: fc.constant(true) },
      { weight: 1, arbitrary: fc.constant(false) },
    ),
    rules,
    here: fc.oneof({ weight: 3, arbitrary: fc.constant([]) }, { weight: 1, arbitrary: rules }),
    inner: depth === 0 ? fc.constant([]) : fc.array(scope(depth - 1, globs), { maxLength: 2 }),
  });

interface LayerText {
  readonly effect: string;
  readonly rules: RulesText;
  readonly scopes: readonly ScopeText[];
}

const layer = (depth: number, globs: number): fc.Arbitrary<LayerText> =>
  fc.record({
    effect: fc.constantFrom('allow', 'deny'),
    rules,
    scopes: fc.array(scope(depth, globs), { minLength: 1, maxLength: 4 }),
  });

/** Text of a policy of one to three layers. Most scopes are optional, so that most trees can be loaded. */
export const policyText: fc.Arbitrary<string> = fc
  .oneof(
    { weight: 4, arbitrary: fc.array(layer(2, 1), { minLength: 1, maxLength: 1 }) },
    { weight: 1, arbitrary: fc.array(layer(2, 1), { minLength: 2, maxLength: 3 }) },
  )
  .map((layers) => ['llp 1;', ...layers.map((l, i) => layerText(l, i))].join('\n'));

/** One shallow layer with many globs, for the exact checks. */
export const globbyText: fc.Arbitrary<string> = layer(1, 6).map((l) => `llp 1;\n${layerText(l, 0)}`);

/** A name for every set of globs that can match one together, the names of literals, and a name that nothing names. */
export const EVERY_NAME: readonly string[] = [...NAMES, 'e', 'ab', 'eb', '.x'];

function layerText(l: { effect: string; rules: RulesText; scopes: readonly ScopeText[] }, i: number): string {
  return `policy "p${i}" { default ${l.effect}; ${rulesText(l.rules)} ${l.scopes.map((s) => scopeText(s, '/')).join(' ')} }`;
}

function rulesText(list: RulesText): string {
  return list.map(([e, set]) => `${e} ${set.join(', ')};`).join(' ');
}

function scopeText(s: ScopeText, prefix: string): string {
  const here = s.kind === 'dir' && s.here.length > 0 ? `here { ${rulesText(s.here)} }` : '';
  const inner = s.kind === 'dir' ? s.inner.map((t) => scopeText(t, '')).join(' ') : '';
  return `${s.kind}${s.optional ? '?' : ''} "${prefix}${s.path.join('/')}" { ${rulesText(s.rules)} ${here} ${inner} }`;
}

const path = fc.array(name, { minLength: 1, maxLength: 4 }).map((p) => `/${p.join('/')}`);
const crooked = fc
  .array(fc.oneof(name, fc.constantFrom('..', '.')), { minLength: 1, maxLength: 3 })
  .map((p) => p.join('/'));

/** An entry. Its target, if it has one, is an entry that was made before it. */
interface Seed {
  readonly kind: Entry['kind'];
  readonly path: string;
  readonly of: number;
  /** A target that need not exist, for a part of the links. */
  readonly target: string | undefined;
}

const seed: fc.Arbitrary<Seed> = fc.record({
  kind: fc.constantFrom<Entry['kind'][]>(
    'dir',
    'dir',
    'dir',
    'file',
    'file',
    'file',
    'link',
    'link',
    'hardlink',
    'bind',
  ),
  path,
  of: fc.nat({ max: 30 }),
  target: fc.option(fc.oneof(path, crooked), { nil: undefined }),
});

export const tree: fc.Arbitrary<readonly Entry[]> = fc
  .array(seed, { minLength: 3, maxLength: 16 })
  .map((seeds) => {
    const made: Entry[] = [];
    for (const one of seeds) made.push(plant(one, made));
    return made;
  });

function plant({ kind, path: at, of, target }: Seed, made: readonly Entry[]): Entry {
  if (kind === 'dir' || kind === 'file') return { kind, path: at };
  const files = made.filter((e) => e.kind === 'file').map((e) => e.path);
  const all = made.map((e) => e.path);
  const dirs = [...all, ...all.map((p) => p.replace(/\/[^/]*$/u, ''))].filter(
    (p) => p !== '' && !files.includes(p),
  );
  const among = kind === 'hardlink' ? files : kind === 'bind' ? dirs : all;
  const chosen = among[of % Math.max(1, among.length)] ?? '/a';
  return { kind, path: at, target: kind === 'link' ? (target ?? linkTo(chosen, of)) : chosen };
}

/** Returns the text of a link: absolute, or relative to a directory at depth two. */
function linkTo(chosen: string, of: number): string {
  return of % 3 === 0 ? `../..${chosen}` : of % 3 === 1 ? `..${chosen}` : chosen;
}

/** The path of a call: `text` alone, or `text` after the path of an entry. */
export interface Asked {
  readonly entry: number;
  readonly style: 'text' | 'entry' | 'beneath' | 'relative' | 'crooked';
  readonly text: string;
}

const text = fc
  .tuple(
    fc.boolean(),
    fc.array(
      fc.oneof(
        { weight: 6, arbitrary: name },
        { weight: 2, arbitrary: fc.constant('..') },
        { weight: 1, arbitrary: fc.constant('.') },
      ),
      { minLength: 1, maxLength: 5 },
    ),
    fc.constantFrom('', '', '', '/'),
    fc.constantFrom('/', '/', '//'),
  )
  .map(([absolute, parts, end, slash]) => (absolute ? '/' : '') + parts.join(slash) + end);

const asked: fc.Arbitrary<Asked> = fc.record({
  entry: fc.nat({ max: 15 }),
  style: fc.constantFrom<Asked['style'][]>('text', 'entry', 'entry', 'beneath', 'relative', 'crooked'),
  text,
});

export function spell({ entry, style, text: written }: Asked, entries: readonly Entry[]): string {
  const chosen = entries[entry % Math.max(1, entries.length)]?.path ?? '/';
  switch (style) {
    case 'text':
      return written;
    case 'entry':
      return chosen;
    case 'beneath':
      return `${chosen}/${written}`;
    case 'relative':
      return chosen.slice(1);
    case 'crooked':
      return chosen.replace(/\/(?=[^/]*$)/u, '/./').replace(/^\/([^/]*)/u, '/$1/../$1');
  }
}

/** A call. `at`: index of an open file, modulo their number; −1 is the working directory of a request. */
export type Call =
  | { readonly kind: 'request'; readonly action: ActionName; readonly path: Asked; readonly at: number }
  | { readonly kind: 'chdir' | 'chroot' | 'opendir' | 'openfile'; readonly path: Asked }
  | { readonly kind: 'ioctl' | 'fcntl' | 'flock' | 'fchdir' | 'close' | 'receive'; readonly at: number }
  | { readonly kind: 'mmap'; readonly at: number; readonly execute: boolean }
  | { readonly kind: 'fork' };

const onPath = <K extends string>(...kinds: K[]): fc.Arbitrary<{ kind: K; path: Asked }> =>
  fc.record({ kind: fc.constantFrom(...kinds), path: asked });
const at = fc.nat({ max: 3 });
const call: fc.Arbitrary<Call> = fc.oneof(
  {
    weight: 16,
    arbitrary: fc.record({
      kind: fc.constant('request' as const),
      action,
      path: asked,
      at: fc.integer({ min: -1, max: 3 }),
    }),
  },
  { weight: 6, arbitrary: onPath('chdir', 'opendir', 'openfile') },
  {
    weight: 3,
    arbitrary: fc.record({ kind: fc.constantFrom('ioctl', 'fcntl', 'flock', 'fchdir', 'receive'), at }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('mmap' as const), at, execute: fc.boolean() }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('close' as const), at }) },
  { weight: 1, arbitrary: fc.oneof(fc.constant({ kind: 'fork' as const }), onPath('chroot')) },
);

/** Calls, each by one of the tasks (modulo their number). */
export const calls: fc.Arbitrary<readonly (readonly [number, Call])[]> = fc.array(
  fc.tuple(fc.nat({ max: 2 }), call),
  { minLength: 80, maxLength: 160 },
);

/** The text of an assertion about a place. */
export const claimText: fc.Arbitrary<string> = fc
  .record({
    claim: fc.constantFrom('never', 'never', 'always'),
    actions: fc.uniqueArray(action, { minLength: 1, maxLength: 2 }),
    reach: fc.constantFrom('under', 'at'),
    path: fc.array(component(2), { minLength: 0, maxLength: 3 }),
  })
  .map((c) => `assert ${c.claim} ${c.actions.join(', ')} ${c.reach} "/${c.path.join('/')}";`);

/** The actions of moves, by the frequent action that each replaces. */
const MOVING: Readonly<Record<string, ActionName>> = {
  ioctl: 'rename',
  chdir: 'renameto',
  readdir: 'link',
  open: 'linkto',
};

/** Policies with rules about moves. */
export const movingText: fc.Arbitrary<string> = policyText.map((text) =>
  text.replace(/\b(?:ioctl|chdir|readdir|open)\b/g, (word) => MOVING[word] ?? word),
);

/** A policy, and a tree for it. */
export interface Linked {
  readonly text: string;
  readonly entries: readonly Entry[];
}

const scopePath = fc.array(name, { minLength: 1, maxLength: 2 }).map((p) => `/${p.join('/')}`);

/**
 * A policy about one action with optional scopes only and an assertion that often holds on all paths, and a tree whose links
 * lead to objects that the scopes name.
 */
export const linked: fc.Arbitrary<Linked> = fc
  .record({
    scopes: fc.array(
      fc.record({
        kind: fc.constantFrom<('dir' | 'file')[]>('dir', 'dir', 'file'),
        path: scopePath,
        effect: fc.constantFrom('allow', 'deny'),
      }),
      { minLength: 1, maxLength: 3 },
    ),
    effect: fc.constantFrom('allow', 'deny'),
    links: fc.array(
      fc.record({
        kind: fc.constantFrom<Entry['kind'][]>('link', 'hardlink', 'bind'),
        path: scopePath,
        of: fc.nat(2),
      }),
      { minLength: 1, maxLength: 3 },
    ),
    asserted: scopePath,
    reach: fc.constantFrom('under', 'at'),
    action: fc.constantFrom('open', 'open', 'read', 'readdir'),
  })
  .map(({ scopes, effect: initial, links, asserted, reach, action: asked }) => {
    const items = scopes.map((s) => `${s.kind}? "${s.path}" { ${s.effect} ${asked}; }`).join(' ');
    const claim = `assert ${initial === 'deny' ? 'never' : 'always'} ${asked} ${reach} "${asserted}";`;
    const named = scopes.map(({ kind, path: at }): Entry => ({ kind, path: at }));
    const others = links.map(({ kind, path: at, of }): Entry => {
      const target = scopes[of % scopes.length]?.path ?? '/a';
      return kind === 'dir' || kind === 'file' ? { kind, path: at } : { kind, path: at, target };
    });
    const text = `llp 1;\npolicy "p" { default ${initial}; ${items} }\n${claim}`;
    return { text, entries: [...named, ...others, { kind: 'dir', path: asserted }] };
  });
