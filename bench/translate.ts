/** Measures the compilation of a set of programs to WebAssembly, and the memory of an enforced policy. */
import { spawnSync } from 'node:child_process';
import { compile } from '../src/index.js';
import { defined } from '../src/base/assert.js';
import { createEngine } from '../src/runtime/engine/engine.js';
import { wasm } from '../src/runtime/engine/wasm/api.js';
import { shapeOf, translateSet } from '../src/runtime/engine/wasm/set-module.js';
import { createWasmRunner } from '../src/runtime/engine/wasm/runner.js';
import { buildTree } from '../src/runtime/kernel/build-tree.js';
import { loadPolicy } from '../src/runtime/load.js';
import { SMALL_POLICY } from './policies.js';
import { median, medianMs, type Row } from './rows.js';

export function whatTranslates(): Row[] {
  const artifact = defined(compile(SMALL_POLICY).artifact, 'the policy compiles');
  const { vfs } = buildTree([
    { kind: 'dir', path: '/srv/www/uploads' },
    { kind: 'file', path: '/srv/www/.htpasswd' },
  ]);
  const loaded = loadPolicy(artifact, vfs, createEngine('interpreter'));
  if (loaded.kind !== 'loaded') throw new Error('it does not load');
  const { task, kernel } = loaded.value;
  const shape = shapeOf(task.set);
  const translation = medianMs(41, () => void new wasm.Module(translateSet(shape)));
  // The compiled module is cached now, so only the instance is measured.
  const instance = medianMs(41, () => void createWasmRunner(task.set, kernel.tags));
  return [
    {
      what: 'translation and instance of a set of programs',
      value: translation + instance,
      unit: 'ms',
      target: 'under 3 ms',
      beside: `${shape.programs.length} programs; the instance alone ${instance.toFixed(3)} ms`,
    },
    first(),
    memory(),
  ];
}

const at = (file: string): string => JSON.stringify(new URL(file, import.meta.url).href);

/** The time for the first set of a process, whose translator is not warm: the median of several processes. */
function first(): Row {
  const code = `
    import { compile } from ${at('../src/index.js')};
    import { SMALL_POLICY } from ${at('./policies.js')};
    import { createEngine } from ${at('../src/runtime/engine/engine.js')};
    import { createWasmRunner } from ${at('../src/runtime/engine/wasm/runner.js')};
    import { buildTree } from ${at('../src/runtime/kernel/build-tree.js')};
    import { loadPolicy } from ${at('../src/runtime/load.js')};
    const { vfs } = buildTree([{ kind: 'dir', path: '/srv/www/uploads' }, { kind: 'file', path: '/srv/www/.htpasswd' }]);
    const { task, kernel } = loadPolicy(compile(SMALL_POLICY).artifact, vfs, createEngine('interpreter')).value;
    const start = performance.now();
    createWasmRunner(task.set, kernel.tags);
    console.log(performance.now() - start);`;
  const values = Array.from({ length: 9 }, () =>
    Number(spawnSync(process.execPath, ['--input-type=module', '-e', code], { encoding: 'utf8' }).stdout),
  );
  return {
    what: 'the same, the first of a process',
    value: median(values),
    unit: 'ms',
    target: '',
    beside: `the least of ${values.length}: ${Math.min(...values).toFixed(2)} ms`,
  };
}

/**
 * The heap, array buffers and linear memory of an enforced policy: the mean of twenty policies in a separate process.
 */
function memory(): Row {
  const code = `
    import { compile } from ${at('../src/index.js')};
    import { largePolicy } from ${at('./policies.js')};
    import { createEngine } from ${at('../src/runtime/engine/engine.js')};
    import { linearMemory } from ${at('../src/runtime/engine/wasm/linear.js')};
    import { buildTree } from ${at('../src/runtime/kernel/build-tree.js')};
    import { loadPolicy } from ${at('../src/runtime/load.js')};
    const { artifact } = compile(largePolicy(1000));
    const entries = Array.from({ length: 1000 }, (_, i) => ({ kind: 'dir', path: \`/srv/area\${i % 100}/place\${i}\` }));
    const trees = Array.from({ length: 21 }, () => buildTree(entries).vfs);
    const enforced = [];
    const enforce = (vfs) => {
      const loaded = loadPolicy(artifact, vfs, createEngine('wasm'));
      if (loaded.value.decide('read', '/srv/area0/place0').verdict !== 'allow') throw new Error('it denies');
      enforced.push(loaded.value);
    };
    const used = () => {
      gc(); gc();
      const { heapUsed, arrayBuffers } = process.memoryUsage();
      return heapUsed + arrayBuffers + linearMemory().next;
    };
    enforce(trees[0]);
    const before = used();
    trees.slice(1).forEach(enforce);
    console.log((used() - before) / 20);`;
  const { stdout } = spawnSync(process.execPath, ['--expose-gc', '--input-type=module', '-e', code], {
    encoding: 'utf8',
  });
  return {
    what: 'memory of an enforced policy of 1000 scopes',
    value: Number(stdout) / 2 ** 20,
    unit: 'MiB',
    target: 'under 2 MB',
    beside: '',
  };
}
