/** The steps that open the object of a row and make sure that it is the object that was grounded. */
import { AT_FDCWD, STAT, ST_DEV, ST_INO } from './kernel-values.js';
import { call, column, field, flags, kept, memory, number, when } from './step-values.js';
import type { CallStep, PlanStep, StepRow, StepValue } from './steps.js';

/** Makes the row of an object by its index in the plan, with a value and how the printer shows it. */
export type RowOf = (object: number, value: number, shown: string) => StepRow;

/** A row whose object may be absent is left out. */
export const ABSENT: NonNullable<CallStep['tolerated']> = {
  errors: ['ENOENT', 'ENOTDIR'],
  where: column('optional'),
  then: 'next',
};

/** Opens the object of a row as `object`, reads its status, and refuses another object than the one that was grounded. */
export function openSteps(directory: StepValue = flags('AT_FDCWD', AT_FDCWD)): PlanStep[] {
  const other = (name: 'device' | 'inode'): PlanStep =>
    when(field(STAT, ...(name === 'device' ? ST_DEV : ST_INO)), 'ne', column(name), [
      { kind: 'refuse', why: 'the policy was loaded for another object than the one that is now at' },
    ]);
  return [
    call('openat', [directory, column('path'), column('open'), number(0)], 'cannot open', {
      keep: 'object',
      tolerated: ABSENT,
    }),
    call('fstat', [kept('object'), memory(STAT)], 'cannot read the status of'),
    when(column('compared'), 'ne', number(0), [other('device'), other('inode')]),
  ];
}
