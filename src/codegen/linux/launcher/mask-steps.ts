/**
 * The steps that lay masks: in a user namespace and a mount namespace of their own, by descriptor.
 *
 * What is opened before a mask is laid stays beneath it. So the current directory is entered again by its path, and some
 * standard streams are refused: see `stream-steps.ts`. A mask on the root directory becomes the root directory of the launcher.
 *
 * Hidden objects share one tmpfs with an empty file and an empty directory of mode 000. Not every kernel clones a mount that is
 * not attached. The tmpfs is therefore attached to /proc for a moment: /proc is known to be there, since the id maps were
 * written through it. The first hidden object takes the clone, and the others take clones of that.
 */
import type { MaskKind, PlanMask } from '../../../artifact/enforcement-plan.js';
import { AT_EMPTY_PATH, AT_FDCWD, O_CLOEXEC, O_CREAT, O_WRONLY, S_IFDIR, S_IFMT } from './kernel-values.js';
import { STATX, STX_DEV, STX_INO, STX_MODE } from './kernel-values.js';
import { openSteps, statusOf, type RowOf } from './open-steps.js';
import { streamCheckSteps, streamSteps } from './stream-steps.js';
import { andOf, call, column, field, flags, kept, memory, NULL, number, text, when } from './step-values.js';
import type { PlanStep, StepMemory, StepRow, StepValue } from './steps.js';

const CLONE_NEWUSER = 0x10000000;
const CLONE_NEWNS = 0x00020000;
const MS_REC_PRIVATE = 0x4000 | 0x40000;
const MNT_DETACH = 2;
const OPEN_TREE_CLONE = 1;
const AT_RECURSIVE = 0x8000;
const F_EMPTY_PATH = 0x04;
const T_EMPTY_PATH = 0x40;
const FSCONFIG_CMD_CREATE = 6;
const O_EXCL = 0o200;
const RDONLY = 1;
const NOSUID = 2;
const NODEV = 4;
const NOEXEC = 8;

const PATH_MAX = 4096;
const CURRENT: StepMemory = { name: 'current directory', size: PATH_MAX };
const ID_MAP: StepMemory = { name: 'id map', size: 64 };
/** `struct mount_attr`, of which only `attr_set` is not zero. */
const ATTRIBUTES: StepMemory = { name: 'attributes', size: 32 };

const CWD = flags('AT_FDCWD', AT_FDCWD);
const CLONED = flags('OPEN_TREE_CLONE|OPEN_TREE_CLOEXEC', OPEN_TREE_CLONE | O_CLOEXEC);
const CLONED_EMPTY = flags(
  'OPEN_TREE_CLONE|OPEN_TREE_CLOEXEC|AT_EMPTY_PATH',
  OPEN_TREE_CLONE | O_CLOEXEC | AT_EMPTY_PATH,
);
const CLONED_WHOLE = flags(
  'OPEN_TREE_CLONE|OPEN_TREE_CLOEXEC|AT_EMPTY_PATH|AT_RECURSIVE',
  OPEN_TREE_CLONE | O_CLOEXEC | AT_EMPTY_PATH | AT_RECURSIVE,
);
const SETTING = flags('AT_EMPTY_PATH|AT_RECURSIVE', AT_EMPTY_PATH | AT_RECURSIVE);
const ATTRIBUTE_BITS: Readonly<Record<MaskKind, number>> = { ro: RDONLY, noexec: NOEXEC, hide: 0, pin: 0 };

/** Returns the steps of the masks, none if there are none. An object above another comes first. */
export function maskSteps(masks: readonly PlanMask[], rowOf: RowOf): PlanStep[] {
  if (masks.length === 0) return [];
  const rows = masks.map(({ object, kinds }): StepRow => {
    const bits = kinds.reduce((all, kind) => all | ATTRIBUTE_BITS[kind], 0);
    return { ...rowOf(object, bits, kinds.join('|')), hidden: kinds.includes('hide') };
  });
  const below = rows.filter((row) => row.path !== '/');
  const root = rows.filter((row) => row.path === '/');
  return [
    ...streamSteps(),
    ...rememberSteps(),
    ...namespaceSteps(),
    ...(rows.some((row) => row.hidden) ? hidingSteps() : []),
    ...(root.length > 0 ? [{ kind: 'each', rows: root, steps: laySteps(rootSteps()) } as const] : []),
    ...(below.length > 0 ? [{ kind: 'each', rows: below, steps: laySteps([]) } as const] : []),
    ...streamCheckSteps(),
    ...returnSteps(),
  ];
}

/** Keeps the path and the identity of the current directory, and the ids. */
function rememberSteps(): PlanStep[] {
  return [
    call('getcwd', [memory(CURRENT), number(PATH_MAX)], 'cannot find the path of the current directory'),
    statusOfCurrent(),
    { kind: 'keep', name: 'device', value: field(STATX, ...STX_DEV) },
    { kind: 'keep', name: 'inode', value: field(STATX, ...STX_INO) },
    call('geteuid', [], 'cannot read the user id', { keep: 'uid' }),
    call('getegid', [], 'cannot read the group id', { keep: 'gid' }),
  ];
}

function namespaceSteps(): PlanStep[] {
  return [
    call(
      'unshare',
      [flags('CLONE_NEWUSER|CLONE_NEWNS', CLONE_NEWUSER | CLONE_NEWNS)],
      'cannot make the user namespace that the masks of the policy need; this system may not allow it',
    ),
    ...writeSteps('setgroups', text('deny'), number(4)),
    { kind: 'id-map', id: 'uid', memory: ID_MAP, length: 'length' },
    ...writeSteps('uid_map', memory(ID_MAP), kept('length')),
    { kind: 'id-map', id: 'gid', memory: ID_MAP, length: 'length' },
    ...writeSteps('gid_map', memory(ID_MAP), kept('length')),
    call(
      'mount',
      [NULL, text('/'), NULL, flags('MS_REC|MS_PRIVATE', MS_REC_PRIVATE), NULL],
      'cannot make the mounts private; this system may not allow masks, or the root directory is not a mount',
    ),
  ];
}

function writeSteps(name: string, value: StepValue, length: StepValue): PlanStep[] {
  const path = `/proc/self/${name}`;
  return [
    call(
      'openat',
      [CWD, text(path), flags('O_WRONLY|O_CLOEXEC', O_WRONLY | O_CLOEXEC), number(0)],
      `cannot open ${path}, through which the ids of the user namespace are mapped`,
      { keep: 'map' },
    ),
    call('write', [kept('map'), value, length], `cannot write ${path}`),
    call('close', [kept('map')], `cannot close ${path}`),
  ];
}

/** Makes a read-only mount of an empty file and one of an empty directory, both of mode 000, kept as `hiding file` and `hiding dir`. */
function hidingSteps(): PlanStep[] {
  const why = 'cannot make the mount that hides objects';
  const none = text('');
  const clone = (name: 'file' | 'dir'): PlanStep =>
    call('open_tree', [kept('tmpfs'), text(name), CLONED], why, { keep: `hiding ${name}` });
  const create = flags('O_WRONLY|O_CREAT|O_EXCL|O_CLOEXEC', O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC);
  return [
    call('fsopen', [text('tmpfs'), flags('FSOPEN_CLOEXEC', 1)], why, { keep: 'context' }),
    call(
      'fsconfig',
      [kept('context'), flags('FSCONFIG_CMD_CREATE', FSCONFIG_CMD_CREATE), NULL, NULL, number(0)],
      why,
    ),
    call('fsmount', [kept('context'), flags('FSMOUNT_CLOEXEC', 1), number(0)], why, { keep: 'tmpfs' }),
    call('close', [kept('context')], why),
    call('openat', [kept('tmpfs'), text('file'), create, number(0)], why, { keep: 'empty' }),
    call('close', [kept('empty')], why),
    call('mkdirat', [kept('tmpfs'), text('dir'), number(0)], why),
    call(
      'move_mount',
      [kept('tmpfs'), none, CWD, text('/proc'), flags('MOVE_MOUNT_F_EMPTY_PATH', F_EMPTY_PATH)],
      why,
    ),
    clone('file'),
    clone('dir'),
    call('umount2', [text('/proc'), flags('MNT_DETACH', MNT_DETACH)], why),
    call('close', [kept('tmpfs')], why),
    {
      kind: 'set',
      memory: ATTRIBUTES,
      offset: 0,
      value: flags('RDONLY|NOSUID|NODEV|NOEXEC', RDONLY | NOSUID | NODEV | NOEXEC),
    },
    setAttributes(kept('hiding file'), why),
    setAttributes(kept('hiding dir'), why),
  ];
}

/** Lays the mask of a row over its object. */
function laySteps(afterwards: readonly PlanStep[]): PlanStep[] {
  const dir = flags('S_IFDIR', S_IFDIR);
  return [
    ...openSteps(),
    when(
      column('hidden'),
      'ne',
      number(0),
      [when(fileType(), 'eq', dir, coverSteps('dir'), coverSteps('file'))],
      boundSteps(),
    ),
    call(
      'move_mount',
      [
        kept('layer'),
        text(''),
        kept('object'),
        text(''),
        flags('F_EMPTY_PATH|T_EMPTY_PATH', F_EMPTY_PATH | T_EMPTY_PATH),
      ],
      'cannot lay a mask on',
    ),
    ...afterwards,
    call('close', [kept('object')], 'cannot close'),
    when(kept('shared'), 'eq', number(0), [call('close', [kept('layer')], 'cannot close the mask of')]),
  ];
}

/** The object itself with all that is mounted beneath it, with the attributes of the row. */
function boundSteps(): PlanStep[] {
  return [
    call('open_tree', [kept('object'), text(''), CLONED_WHOLE], 'cannot clone the mount of', {
      keep: 'layer',
    }),
    { kind: 'set', memory: ATTRIBUTES, offset: 0, value: column('value') },
    setAttributes(kept('layer'), 'cannot set the attributes of the mask on'),
    { kind: 'keep', name: 'shared', value: number(0) },
  ];
}

/** The empty file or directory. It must stay open when it is used for the first time, because it is cloned later. */
function coverSteps(name: 'file' | 'dir'): PlanStep[] {
  const source = kept(`hiding ${name}`);
  return [
    when(
      kept(`${name} used`),
      'eq',
      number(0),
      [
        { kind: 'keep', name: 'layer', value: source },
        { kind: 'keep', name: 'shared', value: number(1) },
        { kind: 'keep', name: `${name} used`, value: number(1) },
      ],
      [
        call('open_tree', [source, text(''), CLONED_EMPTY], 'cannot clone the mount that hides', {
          keep: 'layer',
        }),
        { kind: 'keep', name: 'shared', value: number(0) },
      ],
    ),
  ];
}

function rootSteps(): PlanStep[] {
  const why = 'cannot make the mask the root directory, for';
  return [call('fchdir', [kept('layer')], why), call('chroot', [text('.')], why)];
}

/** Enters the current directory again, now through the masks. */
function returnSteps(): PlanStep[] {
  const gone: PlanStep = {
    kind: 'refuse',
    why: 'the current directory is hidden by the policy, or is not at its path any more; start from another directory',
  };
  return [
    call(
      'chdir',
      [memory(CURRENT)],
      'cannot enter the current directory again through the masks; start from another directory',
    ),
    statusOfCurrent(),
    when(field(STATX, ...STX_DEV), 'ne', kept('device'), [gone]),
    when(field(STATX, ...STX_INO), 'ne', kept('inode'), [gone]),
  ];
}

function statusOfCurrent(): PlanStep {
  return statusOf(CWD, 'cannot read the status of the current directory');
}

function setAttributes(mount: StepValue, why: string): PlanStep {
  return call('mount_setattr', [mount, text(''), SETTING, memory(ATTRIBUTES), number(ATTRIBUTES.size)], why);
}

function fileType(): StepValue {
  return andOf(field(STATX, ...STX_MODE), flags('S_IFMT', S_IFMT));
}
