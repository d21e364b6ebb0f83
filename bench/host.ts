/** Measures the loading of a policy on the real file system: 10,000 entries of literal paths, and globs that find as many. */
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { defined } from '../src/base/assert.js';
import { compile } from '../src/index.js';
import { hostTree } from '../src/runtime/host/host-tree.js';
import { groundPolicy } from '../src/runtime/load.js';
import { largePolicy } from './policies.js';
import { medianMs, type Row } from './rows.js';

const COUNT = 10_000;
const GLOBS = `llp 1;
policy "globs" { default deny; dir "BASE" { allow read; dir "area*/place*" { deny read; } } }`;

export function whatGroundsOnTheHost(): Row[] {
  const base = mkdtempSync(join(tmpdir(), 'llp-bench-'));
  try {
    for (let i = 0; i < COUNT; i++) mkdirSync(`${base}/area${i % 100}/place${i}`, { recursive: true });
    return [
      measure('literal paths', largePolicy(COUNT).replaceAll('"/srv/', `"${base}/`)),
      measure('globs', GLOBS.replace('BASE', base)),
    ];
  } finally {
    rmSync(base, { recursive: true });
  }
}

function measure(what: string, text: string): Row {
  const artifact = defined(compile(text).artifact, 'the policy compiles');
  const value = medianMs(7, () => {
    const { vfs } = hostTree();
    const result = groundPolicy(artifact, vfs);
    if (result.kind !== 'loaded') throw new Error(`it does not load: ${result.problems[0]?.message}`);
    const found = [...result.value.maps.values()][0]?.places.size ?? 0;
    if (found < COUNT) throw new Error(`it finds ${found} places`);
  });
  return {
    what: `ground ${COUNT} entries on the real tree, ${what}`,
    value,
    unit: 'ms',
    target: 'under 300 ms',
    beside: 'one lstat each',
  };
}
