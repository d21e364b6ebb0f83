/** Measures compilation: the time and its growth in this process, the memory in a separate process. */
import { spawnSync } from 'node:child_process';
import type { Target } from '../src/codegen/target.js';
import { landlockV8 } from '../src/codegen/v8/target.js';
import { compileFor } from '../src/compile.js';
import { compile } from '../src/index.js';
import { largePolicy } from './policies.js';
import { median, medianMs, type Row } from './rows.js';

const SIZES = [100, 1_000, 10_000, 100_000] as const;

export function whatCompiles(): Row[] {
  const times = SIZES.map((n) => {
    const text = largePolicy(n);
    return medianMs(n >= 10_000 ? 3 : 7, () => void compile(text));
  });
  return SIZES.map((n, i): Row => {
    const value = times[i] ?? 0;
    const before = times[i - 1];
    const bound = i === 0 ? 1 : (10 * Math.log(n)) / Math.log(n / 10);
    const beside =
      before === undefined
        ? ''
        : `${(value / before).toFixed(1)} times the one above; n·log n gives ${bound.toFixed(1)}`;
    return {
      what: `compile ${n} scopes of 5 rules`,
      value,
      unit: 'ms',
      target: n === 10_000 ? 'under 1500 ms' : '',
      beside,
    };
  }).concat(proofs(), peakMemory());
}

/** The processor time of the proof as a part of that of the build without it. */
function proofs(): Row[] {
  return [1_000, 10_000].map((n): Row => {
    const measured = Array.from({ length: 5 }, () => measureProof(largePolicy(n)));
    const proof = median(measured.map((m) => m.proof));
    const rest = median(measured.map((m) => m.rest));
    return {
      what: `the proof, beside the build without it, ${n} scopes`,
      value: median(measured.map((m) => m.proof / m.rest)),
      unit: 'times',
      target: n === 10_000 ? 'at most 1' : '',
      beside: `${proof.toFixed(0)} ms beside ${rest.toFixed(0)} ms`,
    };
  });
}

function measureProof(text: string): { readonly proof: number; readonly rest: number } {
  let proof = 0;
  const measured: Target = {
    ...landlockV8,
    prove(artifact, meaning) {
      const start = processorMs();
      const result = landlockV8.prove(artifact, meaning);
      proof += processorMs() - start;
      return result;
    },
  };
  const start = processorMs();
  compileFor(measured, text);
  return { proof, rest: processorMs() - start - proof };
}

function processorMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}

/** The peak memory of a compilation of 10,000 scopes, as the kernel counts it for a separate process. */
function peakMemory(): Row {
  const code = `
    import { compile } from ${JSON.stringify(new URL('../src/index.js', import.meta.url).href)};
    import { largePolicy } from ${JSON.stringify(new URL('./policies.js', import.meta.url).href)};
    if (compile(largePolicy(10000)).artifact === undefined) throw new Error('it does not compile');
    console.log(process.resourceUsage().maxRSS);`;
  const run = (source: string): number => {
    const { stdout } = spawnSync(process.execPath, ['--input-type=module', '-e', source], {
      encoding: 'utf8',
    });
    return Number(stdout) / 1024;
  };
  const idle = run('console.log(process.resourceUsage().maxRSS)');
  const beside = `node itself: ${idle.toFixed(0)} MiB`;
  return {
    what: 'peak resident memory, 10000 scopes',
    value: run(code),
    unit: 'MiB',
    target: 'under 300 MB',
    beside,
  };
}
