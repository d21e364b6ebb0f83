/**
 * What each format can say of a plan: the one table from which the page on exports and the reasons of losses are made.
 *
 * Sources: bwrap(1) of 0.8; systemd.exec(5) and systemd.syntax(7) of 252; the schema of the OCI runtime specification 1.0; the
 * schema and the reader of landlockconfig (2025); the README of sandbox-runtime and the pages on settings, permissions and
 * sandboxing of Claude Code (November 2026).
 */
export const EXPORT_NAMES = ['bubblewrap', 'systemd', 'oci', 'landlockconfig', 'claude-code'] as const;
export type ExportName = (typeof EXPORT_NAMES)[number];

/**
 * - `exact`: the format holds it as the plan has it.
 * - `rounded`: the format has something near, which allows more; with `--strict`, less.
 * - `either`: the format allows more or less.
 * - `stricter`: the format allows less.
 * - `looser`: the format allows more.
 */
export type FactVerdict = 'exact' | 'rounded' | 'either' | 'stricter' | 'looser';

interface FactRow {
  /** What the plan holds, as the table shows it. */
  readonly title: string;
  /** When a loss of it matters; absent: always. */
  readonly when?: string;
}

/** The kinds of facts that a plan holds. */
export const PLAN_FACTS = [
  'dir',
  'file',
  'default',
  'ro',
  'noexec',
  'hide',
  'pin',
  'filter',
  'layers',
  'moves',
  'attributes',
  'special',
  'names',
  'absent',
  'identity',
  'abi',
  'tools',
  'working',
] as const;
export type PlanFact = (typeof PLAN_FACTS)[number];

export const FACTS: Readonly<Record<PlanFact, FactRow>> = {
  dir: { title: 'rights on a directory' },
  file: { title: 'rights on a file' },
  default: { title: 'what no rule grants is denied' },
  ro: { title: 'mask `ro`' },
  noexec: { title: 'mask `noexec`' },
  hide: { title: 'mask `hide`' },
  pin: { title: 'mask `pin`' },
  filter: { title: 'filter of system calls' },
  layers: { title: 'several layers', when: 'when an object moves to another directory' },
  moves: { title: 'moving and removing named objects' },
  attributes: { title: 'attributes of objects without rights' },
  special: { title: 'special files that may not be written', when: 'for pipes, sockets and devices' },
  names: { title: 'unusual names' },
  absent: { title: 'objects that exist', when: 'if an object is gone when the program starts' },
  identity: { title: 'identity of objects', when: 'if an object is replaced before the program starts' },
  abi: { title: 'least Landlock ABI', when: 'on an older kernel' },
  tools: { title: 'the whole program', when: 'for the file tools of the program' },
  working: {
    title: 'nothing else is writable',
    when: 'in the working directory and the temporary directory',
  },
};

interface FormatCell {
  readonly verdict: FactVerdict;
  /** Why: a sentence in lower case, without a final period. */
  readonly why: string;
}

function cell(verdict: FactVerdict, why: string): FormatCell {
  return { verdict, why };
}

const RESOLVED = 'paths are looked up when the program starts';
const COMBINED = cell('exact', 'the layers are combined: a path gets what all of them allow');
const NO_LANDLOCK = cell('exact', 'the format needs no Landlock');
const WHOLE = cell('exact', 'the program and all that it starts are inside');
const NOTHING_ELSE = cell('exact', 'what is writable is what is listed');
const OTHERS_VISIBLE = cell('exact', 'objects without rights stay visible, as under the plan');

const CELLS: Readonly<Record<ExportName, Readonly<Record<PlanFact, FormatCell>>>> = {
  bubblewrap: {
    dir: cell('rounded', 'a path is absent, read-only with execution, or writable with execution'),
    file: cell('rounded', 'a path is absent, read-only with execution, or writable with execution'),
    default: cell('rounded', 'the sandbox starts empty, unless the root itself is granted something'),
    ro: cell('exact', '`--ro-bind`'),
    noexec: cell('rounded', 'bubblewrap has no mount without execution'),
    hide: cell('exact', 'an empty directory that cannot be listed, or a device that cannot be opened'),
    pin: cell('exact', 'the object is bound onto itself'),
    filter: cell(
      'looser',
      'arguments cannot hold a filter; `chroot` and mounting fail because capabilities are missing',
    ),
    layers: COMBINED,
    moves: cell('stricter', 'each bound path is a mount: it cannot be moved or removed'),
    attributes: cell('stricter', 'objects without rights are absent in the sandbox'),
    special: cell('looser', 'a read-only mount does not stop writing to pipes and sockets'),
    names: cell('exact', 'an argument holds every name'),
    absent: cell('stricter', 'bubblewrap refuses to start'),
    identity: cell('looser', RESOLVED),
    abi: NO_LANDLOCK,
    tools: WHOLE,
    working: NOTHING_ELSE,
  },
  systemd: {
    dir: cell('rounded', 'a path is inaccessible, read-only or writable, with or without execution'),
    file: cell('rounded', 'a path is inaccessible, read-only or writable, with or without execution'),
    default: cell('rounded', '`TemporaryFileSystem=/` is empty, unless the root itself is granted something'),
    ro: cell('exact', '`BindReadOnlyPaths=` of the object onto itself'),
    noexec: cell('exact', '`NoExecPaths=`'),
    hide: cell('exact', '`InaccessiblePaths=`'),
    pin: cell('exact', '`BindPaths=` of the object onto itself'),
    filter: cell(
      'rounded',
      '`SystemCallFilter=` sees no arguments, so `unlinkat` is denied for files and directories or for none',
    ),
    layers: COMBINED,
    moves: cell('stricter', 'each named path is a mount: it cannot be moved or removed'),
    attributes: cell('stricter', 'objects without rights are absent, or nobody may look at them'),
    special: cell('looser', 'a read-only mount does not stop writing to pipes, sockets and devices'),
    names: cell('rounded', 'a unit file cannot hold names with a line break, or names that are not UTF-8'),
    absent: cell('stricter', 'the unit does not start'),
    identity: cell('looser', RESOLVED),
    abi: NO_LANDLOCK,
    tools: WHOLE,
    working: NOTHING_ELSE,
  },
  oci: {
    dir: cell('rounded', 'a path is masked, read-only or open, and nothing in it can be open again'),
    file: cell('rounded', 'a path is masked, read-only or open'),
    default: cell(
      'either',
      'the root of a container cannot be masked: the image, its mounts and its devices decide',
    ),
    ro: cell('exact', '`readonlyPaths`'),
    noexec: cell('rounded', 'there is no list of paths without execution'),
    hide: cell('exact', '`maskedPaths`'),
    pin: cell('looser', 'there is no list of paths that stay where they are'),
    filter: cell('exact', '`seccomp`, with arguments'),
    layers: COMBINED,
    moves: cell('stricter', 'each listed path is a mount: it cannot be moved or removed'),
    attributes: cell('exact', 'a masked object keeps its name, as under the plan'),
    special: cell('looser', 'a read-only mount does not stop writing to pipes, sockets and devices'),
    names: cell('either', 'JSON cannot hold names that are not UTF-8'),
    absent: cell('looser', 'a path that is absent is skipped, and is open if it appears later'),
    identity: cell('looser', RESOLVED),
    abi: NO_LANDLOCK,
    tools: WHOLE,
    working: NOTHING_ELSE,
  },
  landlockconfig: {
    dir: cell('rounded', 'rights only add up downwards: a masked object gets what is granted above it'),
    file: cell('exact', '`allowedAccess`'),
    default: cell('rounded', 'rights only add up downwards: a masked object gets what is granted above it'),
    ro: cell('rounded', 'Landlock has no masks'),
    noexec: cell('rounded', 'Landlock has no masks'),
    hide: cell('rounded', 'Landlock has no masks'),
    pin: cell('looser', 'Landlock has no masks'),
    filter: cell('looser', 'Landlock has no filter of system calls'),
    layers: cell(
      'looser',
      'one file is one ruleset: each path gets the same rights, but a move that one layer refuses may be allowed',
    ),
    moves: cell('exact', 'no object becomes a mount'),
    attributes: OTHERS_VISIBLE,
    special: cell('exact', 'Landlock judges every file that is opened'),
    names: cell('rounded', 'JSON cannot hold names that are not UTF-8'),
    absent: cell('stricter', 'the rule is left out, and nothing is granted there'),
    identity: cell('looser', RESOLVED),
    abi: cell('looser', 'the library leaves out rights that the kernel does not know'),
    tools: WHOLE,
    working: NOTHING_ELSE,
  },
  'claude-code': {
    dir: cell(
      'rounded',
      'a path is hidden, readable or writable, and nothing in a path with denied writing is writable',
    ),
    file: cell('rounded', 'a path is hidden, readable or writable'),
    default: cell('rounded', '`denyRead` of the root, unless the root itself is granted something'),
    ro: cell('rounded', '`denyWrite`, unless something in it is writable'),
    noexec: cell('rounded', 'the sandbox does not restrict execution'),
    hide: cell('rounded', '`denyRead` and `denyWrite`'),
    pin: cell('looser', 'no setting keeps an object where it is'),
    filter: cell('looser', 'the settings have no filter of system calls'),
    layers: COMBINED,
    moves: cell('exact', 'no more is promised than under the plan'),
    attributes: cell('stricter', 'objects without rights are absent in the sandbox'),
    special: cell('looser', 'a read-only mount does not stop writing to pipes and sockets'),
    names: cell('rounded', 'the lists of paths read `*`, `?` and brackets as patterns'),
    absent: cell('looser', 'a path that is absent is skipped'),
    identity: cell('looser', RESOLVED),
    abi: NO_LANDLOCK,
    tools: cell(
      'looser',
      'the file tools run outside the sandbox: deny rules hold, and elsewhere the user is asked',
    ),
    working: cell('looser', 'the program adds both to `allowWrite`'),
  },
};

/** Returns what a format can say of a kind of fact. */
export function cellOf(to: ExportName, fact: PlanFact): FormatCell {
  return CELLS[to][fact];
}
