/** The steps that open the object of a row and make sure that it is the object that was grounded. */
import {
  AT_EMPTY_PATH,
  AT_FDCWD,
  STATX,
  STATX_BASIC_STATS,
  STATX_BTIME,
  STX_BTIME_NSEC,
  STX_BTIME_SEC,
  STX_DEV,
  STX_INO,
  STX_MASK,
} from './kernel-values.js';
import { andOf, call, column, field, flags, kept, memory, number, text, when } from './step-values.js';
import type { CallStep, PlanStep, StepColumn, StepRow, StepValue } from './steps.js';

/** Makes the row of an object by its index in the plan, with a value and how the printer shows it. */
export type RowOf = (object: number, value: number, shown: string) => StepRow;

/** A row whose object may be absent is left out. */
export const ABSENT: NonNullable<CallStep['tolerated']> = {
  errors: ['ENOENT', 'ENOTDIR'],
  where: column('optional'),
  then: 'next',
};

/** Reads the status of what is open at a descriptor, with the time of birth where the file system has one. */
export function statusOf(
  descriptor: StepValue,
  fails: string,
  more: Pick<CallStep, 'tolerated'> = {},
): CallStep {
  return call('statx', [descriptor, text(''), BY_DESCRIPTOR, ASKED, memory(STATX)], fails, more);
}
const BY_DESCRIPTOR = flags('AT_EMPTY_PATH', AT_EMPTY_PATH);
const ASKED = flags('STATX_BASIC_STATS|STATX_BTIME', STATX_BASIC_STATS | STATX_BTIME);

/** Opens the object of a row as `object`, reads its status, and refuses another object than the one that was grounded. */
export function openSteps(directory: StepValue = flags('AT_FDCWD', AT_FDCWD)): PlanStep[] {
  return [
    call('openat', [directory, column('path'), column('open'), number(0)], 'cannot open', {
      keep: 'object',
      tolerated: ABSENT,
    }),
    statusOf(kept('object'), 'cannot read the status of'),
    when(column('compared'), 'ne', number(0), [
      otherwiseRefused(STX_DEV, 'device'),
      otherwiseRefused(STX_INO, 'inode'),
      when(column('born'), 'ne', number(0), birthSteps()),
    ]),
  ];
}

/** Numbers of inodes are used again, so the time of birth is compared too. */
function birthSteps(): PlanStep[] {
  const told = andOf(field(STATX, ...STX_MASK), flags('STATX_BTIME', STATX_BTIME));
  const why =
    'this kernel does not tell when an object was made, which it did when the policy was loaded; load the policy again for';
  return [
    when(told, 'eq', number(0), [{ kind: 'refuse', why }]),
    otherwiseRefused(STX_BTIME_SEC, 'birth seconds'),
    otherwiseRefused(STX_BTIME_NSEC, 'birth nanoseconds'),
  ];
}

function otherwiseRefused(of: typeof STX_INO, name: StepColumn): PlanStep {
  return when(field(STATX, ...of), 'ne', column(name), [
    { kind: 'refuse', why: 'the policy was loaded for another object than the one that is now at' },
  ]);
}
