/** `buildHierarchy`: the states, edges and verdicts of small policies. */
import { describe, expect, it } from 'vitest';
import { maskOf } from '../../src/abi/actions.js';
import type { HierarchyState } from '../../src/ir/hierarchy/automaton.js';
import { automataOf } from '../support/policy.js';

/**
 * One part for each state: its number; where `read` is allowed (`d`: the directory, `b`: beneath it, `f`: another object); its
 * edges.
 */
function statesOf(body: string): string {
  const [automaton] = automataOf(`llp 1; policy "p" { ${body} }`);
  return (automaton?.states ?? []).map(stateText).join(' | ');
}

function stateText(state: HierarchyState): string {
  const read = maskOf('read');
  const allowed = (['dir', 'below', 'file'] as const).map((part) =>
    (state[part] & read) === 0 ? '-' : part[0],
  );
  const literals = state.literals.map((e) => `${e.name}>${e.to}`);
  const classes = state.classes.map((e) => `${e.matching.map((i) => state.globs[i]).join('&')}>${e.to}`);
  return [state.id, allowed.join(''), ...literals, ...classes, `else>${state.other}`].join(' ');
}

const ROWS: readonly (readonly [what: string, body: string, states: string])[] = [
  ['no scope', 'default deny;', '0 --- else>0'],
  ['default allow', 'default allow;', '0 dbf else>0'],
  ['a rule of the root', 'default deny; allow read;', '0 db- else>1 | 1 dbf else>1'],
  [
    'a directory',
    'default deny; dir "/a" { allow read; }',
    '0 --- a>1 else>2 | 1 db- else>3 | 2 --- else>2 | 3 dbf else>3',
  ],
  [
    'another object',
    'default deny; file "/a" { allow read; }',
    '0 --- a>1 else>2 | 1 --f else>2 | 2 --- else>2',
  ],
  [
    'a `here`',
    'default deny; dir "/a" { here { allow read; } }',
    '0 --- a>1 else>2 | 1 d-- else>2 | 2 --- else>2',
  ],
  [
    'a path of two names',
    'default deny; dir "/a/b" { allow read; }',
    '0 --- a>1 else>2 | 1 --- b>3 else>2 | 2 --- else>2 | 3 db- else>4 | 4 dbf else>4',
  ],
  [
    'a deny within an allow',
    'default deny; dir "/a" { allow read; dir "b" { deny read; } }',
    '0 --- a>1 else>2 | 1 db- b>3 else>4 | 2 --- else>2 | 3 --f else>2 | 4 dbf else>4',
  ],
  [
    'an allow within a deny within an allow',
    'default deny; dir "/a" { allow read; dir "b" { deny read; dir "c" { allow read; } } }',
    '0 --- a>1 else>2 | 1 db- b>3 else>4 | 2 --- else>2 | 3 --f c>5 else>2 | 4 dbf else>4 | 5 db- else>4',
  ],
  [
    'a forbid',
    'default allow; dir "/a" { forbid read; }',
    '0 dbf a>1 else>2 | 1 --f else>3 | 2 dbf else>2 | 3 --- else>3',
  ],
  [
    'equal tails are one state',
    'default deny; dir "/a" { allow read; } dir "/b" { allow read; }',
    '0 --- a>1 b>1 else>2 | 1 db- else>3 | 2 --- else>2 | 3 dbf else>3',
  ],
  [
    'a scope that changes nothing is not a state',
    'default allow; dir "/a" { dir "b" { deny read; } dir "c" { deny write; } }',
    '0 dbf a>1 else>2 | 1 dbf b>3 c>4 else>2 | 2 dbf else>2 | 3 --f else>5 | 4 dbf else>6 | 5 --- else>5 | 6 dbf else>6',
  ],
  [
    'a directory and another object of one name',
    'default deny; dir? "/a" { allow read; } file? "/a" { deny read; }',
    '0 --- a>1 else>2 | 1 db- else>3 | 2 --- else>2 | 3 dbf else>3',
  ],
  [
    'a glob',
    'default deny; dir "/*.c" { allow read; }',
    '0 --- *.c>1 else>2 | 1 db- else>3 | 2 --- else>2 | 3 dbf else>3',
  ],
  [
    'a glob, and a name that it matches',
    'default deny; dir "/*.c" { allow read; } dir "/x.c" { deny read; }',
    '0 --- x.c>1 *.c>2 else>1 | 1 --- else>1 | 2 db- else>3 | 3 dbf else>3',
  ],
  [
    'two globs that overlap',
    'default deny; dir "/a*" { allow read; } dir "/*b" { allow read; }',
    '0 --- *b>1 *b&a*>1 a*>1 else>2 | 1 db- else>3 | 2 --- else>2 | 3 dbf else>3',
  ],
  [
    'a glob of every name',
    'default deny; dir "/*" { allow read; }',
    '0 --- *>1 else>2 | 1 db- else>3 | 2 --- else>2 | 3 dbf else>3',
  ],
];

describe('buildHierarchy', () => {
  it.each(ROWS)('%s', (_, body, states) => {
    expect(statesOf(body)).toBe(states);
  });
});
