/** `partitionActions`: which actions are one class, and what decides each class. */
import { describe, expect, it } from 'vitest';
import { actionNames } from '../../src/abi/actions.js';
import { partitionActions, type ActionClass } from '../../src/codegen/v8/partition.js';
import { layerOf } from '../support/policy.js';

/** The classes by what decides them; the class with the most actions is `rest`. */
function classesOf(body: string): string {
  const classes = partitionActions(layerOf(body));
  const sizes = classes.map((c) => actionNames(c.actions).length);
  const largest = sizes.indexOf(Math.max(...sizes));
  return classes
    .map((c, i) => `${i === largest ? 'rest' : actionNames(c.actions)}: ${decisionOf(c)}`)
    .join('; ');
}

function decisionOf({ decision }: ActionClass): string {
  return decision.kind === 'bit' ? `bit ${decision.bit}, region ${decision.region}` : decision.kind;
}

const ROWS: readonly (readonly [what: string, body: string, classes: string])[] = [
  ['no rule', '', 'rest: deny; walk: allow'],
  ['default deny', 'default deny;', 'rest: deny; walk: allow'],
  ['default allow', 'default allow;', 'rest: allow'],
  ['an action allowed everywhere', 'default deny; allow read;', 'rest: deny; read: allow; walk: allow'],
  ['an action denied everywhere', 'default allow; deny read;', 'rest: allow; read: deny'],
  ['an action forbidden everywhere', 'default allow; forbid read;', 'rest: allow; read: deny'],
  [
    'an allow in a directory',
    'default deny; dir "/a" { allow read; }',
    'rest: deny; read: bit 0, region varies; walk: allow',
  ],
  [
    'a deny in a directory',
    'default allow; dir "/a" { deny read; }',
    'rest: allow; read: bit 0, region varies',
  ],
  [
    'a forbid in a directory',
    'default allow; dir "/a" { forbid read; }',
    'rest: allow; read: bit 0, region varies',
  ],
  [
    'an allow of one object',
    'default deny; file "/a" { allow read; }',
    'rest: deny; read: bit 0, region deny; walk: allow',
  ],
  [
    'a `here` of one directory',
    'default deny; dir "/a" { here { allow readdir; } }',
    'rest: deny; readdir: bit 0, region deny; walk: allow',
  ],
  [
    'two actions in one rule',
    'default deny; dir "/a" { allow read, write; }',
    'rest: deny; read,write: bit 0, region varies; walk: allow',
  ],
  [
    'two actions in two rules of one scope',
    'default deny; dir "/a" { allow read; allow write; }',
    'rest: deny; read,write: bit 0, region varies; walk: allow',
  ],
  [
    'two scopes that overlap',
    'default deny; dir "/a" { allow read, write; } dir "/b" { allow read; }',
    'rest: deny; read: bit 0, region varies; write: bit 1, region varies; walk: allow',
  ],
  [
    'an allow and a deny of one action',
    'default deny; allow read; dir "/a" { deny read; }',
    'rest: deny; read: bit 0, region varies; walk: allow',
  ],
  [
    'a deny of `walk` alone',
    'default deny; dir "/a" { deny walk; }',
    'rest: deny; walk: bit 0, region varies',
  ],
  ['an idle deny', 'default deny; dir "/a" { deny read; }', 'rest: deny; read: deny; walk: allow'],
  ['an idle allow', 'default allow; dir "/a" { allow read; }', 'rest: allow; read: allow'],
  [
    'a forbid and a deny in one directory',
    'default allow; dir "/a" { forbid read; deny write; }',
    'rest: allow; read: bit 0, region varies; write: bit 1, region varies',
  ],
];

describe('partitionActions', () => {
  it.each(ROWS)('%s', (_, body, classes) => {
    expect(classesOf(body)).toBe(classes);
  });

  it('gives every action to one class, and bits in the order of the first action', () => {
    const classes = partitionActions(
      layerOf('default deny; dir "/a" { allow read, write; } dir "/b" { allow open; }'),
    );
    const names = classes.flatMap((c) => actionNames(c.actions));
    expect(new Set(names).size).toBe(names.length);
    expect(names.length).toBe(25);
    const bits = classes.flatMap((c) => (c.decision.kind === 'bit' ? [c.decision.bit] : []));
    expect(bits).toEqual([...bits.keys()]);
  });
});
