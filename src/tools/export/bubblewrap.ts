/**
 * A plan as arguments of bubblewrap.
 *
 * Input: a plan, and what is known of the tree. Output: options, each with its values. The sandbox starts empty if the root has
 * no rights; the directories on the way to what is bound exist, but cannot be listed. Symbolic links in them are made again,
 * since Landlock does not restrict links. The program has no capabilities and can make no user namespace, so it can neither mount
 * nor change its root.
 */
import type { EnforcementPlan } from '../../artifact/enforcement-plan.js';
import { prefixesOf } from '../../base/paths.js';
import { ALL_ACCESS, NO_ACCESS, accessOf, accessUnder, both, isBeneath, without } from './access.js';
import { layOut, type AccessClass, type PlacedNode } from './layout.js';
import { accessLosses, lossOf, mountLosses, wholeLosses } from './losses.js';
import type { ExportRequest, Exported } from './request.js';

type BindName = 'none' | 'ro' | 'rw' | 'dev';

/** Every bind but the last is made without device files. */
const CLASSES: readonly AccessClass<BindName>[] = [
  { name: 'none', allows: NO_ACCESS },
  { name: 'ro', allows: accessOf('execute', 'read_file', 'read_dir') },
  { name: 'rw', allows: without(ALL_ACCESS, accessOf('ioctl_dev')) },
  { name: 'dev', allows: ALL_ACCESS },
];
const DEVICE_CLASSES = CLASSES.filter(({ name }) => name === 'none' || name === 'dev');
const BIND = { ro: '--ro-bind', rw: '--bind', dev: '--dev-bind' } as const;

const WRITES = accessOf('write_file');

/** An option and its values. */
type BindOption = readonly string[];

export function toBubblewrap({ plan, tree, strict, nul }: ExportRequest): Exported {
  const access = accessUnder(plan);
  const placed = layOut(access, {
    classes: CLASSES,
    nests: true,
    mounts: true,
    pins: true,
    canName: () => true,
    // Devices alone are not a reason to make a path writable.
    spare: (allowed) => (both(allowed, WRITES) === 0 ? accessOf('ioctl_dev') : NO_ACCESS),
    strict,
    classesFor: ({ path }) => (tree.isDevice(path) ? DEVICE_CLASSES : CLASSES),
  });
  const given = new Map(placed.map((p) => [p.node.path, p.exported]));
  const exported = ({ path }: { readonly path: string }) => given.get(path) ?? NO_ACCESS;
  const options = [...START, ...mountsFor(placed, tree)];
  return {
    text: nul ? nulText(options) : shellText(options),
    losses: [
      ...accessLosses('bubblewrap', access, exported),
      ...filterLoss(plan),
      ...mountLosses('bubblewrap', access, exported),
      ...wholeLosses('bubblewrap', plan),
    ],
  };
}

const START: readonly BindOption[] = [['--unshare-user'], ['--disable-userns'], ['--cap-drop', 'ALL']];

/** The actions that a program without capabilities and user namespaces cannot do. */
const NEED_CAPABILITIES: readonly string[] = ['chroot', 'mounton'];

function filterLoss({ filter }: EnforcementPlan): Exported['losses'] {
  const left = (filter?.actions ?? []).filter((action) => !NEED_CAPABILITIES.includes(action));
  return left.length === 0 ? [] : [lossOf('bubblewrap', 'filter', 'looser', left, ['/'])];
}

const UNLISTED = '0111';
const CLOSED = '0000';

/** Returns the mounts from the root down, and at the end what closes the directories that bubblewrap made. */
function mountsFor(placed: readonly PlacedNode<BindName>[], tree: ExportRequest['tree']): BindOption[] {
  const options: BindOption[] = [];
  const made = new Set<string>(['/']);
  const closing: BindOption[] = [];
  const makeDir = (path: string): void => {
    for (const { name, text } of tree.linksIn(path))
      options.push(['--symlink', text, `${path === '/' ? '' : path}/${name}`]);
  };
  for (const one of placed) {
    if (!one.named) continue;
    const { path, kind } = one.node;
    const above = placed.findLast((p) => p.named && isBeneath(path, p.node.path));
    if (above?.class === 'none')
      for (const dir of prefixesOf(path)) {
        if (made.has(dir) || !isBeneath(dir, above.node.path)) continue;
        made.add(dir);
        options.push(['--perms', UNLISTED, '--dir', dir]);
        makeDir(dir);
      }
    made.add(path);
    if (one.class !== 'none') options.push([BIND[one.class], path, path]);
    else if (kind === 'file') options.push(['--ro-bind', '/dev/null', path]);
    else {
      const opened = placed.some((p) => p.named && isBeneath(p.node.path, path) && p.class !== 'none');
      const mode = opened ? UNLISTED : CLOSED;
      if (path === '/') closing.push(['--chmod', mode, '/']);
      else options.push(['--perms', mode, '--tmpfs', path]);
      if (opened) makeDir(path);
      closing.push(['--remount-ro', path]);
    }
  }
  return [...options, ...closing];
}

/** Returns the arguments as `bwrap --args` reads them: a NUL after each. */
function nulText(options: readonly BindOption[]): string {
  return options
    .flat()
    .map((argument) => argument + '\0')
    .join('');
}

/** Returns the arguments as a shell reads them: an option a line. */
function shellText(options: readonly BindOption[]): string {
  return options.map((option) => option.map(shellQuoted).join(' ') + '\n').join('');
}

/** Returns an argument as a POSIX shell reads it. */
function shellQuoted(text: string): string {
  return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
}
