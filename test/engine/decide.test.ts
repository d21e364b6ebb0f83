/** `decide` and `decideAll` of a loaded policy, in every engine: one answer. */
import { describe, expect, it } from 'vitest';
import { ACTIONS, type ActionName } from '../../src/abi/actions.js';
import { defined } from '../../src/base/assert.js';
import { compile } from '../support/compile.js';
import { createEngine, HOT_RUNS } from '../../src/runtime/engine/engine.js';
import { ENGINE_NAMES } from '../../src/runtime/engine/names.js';
import { buildTree, type TreeEntry } from '../../src/runtime/kernel/build-tree.js';
import { loadPolicy, type LoadedPolicy } from '../../src/runtime/load.js';
import { fc } from '../support/random.js';

const POLICY = `llp 1;
policy "site" {
  default deny;
  dir "/srv" { allow all; here { deny readdir; } dir "*/private" { deny all; deny walk; } file "key" { deny read; } }
}
policy "links" { default allow; dir "/srv/a" { deny link, unlink; } }
`;
const TREE: readonly TreeEntry[] = [
  { kind: 'file', path: '/srv/a/f' },
  { kind: 'file', path: '/srv/a/private/g' },
  { kind: 'file', path: '/srv/key' },
  { kind: 'link', path: '/srv/l', target: 'a/private/g' },
  { kind: 'link', path: '/srv/loop', target: 'loop' },
  { kind: 'file', path: '/etc/x' },
];

function load(engine: (typeof ENGINE_NAMES)[number]): LoadedPolicy {
  const { artifact } = compile(POLICY);
  const loaded = loadPolicy(defined(artifact, 'it compiles'), buildTree(TREE).vfs, createEngine(engine));
  if (loaded.kind === 'refused') throw new Error(JSON.stringify(loaded.problems));
  return loaded.value;
}

const path = fc
  .array(
    fc.constantFrom('srv', 'a', 'private', 'f', 'g', 'key', 'l', 'loop', '..', '.', 'etc', 'x', 'none'),
    {
      maxLength: 5,
    },
  )
  .map((parts) => '/' + parts.join('/'));
const question = fc.record({ action: fc.constantFrom(...ACTIONS) as fc.Arbitrary<ActionName>, path });

describe('loadPolicy, decide and decideAll', () => {
  it('give the same answers in every engine, one by one and all at once', () => {
    const policies = ENGINE_NAMES.map(load);
    fc.assert(
      fc.property(fc.array(question, { maxLength: 40 }), (questions) => {
        const answers = policies.flatMap(({ decide, decideAll }) => [
          questions.map((q) => decide(q.action, q.path)),
          decideAll(questions),
        ]);
        for (const answer of answers) expect(answer).toEqual(answers[0]);
      }),
      { numRuns: 300 },
    );
  });

  it('give the same answers before and after the engine compiles a hot program', () => {
    const { decide, task } = load('auto');
    expect(decide('read', '/srv/a/f')).toEqual({ verdict: 'allow' });
    expect(task.set.runner?.counts).toBe(true);
    for (let i = 0; i < HOT_RUNS; i++) decide('read', '/srv/a/f');
    expect(task.set.runner?.counts).toBe(false);
    expect(decide('read', '/srv/a/f')).toEqual({ verdict: 'allow' });
    expect(decide('read', '/srv/a/private/g')).toEqual({ verdict: 'deny', errno: 'EACCES' });
  });
});
