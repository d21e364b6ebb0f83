/**
 * The steps that give up capabilities.
 *
 * The program never has a capability: not those of the user namespace of the masks, and not those of a real root either. With
 * capabilities of the first user namespace, a program could go around Landlock (load a module, write to the memory of the
 * machine, make a device node, read the disk beneath the file system). So a plan without masks and a plan with masks leave
 * root with the same rights: those of the owner of root's files. Without capabilities, the calls of these steps change nothing.
 *
 * no_new_privs alone keeps an executed file from giving capabilities. The bounding set and the secure bits are a second bar
 * that does not depend on it. They need CAP_SETPCAP, so they are left out where the process does not have it.
 */
import { andOf, call, field, flags, kept, memory, number, when } from './step-values.js';
import type { PlanStep, StepMemory, StepValue } from './steps.js';

const PR_SET_SECUREBITS = 28;
const PR_CAPBSET_DROP = 24;
const PR_CAP_AMBIENT = 47;
const PR_CAP_AMBIENT_CLEAR_ALL = 4;
/** NOROOT, NO_SETUID_FIXUP and NO_CAP_AMBIENT_RAISE, and the locks of these three and of KEEP_CAPS. */
const SECURE_BITS = 0xef;
const CAP_SETPCAP = 1 << 8;
/** The number of capabilities that fit the sets of the kernel. `PR_CAPBSET_DROP` returns EINVAL above the last one. */
const CAPABILITIES = 64;
const LINUX_CAPABILITY_VERSION_3 = 0x20080522n;

/** The version, and 0 for the process itself. It is in writable memory, since the kernel may write a version to it. */
const HEADER: StepMemory = { name: 'header', size: 8 };
const NONE: StepValue = { kind: 'structure', shown: 'none', words: [0n, 0n, 0n] };
/** Two `struct __user_cap_data_struct`: effective, permitted, inheritable, each with its lower and its upper half. */
const HELD: StepMemory = { name: 'capabilities', size: 24 };

export function capabilitySteps(): PlanStep[] {
  const zero = number(0);
  const mayLock = andOf(field(HELD, 'effective', 0, 4), flags('CAP_SETPCAP', CAP_SETPCAP));
  const drop = [flags('PR_CAPBSET_DROP', PR_CAPBSET_DROP), kept('capability'), zero, zero, zero];
  const secure = [
    flags('PR_SET_SECUREBITS', PR_SET_SECUREBITS),
    flags('NOROOT|NO_SETUID_FIXUP|NO_CAP_AMBIENT_RAISE, locked', SECURE_BITS),
    zero,
    zero,
    zero,
  ];
  const ambient = [
    flags('PR_CAP_AMBIENT', PR_CAP_AMBIENT),
    flags('PR_CAP_AMBIENT_CLEAR_ALL', PR_CAP_AMBIENT_CLEAR_ALL),
    zero,
    zero,
    zero,
  ];
  return [
    { kind: 'set', memory: HEADER, offset: 0, value: flags('version 3', LINUX_CAPABILITY_VERSION_3) },
    call('capget', [memory(HEADER), memory(HELD)], 'cannot read the capabilities'),
    when(mayLock, 'ne', zero, [
      call('prctl', secure, 'cannot lock capabilities away'),
      {
        kind: 'count',
        name: 'capability',
        below: CAPABILITIES,
        steps: [
          call('prctl', drop, 'cannot take a capability out of the bounding set', {
            tolerated: { errors: ['EINVAL'], then: 'end' },
          }),
        ],
      },
    ]),
    call('prctl', ambient, 'cannot clear the ambient capabilities'),
    call('capset', [memory(HEADER), NONE], 'cannot give up the capabilities'),
  ];
}
