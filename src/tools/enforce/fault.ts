/** Why a program cannot be started under a policy. */

import type { UnreadableError } from '../../runtime/kernel/vfs.js';

/** An error that the user can do something about: it is printed without a stack. The exit code is 125. */
export class EnforceFault extends Error {
  constructor(
    message: string,
    readonly help?: string,
  ) {
    super(message);
  }
}

/** Returns the fault of a part of the real tree that cannot be read. */
export function faultOf({ path, why }: UnreadableError): EnforceFault {
  return new EnforceFault(`cannot read \`${path}\`: ${why}`);
}

/** The exit code of a launcher and of `enforce` that could not set up the policy. */
export const NOT_ENFORCED = 125;
export const NOT_EXECUTED = 126;

/** `faults`: each folder with the code of its error. */
export function noFolder(faults: readonly string[]): EnforceFault {
  return new EnforceFault(
    `no folder can hold the launcher for a moment: ${faults.join(', ')}`,
    'name one with free space that programs may be started from: TMPDIR=DIR',
  );
}
