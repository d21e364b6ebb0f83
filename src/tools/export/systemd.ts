/**
 * A plan as directives of a systemd service.
 *
 * Input: a plan, and what is known of the tree. Output: the section `[Service]` of a drop-in. A directory without rights and with
 * granted objects in it becomes an empty file system, into which they are bound. Known weakness: systemd makes the directories on
 * the way with mode 0755, so the names of what is granted can be listed.
 */
import {
  ALL_ACCESS,
  CHANGES,
  MOVE,
  NO_ACCESS,
  accessOf,
  accessUnder,
  both,
  isBeneath,
  isUnicode,
  without,
  type AccessSet,
  type PlanAccess,
} from './access.js';
import { deniedCalls } from './filter-calls.js';
import { layOut, type AccessClass, type PlacedNode } from './layout.js';
import { accessLosses, lossOf, mountLosses, wholeLosses, type ExportLoss } from './losses.js';
import type { ExportLink, ExportRequest, Exported } from './request.js';

type UnitName = 'none' | 'ro noexec' | 'ro' | 'rw noexec' | 'rw';

const EXECUTE = accessOf('execute');
const IOCTL = accessOf('ioctl_dev');

/** Returns the classes. `all`: every right that a path can be given. */
function classesWith(all: AccessSet): readonly AccessClass<UnitName>[] {
  return [
    { name: 'none', allows: NO_ACCESS },
    { name: 'ro noexec', allows: without(without(all, CHANGES), EXECUTE) },
    { name: 'ro', allows: without(all, CHANGES) },
    { name: 'rw noexec', allows: without(all, EXECUTE) },
    { name: 'rw', allows: all },
  ];
}
const WITH_DEVICES = classesWith(ALL_ACCESS);
const WITHOUT_DEVICES = classesWith(without(ALL_ACCESS, IOCTL));

type Directive = readonly [name: string, value: string];

/** The sections of a unit file are lines of UTF-8. */
function fitsUnitFile(path: string): boolean {
  return !/[\n\r\0]/.test(path) && isUnicode(path);
}

export function toSystemd({ plan, tree, strict }: ExportRequest): Exported {
  const access = accessUnder(plan);
  const listed = devicesOf(access, tree);
  const placed = layOut(access, {
    classes: listed === undefined ? WITH_DEVICES : WITHOUT_DEVICES,
    nests: true,
    mounts: true,
    pins: true,
    canName: fitsUnitFile,
    strict,
    classesFor: ({ path }) =>
      listed === undefined || listed.includes(path) ? WITH_DEVICES : WITHOUT_DEVICES,
    spare: (allowed) => (both(allowed, CHANGES) === 0 ? IOCTL : NO_ACCESS),
  });
  const given = new Map(placed.map((p) => [p.node.path, p.exported]));
  const exported = ({ path }: { readonly path: string }) => given.get(path) ?? NO_ACCESS;
  const filter = filterFor(plan.filter, strict);
  const directives: readonly Directive[] = [
    ...ALWAYS,
    ...filter.directives,
    ...devicePolicy(listed),
    ...pathsFor(placed, tree),
  ];
  return {
    text: ['[Service]', ...directives.map(([name, value]) => `${name}=${value}`), ''].join('\n'),
    losses: [
      ...accessLosses('systemd', access, exported, fitsUnitFile),
      ...filter.losses,
      ...mountLosses('systemd', access, exported),
      ...wholeLosses('systemd', plan),
    ],
  };
}

/** Returns the devices that the plan names; undefined if it grants devices by their directory, so that they cannot be listed. */
function devicesOf(access: PlanAccess, tree: ExportRequest['tree']): readonly string[] | undefined {
  const isOpen = access.some(
    ({ path, kind, allowed }) =>
      kind === 'dir' &&
      (both(allowed, IOCTL) !== 0 || (tree.isDevice(path) && without(allowed, MOVE) !== NO_ACCESS)),
  );
  if (isOpen) return undefined;
  return access
    .filter(({ path, kind, allowed }) => kind === 'file' && allowed !== NO_ACCESS && tree.isDevice(path))
    .map((node) => node.path)
    .filter(fitsUnitFile);
}

function devicePolicy(listed: readonly string[] | undefined): readonly Directive[] {
  if (listed === undefined) return [];
  return [
    ['DevicePolicy', 'strict'],
    ...listed.map((path): Directive => ['DeviceAllow', `${quoted(path)} rw`]),
  ];
}

/** What the launcher of a plan does with every program. */
const ALWAYS: readonly Directive[] = [
  ['NoNewPrivileges', 'yes'],
  ['CapabilityBoundingSet', ''],
  ['RestrictNamespaces', 'yes'],
];

function filterFor(
  filter: ExportRequest['plan']['filter'],
  strict: boolean,
): { readonly directives: readonly Directive[]; readonly losses: readonly ExportLoss[] } {
  const calls = deniedCalls(filter);
  const partial = calls.filter((call) => call.removeDir !== 'any').map((call) => call.name);
  const names = calls.map((call) => call.name).filter((name) => strict || !partial.includes(name));
  const direction = strict ? 'stricter' : 'looser';
  return {
    directives:
      names.length === 0
        ? []
        : [
            ['SystemCallFilter', `~${names.join(' ')}`],
            ['SystemCallErrorNumber', 'EACCES'],
            ['SystemCallArchitectures', 'native'],
          ],
    losses: partial.length === 0 ? [] : [lossOf('systemd', 'filter', direction, partial, ['/'])],
  };
}

function pathsFor(placed: readonly PlacedNode<UnitName>[], tree: ExportRequest['tree']): Directive[] {
  return placed.filter((one) => one.named).flatMap((one) => directivesFor(one, placed, tree));
}

/**
 * Returns the directives of one path. Each path is bound, so that it is what its own directives say: systemd leaves out each path
 * that it knows when it makes one above read-only or not executable, and `ReadOnlyPaths=` beneath another one is dropped, with
 * what `NoExecPaths=` said of the same path.
 */
function directivesFor(
  one: PlacedNode<UnitName>,
  placed: readonly PlacedNode<UnitName>[],
  tree: ExportRequest['tree'],
): Directive[] {
  const { path, kind } = one.node;
  if (one.class === 'none') {
    const opened = placed.some((p) => p.named && isBeneath(p.node.path, path) && p.class !== 'none');
    if (!opened && path !== '/') return [['InaccessiblePaths', pathValue(path)]];
    if (kind === 'file') return [['InaccessiblePaths', pathValue(path)]];
    const links = tree.linksIn(path).flatMap((link) => linkDirectives(path, link, placed));
    return [['TemporaryFileSystem', temporaryValue(path)], ...links];
  }
  const [readOnly, noExec] = [one.class.startsWith('ro'), one.class.endsWith('noexec')];
  const mount: readonly Directive[] =
    path !== '/'
      ? [[readOnly ? 'BindReadOnlyPaths' : 'BindPaths', bindValue(path, path)]]
      : readOnly
        ? [['ReadOnlyPaths', path]]
        : [];
  return noExec ? [...mount, ['NoExecPaths', pathValue(path)]] : [...mount];
}

/** Returns what shows at a link the object that it leads to, where nothing in that object has other rights. */
function linkDirectives(
  dir: string,
  { name, leadsTo }: ExportLink,
  placed: readonly PlacedNode<UnitName>[],
): Directive[] {
  if (leadsTo === undefined || !fitsUnitFile(name) || !fitsUnitFile(leadsTo)) return [];
  const at = `${dir === '/' ? '' : dir}/${name}`;
  const target = placed.findLast(({ node }) => node.path === leadsTo || isBeneath(leadsTo, node.path));
  const inner = placed.some((p) => p.named && isBeneath(p.node.path, leadsTo));
  if (target === undefined || target.class === 'none' || inner) return [];
  const bind = target.class.startsWith('ro') ? 'BindReadOnlyPaths' : 'BindPaths';
  const noExec: readonly Directive[] = target.class.endsWith('noexec')
    ? [['NoExecPaths', pathValue(at)]]
    : [];
  return [[bind, bindValue(leadsTo, at)], ...noExec];
}

/** Returns a word of a directive: `%` begins a specifier, and in quotes a backslash takes the next character as it is. */
function quoted(word: string): string {
  const plain = word.replaceAll('%', '%%');
  return /^[\w@%+=,./-]+$/.test(plain) ? plain : `"${plain.replace(/[\\"]/g, '\\$&')}"`;
}

function pathValue(path: string): string {
  return quoted(path);
}

/** A colon in quotes does not end the source. */
function bindValue(source: string, target: string): string {
  return source === target && !source.includes(':') ? quoted(source) : `${quoted(source)}:${quoted(target)}`;
}

/** The path and its options are read as one word and then split at the colon, so a colon is escaped twice. */
function temporaryValue(path: string): string {
  return quoted(`${path.replace(/[\\:]/g, '\\$&')}:ro`);
}
