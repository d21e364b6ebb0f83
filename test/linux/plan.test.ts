/** Plans: where the planner lays rules, masks and the filter. Each row is a policy on its own tree, and what is laid. */
import { readFileSync } from 'node:fs';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { describe, expect, it } from 'vitest';
import { ACTIONS } from '../../src/abi/actions.js';
import { LANDLOCK_RIGHTS, rightsOfAbi } from '../../src/abi/landlock.js';
import {
  MASK_KINDS,
  NEWEST_MACHINE,
  type EnforcementPlan,
  type Machine,
} from '../../src/artifact/enforcement-plan.js';
import { planText } from '../../src/artifact/text.js';
import { defined } from '../../src/base/assert.js';
import { planOnOwnTree, withLeastAbi } from '../../src/codegen/linux/gaps/gaps.js';
import { mapsArtifact } from '../../src/codegen/linux/maps-artifact.js';
import { ownTree } from '../../src/codegen/linux/own-tree.js';
import { groundForLinux } from '../../src/runtime/linux/load.js';
import { policyText } from '../support/arbitrary.js';
import { matchGolden } from '../support/golden.js';
import { checkedOf, meaningful } from '../support/policy.js';
import { fc } from '../support/random.js';

const NO_MASKS: Machine = { ...NEWEST_MACHINE, masks: false };

function planOfText(text: string, machine: Machine = NEWEST_MACHINE): EnforcementPlan {
  const { policy, hierarchies } = checkedOf(text);
  return defined(planOnOwnTree({ policy, hierarchies }, machine), 'the policy has a plan');
}

const ALL = rightsOfAbi(7).length;

/** Returns one line for each thing that is laid. A rule with all rights that are handled is `all`. */
function lines({ objects, masks, rulesets, filter }: EnforcementPlan): string[] {
  const path = (object: number): string => objects[object]?.path ?? '';
  return [
    ...masks.map(({ object, kinds }) => `${kinds.join('+')} ${path(object)}`),
    ...rulesets.flatMap(({ handled, rules }) => [
      ...(handled.length === ALL ? [] : [`handles ${handled.join(' ')}`]),
      ...rules.map(({ object, rights }) => {
        return `${path(object)}: ${rights.length === handled.length ? 'all' : rights.join(' ')}`;
      }),
    ]),
    ...(filter === undefined
      ? []
      : [`filter ${filter.actions.join(' ')}${filter.ioUring ? ' io_uring' : ''}`]),
  ];
}

const LOOK = 'open, read, readdir, getattr';
const EDIT = `${LOOK}, write, append, create, unlink, rmdir, rename, renameto, link, linkto, setattr, ioctl, execute`;
const CHANGES = 'write, append, create, unlink, rmdir, rename, renameto, link, linkto, setattr';
const CONFINED = 'filter chroot mounton';

const rows: readonly (readonly [name: string, body: string, laid: readonly string[]])[] = [
  [
    'a directory with rights and nothing denied in it is one rule',
    `default deny; dir "/a" { allow ${EDIT}; }`,
    ['/a: all', CONFINED],
  ],
  [
    'all denied inside is hidden',
    `default deny; dir "/a" { allow ${EDIT}; file "k" { deny all; } }`,
    ['hide /a/k', '/a: all', CONFINED],
  ],
  [
    'changes denied inside are made read-only',
    `default deny; dir "/a" { allow ${EDIT}; dir "h" { deny ${CHANGES}; } }`,
    ['ro /a/h', '/a: all', CONFINED],
  ],
  [
    'removal denied inside is pinned',
    `default deny; dir "/a" { allow ${EDIT}; dir "h" { deny link, linkto, renameto; here { deny rename, rmdir; } deny rename; } }`,
    ['ro /a/h', '/a: all', CONFINED],
  ],
  [
    'execution denied inside lies under noexec',
    `default deny; dir "/a" { allow ${EDIT}; dir "b" { forbid execute; } }`,
    ['noexec /a/b', '/a: all', CONFINED],
  ],
  [
    'what may be read and not executed lies under noexec',
    `default deny; dir "/a" { allow ${LOOK}; }`,
    [
      'noexec /a',
      '/a: read_file read_dir',
      'filter chroot link mounton rename rmdir setattr unlink io_uring',
    ],
  ],
  [
    'a mask stands on the highest object that may have it',
    `default deny; dir "/a" { allow ${EDIT}; dir "s" { deny all; dir "x" { deny all; } file "y" { deny all; } } }`,
    ['hide /a/s', '/a: all', CONFINED],
  ],
  [
    'what is allowed inside what is denied is lost, not the right above both',
    `default deny; dir "/a" { allow ${EDIT}; dir "h" { deny ${CHANGES}; file "n" { allow write; } } }`,
    ['ro /a/h', '/a: all', CONFINED],
  ],
  ['an action that nothing allows is filtered', `default allow; deny rename;`, ['filter rename io_uring']],
  [
    'a hidden object has no rule',
    `default deny; dir "/a" { allow open, read; file "k" { allow write; deny read; } }`,
    [
      'noexec /a',
      'hide /a/k',
      '/a: read_file',
      'filter chroot link mounton rename rmdir setattr unlink io_uring',
    ],
  ],
  [
    'a mask above an object stops nothing that is allowed there',
    `default deny; dir "/a" { allow ${EDIT}; dir "s" { here { deny execute, unlink, rmdir, rename, link; } file "x" { deny execute; } } }`,
    ['pin /a/s', 'noexec /a/s/x', '/a: all', CONFINED],
  ],
  [
    'no move to another directory is granted where nothing may arrive',
    `default deny; dir "/a" { allow ${LOOK}, unlink, rename, link, execute; }`,
    ['/a: execute read_file read_dir remove_file', 'filter chroot mounton rmdir setattr io_uring'],
  ],
  ['a policy that allows everything lays nothing', 'default allow;', []],
];

describe('plans', () => {
  it.each(rows)('%s', (_, body, laid) => {
    expect(lines(planOfText(`llp 1; policy "p" { ${body} }`))).toEqual(laid);
  });

  it('without masks, existing entries are granted one by one where nothing may appear', () => {
    const text = `llp 1; policy "p" { default deny; dir "/a" { allow open, read, execute; file "k" { deny read; } } }`;
    const plan = planOfText(text, NO_MASKS);
    const read = plan.rulesets[0]?.rules.filter((r) => r.rights.includes('read_file')) ?? [];
    const paths = read.map((r) => plan.objects[r.object]?.path);
    expect(paths).toEqual(['/a/a', '/a/b']);
    expect(plan.masks).toEqual([]);
  });

  it('without masks, entries are not granted one by one where others may appear', () => {
    const text = `llp 1; policy "p" { default deny; dir "/a" { allow open, read, create; file "k" { deny read; } } }`;
    const { rulesets } = planOfText(text, NO_MASKS);
    expect(rulesets[0]?.rules.filter((r) => r.rights.includes('read_file'))).toEqual([]);
  });

  it('each layer has its ruleset', () => {
    const text =
      'llp 1; policy "a" { default deny; dir "/x" { allow open, read; } } policy "b" { default deny; dir "/x/y" { allow open, read; } }';
    expect(planOfText(text).rulesets.map(({ layer, rules }) => [layer, rules.length])).toEqual([
      ['a', 1],
      ['b', 1],
    ]);
  });

  it('an older ABI handles its own rights only', () => {
    const { rulesets } = planOfText('llp 1; policy "p" { default deny; }', { abi: 1, masks: true });
    expect(rulesets[0]?.handled).toEqual(rightsOfAbi(1));
  });

  it('have the text of plan.json', () => {
    const text = readFileSync(new URL('../../examples/landlock-sample/policy.llp', import.meta.url), 'utf8');
    matchGolden('linux/landlock-sample/plan.json', planText(planOfText(text)));
  });
});

const schema = JSON.parse(readFileSync(new URL('../../schema/plan-1.json', import.meta.url), 'utf8')) as {
  $defs: {
    rights: { items: { enum: unknown } };
    mask: { properties: { kinds: { items: { enum: unknown } } } };
    filter: { properties: { actions: { items: { enum: unknown } } } };
  };
};

describe('the schema of plans', () => {
  it('names the rights, masks and actions of the tables', () => {
    expect(schema.$defs.rights.items.enum).toEqual(LANDLOCK_RIGHTS.map((r) => r.name));
    expect(schema.$defs.mask.properties.kinds.items.enum).toEqual(MASK_KINDS);
    expect(schema.$defs.filter.properties.actions.items.enum).toEqual(ACTIONS);
  });

  it('takes every plan', () => {
    const validate = new Ajv2020({ strict: true, allowUnionTypes: true }).compile(schema);
    let plans = 0;
    fc.assert(
      fc.property(policyText, fc.boolean(), (text, masks) => {
        const checked = meaningful(text);
        const plan = checked && planOnOwnTree(checked, { abi: 7, masks });
        if (plan === undefined) return;
        plans++;
        expect(validate(JSON.parse(planText(plan))), JSON.stringify(validate.errors)).toBe(true);
      }),
      { numRuns: 40 },
    );
    expect(plans).toBeGreaterThan(5);
  });
});

describe('the oldest ABI of a plan', () => {
  const oldest = (accepted: string, body: string): number => {
    const { policy, hierarchies } = checkedOf(
      `llp 1; accept unenforced open, getattr, chdir, fcntl, lock, map, setattr${accepted} on linux; policy "p" { default deny; ${body} }`,
    );
    const tree = defined(ownTree({ policy, hierarchies }), 'the policy has an own tree');
    const loaded = groundForLinux(mapsArtifact(policy), tree);
    if (loaded.kind === 'refused') throw new Error('the policy loads on its own tree');
    return withLeastAbi(policy, loaded.value, tree).leastAbi;
  };

  it.each([
    [
      'a file may be changed in its attributes and not written',
      ', ioctl',
      'dir "/a" { allow open, read, setattr; }',
      3,
    ],
    ['truncation is denied by the filter', ', ioctl', 'dir "/a" { allow open, read; }', 1],
    ['devices are denied ioctl, and that is not accepted', '', 'dir "/a" { allow open, read; }', 5],
    ['writing is accepted too', ', ioctl, write', 'dir "/a" { allow open, read; }', 1],
  ])('%s', (_, accepted, body, abi) => {
    expect(oldest(accepted, body)).toBe(abi);
  });
});
