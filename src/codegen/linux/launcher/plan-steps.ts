/**
 * Makes the system-call plan of an enforcement plan.
 *
 * The order, and why:
 *  1. Ask for the version of Landlock: nothing is changed on a kernel that cannot hold the plan.
 *  2. Close descriptors above 2: the program could go around masks and rules with them.
 *  3. Fill the rulesets. Rules are kept by object, so that masks do not change them. Before the masks, every object can
 *     still be reached: also one beneath a hidden directory, and for root one beneath a directory of another user.
 *  4. Namespaces and masks, which need capabilities.
 *  5. Give up capabilities. No capability is needed after this.
 *  6. no_new_privs, which Landlock and seccomp want from a process without capabilities.
 *  7. Enforce the rulesets in the order of layers. Landlock refuses to mount, so this stands after the masks.
 *  8. The filter, last: it could deny a call of an earlier step.
 *  9. Execute.
 */
import { LANDLOCK_RIGHTS, landlockBits } from '../../../abi/landlock.js';
import type { EnforcementPlan, PlanObject, PlanRuleset } from '../../../artifact/enforcement-plan.js';
import { defined } from '../../../base/assert.js';
import { capabilitySteps } from './capability-steps.js';
import { filterSteps } from './filter-steps.js';
import { maskSteps } from './mask-steps.js';
import { eachOpened } from './open-many.js';
import type { RowOf } from './open-steps.js';
import { O_CLOEXEC, O_NOFOLLOW, O_PATH, S_IFDIR, S_IFMT, STATX, STX_MODE } from './kernel-values.js';
import { andOf, call, column, field, flags, kept, memory, NULL, number, when } from './step-values.js';
import type { Architecture } from './asm/forms.js';
import type { PlanStep, StepMemory, StepRow, StepValue } from './steps.js';

const CREATE_RULESET_VERSION = 1;
const RULE_PATH_BENEATH = 1;
const PR_SET_NO_NEW_PRIVS = 38;
/** `struct landlock_ruleset_attr` up to `handled_access_fs`, the only field that every version has. */
const RULESET: StepMemory = { name: 'ruleset', size: 8 };
/** `struct landlock_path_beneath_attr`: rights, then the descriptor; packed. */
const RULE: StepMemory = { name: 'rule', size: 16 };
/** The rights that a rule on a file may have. */
const FILE_RIGHTS = landlockBits(LANDLOCK_RIGHTS.filter((r) => r.on === 'any').map((r) => r.name));

/** Returns the steps of a plan. Flags of calls and the filter depend on the architecture. */
export function planSteps(plan: EnforcementPlan, architecture: Architecture): readonly PlanStep[] {
  const rulesets = plan.rulesets.filter((ruleset) => ruleset.handled.length > 0);
  const rowOf: RowOf = (object, value, shown) =>
    objectRow(defined(plan.objects[object], 'an object of the plan'), architecture, value, shown);
  return [
    ...(rulesets.length > 0 || plan.leastAbi > 0 ? abiSteps(plan.leastAbi) : []),
    call('close_range', [number(3), flags('~0', 0xffffffffn), number(0)], 'cannot close descriptors above 2'),
    ...rulesets.flatMap((ruleset, i) => fillSteps(ruleset, `ruleset${i}`, rowOf)),
    ...maskSteps(plan.masks, rowOf),
    ...capabilitySteps(),
    call(
      'prctl',
      [flags('PR_SET_NO_NEW_PRIVS', PR_SET_NO_NEW_PRIVS), number(1), number(0), number(0), number(0)],
      'cannot give up new privileges',
    ),
    ...rulesets.flatMap((ruleset, i) => restrictSteps(ruleset, `ruleset${i}`)),
    ...filterSteps(plan.filter, architecture),
    { kind: 'execute' },
  ];
}

/** Keeps the version as `abi`, and as `rights` the bits of the rights that it has. */
function abiSteps(leastAbi: number): PlanStep[] {
  const asked = call(
    'landlock_create_ruleset',
    [NULL, number(0), flags('LANDLOCK_CREATE_RULESET_VERSION', CREATE_RULESET_VERSION)],
    'cannot use Landlock, which enforces the policy',
    { keep: 'abi', ...(leastAbi === 0 ? { tolerated: { then: 'on' } as const } : {}) },
  );
  const tooOld = `this kernel has an older Landlock than ABI ${leastAbi}, and without it the policy has gaps that it does not accept`;
  const versions = [...new Set(LANDLOCK_RIGHTS.map((right) => right.since))];
  const bitsAt = (abi: number): number =>
    landlockBits(LANDLOCK_RIGHTS.filter((r) => r.since <= abi).map((r) => r.name));
  return [
    asked,
    when(kept('abi'), 'below', number(leastAbi), [{ kind: 'refuse', why: tooOld }]),
    ...versions.map((abi) =>
      when(kept('abi'), 'atLeast', number(abi), [
        { kind: 'keep', name: 'rights', value: flags(`rights of ABI ${abi}`, bitsAt(abi)) },
      ]),
    ),
  ];
}

/** Makes a ruleset and adds its rules. A ruleset is left out where the kernel has none of its rights. */
function fillSteps(ruleset: PlanRuleset, name: string, rowOf: RowOf): PlanStep[] {
  const rows = ruleset.rules.map(({ object, rights }) =>
    rowOf(object, landlockBits(rights), rights.join('|')),
  );
  return [
    when(handledHere(ruleset), 'ne', number(0), [
      { kind: 'set', memory: RULESET, offset: 0, value: handledHere(ruleset) },
      call(
        'landlock_create_ruleset',
        [memory(RULESET), number(8), number(0)],
        `cannot make the Landlock ruleset of the layer ${ruleset.layer}`,
        { keep: name },
      ),
      ...eachOpened(rows, ruleSteps(kept(name))),
    ]),
  ];
}

/** The rights that a ruleset handles and that this kernel has. */
function handledHere({ handled }: PlanRuleset): StepValue {
  return andOf(flags(handled.join('|'), landlockBits(handled)), kept('rights'));
}

function ruleSteps(ruleset: StepValue): PlanStep[] {
  const mode = andOf(field(STATX, ...STX_MODE), flags('S_IFMT', S_IFMT));
  const allowed = andOf(column('value'), field(RULESET, 'handled_access_fs', 0, 8));
  const set = (value: StepValue): PlanStep => ({ kind: 'set', memory: RULE, offset: 0, value });
  return [
    set(allowed),
    when(mode, 'ne', flags('S_IFDIR', S_IFDIR), [
      set(andOf(field(RULE, 'allowed_access', 0, 8), flags('rights of files', FILE_RIGHTS))),
    ]),
    { kind: 'set', memory: RULE, offset: 8, value: kept('object') },
    when(field(RULE, 'allowed_access', 0, 8), 'ne', number(0), [
      call(
        'landlock_add_rule',
        [ruleset, flags('LANDLOCK_RULE_PATH_BENEATH', RULE_PATH_BENEATH), memory(RULE), number(0)],
        'cannot add a Landlock rule for',
      ),
    ]),
  ];
}

function restrictSteps(ruleset: PlanRuleset, name: string): PlanStep[] {
  return [
    when(handledHere(ruleset), 'ne', number(0), [
      call(
        'landlock_restrict_self',
        [kept(name), number(0)],
        `cannot enforce the Landlock ruleset of the layer ${ruleset.layer}`,
      ),
      call('close', [kept(name)], 'cannot close a ruleset'),
    ]),
  ];
}

/** A path of a portable plan is resolved like any path; the path of a grounded object has no symbolic link in it. */
function objectRow(
  { path, identity, optional }: PlanObject,
  architecture: Architecture,
  value: number,
  shown: string,
): StepRow {
  return {
    path,
    parent: null,
    open: O_PATH | O_CLOEXEC | (identity === null ? 0 : O_NOFOLLOW[architecture]),
    value,
    device: BigInt(identity?.device ?? 0),
    inode: BigInt(identity?.inode ?? 0),
    birth: typeof identity?.birth === 'string' ? BigInt(identity.birth) : null,
    compared: identity !== null,
    optional: optional === true,
    hidden: false,
    shown,
  };
}
