/**
 * A plan as a fragment of the configuration of an OCI runtime.
 *
 * Input: a plan. Output: JSON with the keys that a `config.json` takes over. The paths are those in the container. What no rule
 * grants stays as the image has it: only objects of the plan can be masked.
 */
import { deniedCalls, type DeniedCall } from './filter-calls.js';
import {
  ALL_ACCESS,
  CHANGES,
  NO_ACCESS,
  accessOf,
  accessUnder,
  either,
  isUnicode,
  without,
} from './access.js';
import { layOut, type AccessClass } from './layout.js';
import { accessLosses, mountLosses, wholeLosses } from './losses.js';
import type { ExportRequest, Exported } from './request.js';

type ContainerName = 'masked' | 'readonly' | 'open';

/** Which devices can be opened is said elsewhere in the configuration. */
const DEVICES = accessOf('ioctl_dev');
const CLASSES: readonly AccessClass<ContainerName>[] = [
  { name: 'masked', allows: NO_ACCESS },
  { name: 'readonly', allows: without(ALL_ACCESS, either(CHANGES, DEVICES)) },
  { name: 'open', allows: without(ALL_ACCESS, DEVICES) },
];

export function toOci({ plan, strict }: ExportRequest): Exported {
  const access = accessUnder(plan);
  const canName = (path: string): boolean => path !== '/' && isUnicode(path);
  const placed = layOut(access, {
    classes: CLASSES,
    nests: false,
    mounts: true,
    pins: false,
    canName,
    strict,
  });
  const given = new Map(placed.map((p) => [p.node.path, p.exported]));
  const exported = ({ path }: { readonly path: string }) => given.get(path) ?? NO_ACCESS;
  const named = (name: ContainerName): string[] =>
    placed.filter((p) => p.named && p.class === name).map((p) => p.node.path);
  const calls = deniedCalls(plan.filter);
  const config = {
    process: { noNewPrivileges: true },
    linux: {
      maskedPaths: named('masked'),
      readonlyPaths: named('readonly'),
      ...(calls.length > 0 && { seccomp: seccompFor(calls) }),
    },
  };
  return {
    text: JSON.stringify(config, null, 2) + '\n',
    losses: [
      ...accessLosses('oci', access, exported, canName),
      ...mountLosses('oci', access, exported),
      ...wholeLosses('oci', plan),
    ],
  };
}

const AT_REMOVEDIR = 0x200;
/** The argument of `unlinkat` that holds its flags. */
const FLAGS_ARGUMENT = 2;
const EACCES = 13;

function seccompFor(calls: readonly DeniedCall[]): object {
  const deny = { action: 'SCMP_ACT_ERRNO', errnoRet: EACCES };
  const always = calls.filter((call) => call.removeDir === 'any').map((call) => call.name);
  const flagged = calls.filter((call) => call.removeDir !== 'any');
  return {
    defaultAction: 'SCMP_ACT_ALLOW',
    architectures: ['SCMP_ARCH_X86_64', 'SCMP_ARCH_AARCH64'],
    syscalls: [
      ...(always.length > 0 ? [{ names: always, ...deny }] : []),
      ...flagged.map(({ name, removeDir }) => ({ names: [name], ...deny, args: [argumentFor(removeDir)] })),
    ],
  };
}

/** `value` is the mask, `valueTwo` what the masked argument is compared with. */
function argumentFor(removeDir: DeniedCall['removeDir']): object {
  const valueTwo = removeDir === 'only' ? AT_REMOVEDIR : 0;
  return { index: FLAGS_ARGUMENT, value: AT_REMOVEDIR, valueTwo, op: 'SCMP_CMP_MASKED_EQ' };
}
