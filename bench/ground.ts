/** Measures the loading of a manifest on a tree that has all objects of its entries. */
import { compile } from '../src/index.js';
import { buildTree, type TreeEntry } from '../src/runtime/kernel/build-tree.js';
import { groundPolicy } from '../src/runtime/load.js';
import { defined } from '../src/base/assert.js';
import { largePolicy } from './policies.js';
import { medianMs, type Row } from './rows.js';

export function whatGrounds(): Row[] {
  return [1_000, 10_000].map((n): Row => {
    const artifact = defined(compile(largePolicy(n)).artifact, 'the policy compiles');
    const entries = Array.from({ length: n }, (_, i): TreeEntry => ({
      kind: 'dir',
      path: `/srv/area${i % 100}/place${i}`,
    }));
    const { vfs } = buildTree(entries);
    const value = medianMs(7, () => {
      const result = groundPolicy(artifact, vfs);
      if (result.kind !== 'loaded') throw new Error('it does not load');
    });
    return {
      what: `ground ${n} entries`,
      value,
      unit: 'ms',
      target: n === 10_000 ? 'under 500 ms' : '',
      beside: '',
    };
  });
}
