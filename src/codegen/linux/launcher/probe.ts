/**
 * A program that finds out what this machine can hold. Its exit code is the Landlock ABI version, 0 without Landlock, plus 128 if
 * masks can be laid: a user namespace can be made, and in it the mounts can be changed. It changes nothing outside of itself.
 */
import * as asm from './asm/forms.js';
import type { Architecture } from './asm/forms.js';
import { executableOf, makeGenerator, numberOf } from './generator.js';
import type { SyscallName } from '../../../abi/syscall-numbers.js';

const VERSION = 1;
const CLONE_NEWUSER_NEWNS = 0x10020000;
const MS_REC_PRIVATE = 0x44000;
const FIRST_ERROR = -4095;
/** What the exit code has above the version. */
export const PROBE_MASKS = 128;

/** Returns the bytes of the probe. */
export function probeOf(architecture: Architecture): Uint8Array {
  const to = makeGenerator(architecture);
  const syscall = (name: SyscallName): asm.CpuForm => asm.syscall(numberOf(name, architecture));
  const root = to.constants.text('/');
  return executableOf(
    [
      asm.constant('s0', 0),
      asm.constant('a0', 0),
      asm.constant('a1', 0),
      asm.constant('a2', VERSION),
      syscall('landlock_create_ruleset'),
      asm.branch('atLeast', 'ret', FIRST_ERROR, 'asked'),
      asm.move('s0', 'ret'),
      asm.label('asked'),
      asm.constant('a0', CLONE_NEWUSER_NEWNS),
      syscall('unshare'),
      asm.branch('ne', 'ret', 0, 'end'),
      asm.constant('a0', 0),
      asm.constant('a1', root),
      asm.constant('a2', 0),
      asm.constant('a3', MS_REC_PRIVATE),
      asm.constant('a4', 0),
      syscall('mount'),
      asm.branch('ne', 'ret', 0, 'end'),
      asm.add('s0', PROBE_MASKS),
      asm.label('end'),
      asm.move('a0', 's0'),
      syscall('exit_group'),
    ],
    to,
  );
}
