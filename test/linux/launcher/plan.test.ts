/** The system-call plan of a plan with everything in it, and the form of the file that is made from it. */
import { describe, expect, it } from 'vitest';
import {
  PLAN_FORMAT,
  PLAN_VERSION,
  type EnforcementPlan,
  type PlanIdentity,
} from '../../../src/artifact/enforcement-plan.js';
import {
  ARCHITECTURES,
  launcherOf,
  planSteps,
  printSteps,
} from '../../../src/codegen/linux/launcher/index.js';
import { groupedByParent } from '../../../src/codegen/linux/launcher/open-many.js';
import type { PlanStep, StepRow } from '../../../src/codegen/linux/launcher/steps.js';
import { matchGolden } from '../../support/golden.js';

const identity = (inode: number): PlanIdentity => ({
  device: '2049',
  inode: String(inode),
  birth: inode === 4 ? null : `${1_700_000_000 + inode}000000007`,
});

const PLAN: EnforcementPlan = {
  format: PLAN_FORMAT,
  version: PLAN_VERSION,
  policy: 'agent',
  machine: { abi: 7, masks: true },
  leastAbi: 3,
  objects: [
    { path: '/', kind: 'dir', identity: identity(2) },
    { path: '/repo', kind: 'dir', identity: identity(3) },
    { path: '/repo/.env', kind: 'file', identity: identity(4) },
    { path: '/repo/.git/hooks', kind: 'dir', identity: identity(5) },
    { path: '/repo/a\nb', kind: 'file', identity: null, optional: true },
  ],
  masks: [
    { object: 1, kinds: ['pin'] },
    { object: 2, kinds: ['hide'] },
    { object: 3, kinds: ['ro', 'noexec'] },
  ],
  rulesets: [
    {
      layer: 'repository',
      handled: ['read_file', 'write_file', 'truncate'],
      rules: [
        { object: 0, rights: ['read_file'] },
        { object: 1, rights: ['read_file', 'write_file', 'truncate'] },
        { object: 4, rights: ['write_file'] },
      ],
    },
    { layer: 'nothing', handled: [], rules: [] },
  ],
  filter: { actions: ['chroot', 'rmdir'], ioUring: true },
};

describe('system-call plan', () => {
  it('is printed call by call, with what is said when a call fails', () => {
    matchGolden('linux/launcher/steps.txt', printSteps(planSteps(PLAN, 'x86-64')));
  });

  it('of a plan without masks, rules and filter only gives up what the program must not have', () => {
    const { filter: _, ...plan } = { ...PLAN, masks: [], rulesets: [], leastAbi: 0 };
    const calls = callsOf(planSteps(plan, 'aarch64'));
    expect(calls).toEqual(['close_range', 'capget', 'prctl', 'prctl', 'prctl', 'capset', 'prctl']);
  });

  it('asks for Landlock where the policy needs it, also without a ruleset', () => {
    expect(callsOf(planSteps({ ...PLAN, rulesets: [], masks: [] }, 'x86-64'))[0]).toBe(
      'landlock_create_ruleset',
    );
  });

  it('opens rows of one directory through it, where there are enough of them', () => {
    const row = (path: string): StepRow => ({
      path,
      parent: null,
      open: 0,
      value: 0,
      device: 0n,
      inode: 0n,
      birth: null,
      compared: false,
      optional: false,
      hidden: false,
      shown: '',
    });
    const paths = ['/', '/a', '/a/1', '/a/2', '/b', '/b/1', '/a/3', '/c', '/a/4', '/d'];
    expect(groupedByParent(paths.map(row)).map(({ path, parent }) => [path, parent])).toEqual([
      ['/', null],
      ['/a', '/'],
      ['/b', '/'],
      ['/c', '/'],
      ['/d', '/'],
      ['/a/1', '/a'],
      ['/a/2', '/a'],
      ['/a/3', '/a'],
      ['/a/4', '/a'],
      ['/b/1', null],
    ]);
  });
});

function callsOf(steps: readonly PlanStep[]): string[] {
  return steps.flatMap((step) => {
    if (step.kind === 'call') return [step.call];
    if (step.kind === 'if') return callsOf([...step.then, ...step.otherwise]);
    return step.kind === 'each' || step.kind === 'count' ? callsOf(step.steps) : [];
  });
}

describe.each(ARCHITECTURES)('executable for %s', (architecture) => {
  const file = Buffer.from(launcherOf(PLAN, architecture));
  const segments = Array.from({ length: file.readUInt16LE(56) }, (_, i) => {
    const at = 64 + 56 * i;
    const field = (index: number): number => Number(file.readBigUInt64LE(at + 8 + 8 * index));
    return {
      type: file.readUInt32LE(at),
      flags: file.readUInt32LE(at + 4),
      offset: field(0),
      address: field(1),
      inFile: field(3),
      inMemory: field(4),
      alignment: field(5),
    };
  });
  const loaded = segments.filter(({ type }) => type === 1);

  it('has no memory that is both writable and executable, and a stack that is not executable', () => {
    expect(loaded.map(({ flags }) => flags)).toEqual([4, 5, 6]);
    expect(segments.filter(({ type }) => type === 0x6474e551).map(({ flags }) => flags)).toEqual([6]);
  });

  it('has segments that the kernel can map, one behind the other, without an interpreter', () => {
    expect(segments.some(({ type }) => type === 3)).toBe(false);
    for (const { offset, address, alignment, inFile } of loaded) {
      expect(alignment).toBe(0x10000);
      expect((address - offset) % alignment).toBe(0);
      expect(offset + inFile).toBeLessThanOrEqual(file.length);
    }
    const pages = loaded.map(({ address, inMemory }) => [address >> 16, (address + inMemory - 1) >> 16]);
    pages.slice(1).forEach(([first = 0], i) => {
      expect(first).toBeGreaterThan(pages[i]?.[1] ?? 0);
    });
    expect(file.readUInt32LE(24)).toBe(loaded[1]?.address);
  });

  it('has the same bytes for the same plan', () => {
    expect(Buffer.from(launcherOf(structuredClone(PLAN), architecture)).equals(file)).toBe(true);
  });
});
