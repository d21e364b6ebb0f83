/** Counts the instructions of the programs, which are the same for ten scopes and for ten thousand. */
import { compile } from '../src/index.js';
import { largePolicy } from './policies.js';
import type { Row } from './rows.js';

export function sizes(): Row[] {
  const [small, large] = [10, 10_000].map(
    (n) => compile(withWalk(largePolicy(n))).artifact?.manifest.programs ?? [],
  );
  return (['fs_walk', 'fs_pick', 'fs_get'] as const).map((hook): Row => {
    const most = (programs: typeof small): number =>
      Math.max(...(programs ?? []).filter((p) => p.hook === hook).map((p) => p.instructions));
    const target = hook === 'fs_get' ? '' : 'at most 24';
    return {
      what: `largest ${hook}, 10000 scopes`,
      value: most(large),
      unit: 'instructions',
      target,
      beside: `10 scopes: ${most(small)}`,
    };
  });
}

/** The policy with `walk` denied somewhere, so that `fs_walk` has to decide. */
function withWalk(policy: string): string {
  return policy.replace('  default deny;', '  default deny;\n  dir "/hidden" { deny walk; }');
}
