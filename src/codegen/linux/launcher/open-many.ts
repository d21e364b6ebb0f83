/**
 * Steps that open many objects quickly: with thousands of rules, the calls around `landlock_add_rule` take most of the time.
 *
 * Objects of one directory are opened through it, so that the kernel does not walk the directories above it for each of them.
 * Descriptors are closed many at a time. Descriptors are the lowest free numbers: rulesets and the directory are opened while
 * no object is open, so that all objects have higher numbers, and everything from the first object on can be closed at once.
 * An object that takes the number of a standard stream, which was closed, is closed alone.
 */
import { AT_FDCWD, O_CLOEXEC, O_PATH } from './kernel-values.js';
import { ABSENT, openSteps } from './open-steps.js';
import { call, column, flags, kept, number, when } from './step-values.js';
import type { PlanStep, StepRow } from './steps.js';

/** Rows of one directory from which on the directory is opened once for all of them. */
const SHARED_FROM = 4;
/** The descriptor at which objects are closed. It is far below the lowest limit of open files that is usual. */
const CLOSED_AT = 48;
const CWD = flags('AT_FDCWD', AT_FDCWD);
const NONE = number(0);

/** Steps for each row, with its object open as `object` and its status read. The rows may be carried out in another order. */
export function eachOpened(rows: readonly StepRow[], steps: readonly PlanStep[]): PlanStep[] {
  const own = column('parent');
  return [
    { kind: 'keep', name: 'directory', value: CWD },
    {
      kind: 'each',
      rows: groupedByParent(rows),
      steps: [
        when(own, 'ne', kept('parent'), [...leaveSteps(), when(own, 'ne', NONE, enterSteps())]),
        ...openSteps(kept('directory')),
        ...steps,
        ...closeLaterSteps(),
      ],
    },
    ...leaveSteps(),
  ];
}

/** Returns rows in an order in which those of one directory follow each other, with their `parent` where there are enough of them. */
export function groupedByParent(rows: readonly StepRow[]): readonly StepRow[] {
  const groups = new Map<string, StepRow[]>();
  for (const row of rows) {
    const parent = row.path === '/' ? '' : row.path.slice(0, Math.max(row.path.lastIndexOf('/'), 1));
    const group = groups.get(parent);
    if (group === undefined) groups.set(parent, [row]);
    else group.push(row);
  }
  return [...groups].flatMap(([parent, group]) =>
    group.length < SHARED_FROM ? group : group.map((row) => ({ ...row, parent })),
  );
}

/** Opens the directory of a row, kept as `directory`, and as `parent` its path. */
function enterSteps(): PlanStep[] {
  const open = flags('O_PATH|O_CLOEXEC', O_PATH | O_CLOEXEC);
  return [
    call('openat', [CWD, column('parent'), open, NONE], 'cannot open the directory of', {
      keep: 'directory',
      tolerated: ABSENT,
    }),
    { kind: 'keep', name: 'parent', value: column('parent') },
  ];
}

/** Closes the directory, and the objects before it. */
function leaveSteps(): PlanStep[] {
  return [
    ...closeSteps(),
    when(kept('parent'), 'ne', NONE, [
      call('close', [kept('directory')], 'cannot close the directory before'),
    ]),
    { kind: 'keep', name: 'parent', value: NONE },
    { kind: 'keep', name: 'directory', value: CWD },
  ];
}

/** Keeps the first object that is open as `first`, and closes all when there are many. */
function closeLaterSteps(): PlanStep[] {
  return [
    when(
      kept('object'),
      'below',
      number(3),
      [call('close', [kept('object')], 'cannot close')],
      [
        when(kept('first'), 'eq', NONE, [{ kind: 'keep', name: 'first', value: kept('object') }]),
        when(kept('object'), 'atLeast', number(CLOSED_AT), closeSteps()),
      ],
    ),
  ];
}

function closeSteps(): PlanStep[] {
  return [
    when(kept('first'), 'ne', NONE, [
      call(
        'close_range',
        [kept('first'), flags('~0', 0xffffffffn), NONE],
        'cannot close the objects of rules',
      ),
      { kind: 'keep', name: 'first', value: NONE },
    ]),
  ];
}
