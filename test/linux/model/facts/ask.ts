/** Asks the real kernel and the model for the results of facts. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { resultsOnModel, prepare } from '../case-run.js';
import type { RealKernel } from '../real-kernel.js';
import { FACT_TREE, type Fact } from './fact.js';

export interface AskedFact {
  readonly kernel: readonly string[];
  readonly model: readonly string[];
}

/** Returns the results of each fact, in order. */
export function askAll(facts: readonly Fact[], kernel: RealKernel): readonly AskedFact[] {
  const before = process.umask(0);
  const folder = mkdtempSync(join(tmpdir(), 'facts-'));
  try {
    const ready = facts.map(({ plan, steps, entries }, i) => {
      const calls = steps.map((step) => step.call);
      return prepare({ entries: [...FACT_TREE, ...entries], plan, calls }, kernel, `${folder}/${i}`);
    });
    const results = kernel.run(ready);
    return ready.map((one, i) => resultsOnModel(one, results[i] ?? []));
  } finally {
    rmSync(folder, { recursive: true, force: true });
    process.umask(before);
  }
}
