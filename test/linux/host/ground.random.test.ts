/** Grounding on the real file system equals grounding on a model of it: random trees, random scopes. */
import { describe, expect, it } from 'vitest';
import { compile } from '../../support/compile.js';
import { cases, fc } from '../../support/random.js';
import { groundPolicy } from '../../../src/runtime/load.js';
import { pathOf } from '../../../src/runtime/loader/ground.js';
import { hostTree } from '../../../src/runtime/host/host-tree.js';
import type { Artifact } from '../../../src/artifact/manifest.js';
import type { Vfs } from '../../../src/runtime/kernel/vfs.js';
import { arbitraryEntry, makeBoth } from './real-tree.js';

const component = fc.constantFrom('a', 'b', 'c', '.h', 'é', '*', '?', '[ab]*', '.*');
const scope = fc.record({
  kind: fc.constantFrom('dir', 'file'),
  optional: fc.boolean(),
  path: fc.array(component, { minLength: 1, maxLength: 3 }).map((parts) => parts.join('/')),
  rule: fc.constantFrom('allow read;', 'deny read;', 'allow write, create;', 'forbid write;'),
});

/** Everything that grounding found: the problems, or each place with its rights. */
function found(artifact: Artifact, vfs: Vfs): unknown {
  const result = groundPolicy(artifact, vfs);
  const problems = result.problems.map((p) => `${p.code}: ${p.message}`);
  if (result.kind === 'refused') return { problems };
  const places = [...result.value.maps].map(([name, { places }]) => [
    name,
    [...places.values()].map(
      (p) => `${pathOf(p)} ${p.inode.kind} ${JSON.stringify(p.self)} ${JSON.stringify(p.below)}`,
    ),
  ]);
  return { problems, places };
}

describe('the host tree', () => {
  it('grounds as the model of the same tree does', () => {
    let loaded = 0;
    fc.assert(
      fc.property(
        fc.array(arbitraryEntry, { minLength: 1, maxLength: 14 }),
        fc.array(scope, { minLength: 1, maxLength: 5 }),
        (entries, scopes) => {
          const { base, model, remove } = makeBoth(entries);
          try {
            const inner = scopes.map(
              (s) => `${s.kind}${s.optional ? '?' : ''} "${base}/${s.path}" { ${s.rule} }`,
            );
            const { artifact } = compile(`llp 1;\npolicy "p" { default deny;\n${inner.join('\n')}\n}`);
            if (artifact === undefined) return;
            const expected = found(artifact, model);
            expect(found(artifact, hostTree().vfs)).toEqual(expected);
            if (JSON.stringify(expected).includes('"places"')) loaded++;
          } finally {
            remove();
          }
        },
      ),
      { numRuns: cases(500) },
    );
    expect(loaded).toBeGreaterThan(cases(500) / 10);
  });
});
