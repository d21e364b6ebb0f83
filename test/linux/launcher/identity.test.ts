/** A launcher carries a plan out on the objects that were grounded, and on no others at the same paths. */
import { spawnSync } from 'node:child_process';
import {
  accessSync,
  mkdirSync,
  mkdtempSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { tmpdir } from 'node:os';
import { describe, expect, it } from 'vitest';
import type { EnforcementPlan, PlanIdentity } from '../../../src/artifact/enforcement-plan.js';
import * as asm from '../../../src/codegen/linux/launcher/asm/forms.js';
import type { CpuForm } from '../../../src/codegen/linux/launcher/asm/forms.js';
import { stepForms } from '../../../src/codegen/linux/launcher/generate.js';
import {
  executableOf,
  makeGenerator,
  numberOf,
  REFUSE,
  REPORT,
} from '../../../src/codegen/linux/launcher/generator.js';
import { O_PATH } from '../../../src/codegen/linux/launcher/kernel-values.js';
import { openSteps } from '../../../src/codegen/linux/launcher/open-steps.js';
import type { StepRow } from '../../../src/codegen/linux/launcher/steps.js';
import { defined } from '../../../src/base/assert.js';
import { groundOnHost } from '../../../src/tools/enforce/ground-host.js';
import { compile } from '../../support/compile.js';
import {
  ALL_RIGHTS,
  canLaunch,
  canMask,
  launch,
  planByPaths,
  READING,
  type PlanByPaths,
} from '../../support/launch.js';
import { fc } from '../../support/random.js';
import { has } from '../../support/tools.js';
import { at, useTree } from './tree.js';

useTree();

const other = (path: string): string =>
  `sandbox: the policy was loaded for another object than the one that is now at \`${path}\`\n`;

function identityAt(path: string): PlanIdentity {
  return defined(planByPaths({ masks: [[path, 'pin']] }).objects[0]?.identity ?? undefined, 'a path');
}

/** Makes a directory again until it has the inode number that it had; undefined if the file system does not use numbers again. */
function remade(path: string): PlanIdentity | undefined {
  const before = identityAt(path);
  for (let tries = 0; tries < 100; tries++) {
    rmSync(path, { recursive: true });
    mkdirSync(path);
    const now = identityAt(path);
    if (now.inode === before.inode && now.birth !== before.birth) return now;
  }
  process.stderr.write(`skipped, since the file system of ${path} does not use inode numbers again\n`);
  return undefined;
}

const rule = (path: string): PlanByPaths => ({
  rules: [
    [
      ['/', READING],
      [path, ALL_RIGHTS],
    ],
  ],
});
const mask = (path: string): PlanByPaths => ({ masks: [[path, 'hide']] });
const laid = [['a rule', rule] as const, ...(canMask() ? [['a mask', mask] as const] : [])];

/** The temporary folder, and a tmpfs beside it where there is one. */
function folders(): readonly string[] {
  try {
    accessSync('/dev/shm', 2);
    return [tmpdir(), '/dev/shm'];
  } catch {
    return [tmpdir()];
  }
}

describe.skipIf(!canLaunch())('the identity of an object', () => {
  describe.each(laid)('of %s', (_, planned) => {
    it.each(folders())('is another one after the object was removed and made again in %s', (folder) => {
      const base = realpathSync(mkdtempSync(join(folder, 'identity-')));
      const path = join(base, 'dir');
      mkdirSync(path);
      const plan = planByPaths(planned(path));
      try {
        expect(launch(plan, ['/bin/true'])).toMatchObject({ status: 0, stderr: '' });
        const same = remade(path);
        if (same === undefined) return;
        expect(same).toMatchObject({
          device: identityIn(plan, path).device,
          inode: identityIn(plan, path).inode,
        });
        expect(launch(plan, ['/bin/true'])).toMatchObject({ status: 125, stderr: other(path) });
        expect(launch(planByPaths(planned(path)), ['/bin/true']).status).toBe(0);
      } finally {
        rmSync(base, { recursive: true });
      }
    });

    it('is another one after the object was replaced by a rename', () => {
      const path = at('tree/denied');
      const plan = planByPaths(planned(path));
      renameSync(path, at('tree/moved'));
      renameSync(at('tree/allowed'), path);
      expect(launch(plan, ['/bin/true'])).toMatchObject({ status: 125, stderr: other(path) });
      renameSync(path, at('tree/allowed'));
      renameSync(at('tree/moved'), path);
      expect(launch(plan, ['/bin/true']).status).toBe(0);
    });
  });

  it('has each number of the plan', () => {
    const path = at('tree/allowed');
    const plan = planByPaths(rule(path));
    const found = identityIn(plan, path);
    const changes = fc.oneof(
      fc.constant({}),
      fc.record({ device: changed(found.device) }),
      fc.record({ inode: changed(found.inode) }),
      ...(found.birth === null ? [] : [fc.record({ birth: changed(found.birth) })]),
    );
    fc.assert(
      fc.property(changes, (change) => {
        const identity = { ...found, ...change };
        const run = launch(withIdentity(plan, path, identity), ['/bin/true']);
        const fits = JSON.stringify(identity) === JSON.stringify(found);
        expect(run).toMatchObject(fits ? { status: 0 } : { status: 125, stderr: other(path) });
      }),
      { numRuns: 6 },
    );
    expect(launch(withIdentity(plan, path, { ...found, birth: null }), ['/bin/true']).status).toBe(0);
  });

  it('is refused where the plan has a time of birth and the file system does not tell it', () => {
    const plan = planByPaths(rule('/proc'));
    expect(identityIn(plan, '/proc').birth).toBeNull();
    const run = launch(withIdentity(plan, '/proc', { ...identityIn(plan, '/proc'), birth: '1' }), [
      '/bin/true',
    ]);
    expect(run.status).toBe(125);
    expect(run.stderr).toMatch(/^sandbox: this kernel does not tell when an object was made, .* `\/proc`\n$/);
  });

  // Emulation knows no Landlock and no masks, so the steps are run alone: exit code 0 where the object is taken, 1 where not.
  it.skipIf(!has('qemu-aarch64'))('is compared on aarch64 too', () => {
    const path = at('tree/allowed');
    const found = identityAt(path);
    const refused = (change: Partial<PlanIdentity>): boolean => {
      const file = at('tree/compare');
      writeFileSync(file, comparing(path, { ...found, ...change }), { mode: 0o755 });
      const { status } = spawnSync('qemu-aarch64', [file]);
      expect([0, 1]).toContain(status);
      return status === 1;
    };
    const others = [{ device: '1' }, { inode: '1' }, ...(found.birth === null ? [] : [{ birth: '1' }])];
    expect(others.map(refused)).toEqual(others.map(() => true));
    expect([{}, { birth: null }].map(refused)).toEqual([false, false]);
  });
});

/** A program for aarch64 that opens an object as a launcher does, and ends with 1 where it is another one. */
function comparing(path: string, { device, inode, birth }: PlanIdentity): Uint8Array {
  const to = makeGenerator('aarch64');
  const row: StepRow = {
    path,
    parent: null,
    open: O_PATH,
    value: 0,
    device: BigInt(device),
    inode: BigInt(inode),
    birth: birth === null ? null : BigInt(birth),
    compared: true,
    optional: false,
    hidden: false,
    shown: '',
  };
  const exit = (code: number): CpuForm[] => [
    asm.constant('a0', code),
    asm.syscall(numberOf('exit_group', 'aarch64')),
  ];
  const forms = stepForms([{ kind: 'each', rows: [row], steps: openSteps() }], to);
  return executableOf(
    [...forms, ...exit(0), asm.label(REFUSE), ...exit(1), asm.label(REPORT), ...exit(2), ...to.behind],
    to,
  );
}

describe.skipIf(!canMask())('a policy that was grounded on this machine', () => {
  it('is refused where a directory was replaced before the start', () => {
    const path = at('tree/denied');
    const text = `llp 1; policy "p" { default allow; dir "${path}" { deny write, create, unlink, rmdir, rename, renameto, link, linkto, append, setattr; } }`;
    const { artifact } = compile(text, { target: 'linux' });
    const grounded = groundOnHost(defined(artifact, 'the policy compiles'), { abi: 7, masks: true });
    if (grounded.kind === 'refused') throw new Error(grounded.problems.map((p) => p.message).join());
    const { plan } = grounded;
    const { birthtimeNs } = statSync(path, { bigint: true });
    expect(identityIn(plan, path).birth).toBe(birthtimeNs === 0n ? null : String(birthtimeNs));
    expect(launch(plan, ['/bin/true']).status).toBe(0);
    if (remade(path) === undefined) return;
    expect(launch(plan, ['/bin/true'])).toMatchObject({ status: 125, stderr: other(path) });
  });
});

function identityIn({ objects }: EnforcementPlan, path: string): PlanIdentity {
  return defined(
    objects.find((object) => object.path === path)?.identity ?? undefined,
    `the identity of ${path}`,
  );
}

function withIdentity(plan: EnforcementPlan, path: string, identity: PlanIdentity): EnforcementPlan {
  return { ...plan, objects: plan.objects.map((o) => (o.path === path ? { ...o, identity } : o)) };
}

/** The number with one bit changed. The bits above 31 of a device are not used by the kernel. */
function changed(text: string): fc.Arbitrary<string> {
  const bits = BigInt(text).toString(2).length;
  return fc.nat(bits - 1).map((bit) => String(BigInt(text) ^ (1n << BigInt(bit))));
}
