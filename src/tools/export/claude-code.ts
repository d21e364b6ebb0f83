/**
 * A plan as settings of Claude Code.
 *
 * Input: a plan. Output: JSON with `sandbox`, which binds commands, and `permissions.deny`, which binds the file tools. Everything
 * is readable that `denyRead` does not name, and nothing is writable that `allowWrite` does not name. `allowRead` and
 * `allowWrite` open paths in a `denyRead` again, but nothing opens a `denyWrite` again. Paths begin with two slashes: with
 * one, older versions read them from the folder of the settings.
 */
import {
  ALL_ACCESS,
  CHANGES,
  MOVE,
  NO_ACCESS,
  accessOf,
  accessUnder,
  both,
  either,
  isBeneath,
  isUnicode,
  mayRemove,
  rightsOn,
  without,
  type AccessNode,
  type AccessSet,
  type PlanAccess,
} from './access.js';
import { layOut, placedAbove, type AccessClass, type PlacedNode } from './layout.js';
import { accessLosses, lossOf, mountLosses, wholeLosses } from './losses.js';
import type { ExportRequest, Exported } from './request.js';

type SandboxName = 'hidden' | 'readable' | 'writable';

/** The sandbox has device files of its own, and shows no others. */
const DEVICES = accessOf('ioctl_dev');
const CLASSES: readonly AccessClass<SandboxName>[] = [
  { name: 'hidden', allows: NO_ACCESS },
  { name: 'readable', allows: without(ALL_ACCESS, either(CHANGES, DEVICES)) },
  { name: 'writable', allows: without(ALL_ACCESS, DEVICES) },
];

/** Returns whether the lists of the sandbox take a path as it is: they read these characters as patterns. */
function isLiteral(path: string): boolean {
  return isUnicode(path) && !/[*?[\]{}\\!\0-\x1f\x7f]/.test(path);
}

export function toClaudeCode({ plan, strict }: ExportRequest): Exported {
  const access = accessUnder(plan);
  const rounded = layOut(access, {
    classes: CLASSES,
    nests: true,
    mounts: false,
    pins: false,
    canName: isLiteral,
    strict,
  });
  const placed = withoutReopening(rounded, strict);
  const given = new Map(placed.map((p) => [p.node.path, p.exported]));
  const exported = ({ path }: { readonly path: string }) => given.get(path) ?? NO_ACCESS;
  const settings = { permissions: { deny: denyRules(access) }, sandbox: sandboxFor(placed) };
  return {
    text: JSON.stringify(settings, null, 2) + '\n',
    losses: [
      ...accessLosses('claude-code', access, exported, isLiteral),
      ...(plan.filter ? [lossOf('claude-code', 'filter', 'looser', plan.filter.actions, ['/'])] : []),
      ...mountLosses('claude-code', access, exported),
      ...wholeLosses('claude-code', plan),
    ],
  };
}

/**
 * Returns the classes as the sandbox can hold them: nothing is writable in a path with denied writing. Rounded up, such a path
 * becomes writable; rounded down, what is in it becomes readable.
 */
function withoutReopening(
  rounded: readonly PlacedNode<SandboxName>[],
  strict: boolean,
): readonly PlacedNode<SandboxName>[] {
  const placed: PlacedNode<SandboxName>[] = [];
  for (const one of rounded) {
    const { path, kind } = one.node;
    const above = placedAbove(placed, path);
    const closed = placed.some((p) => isBeneath(path, p.node.path) && deniesWriting(p, placed));
    const opens = rounded.some((p) => isBeneath(p.node.path, path) && p.class === 'writable');
    let own = isLiteral(path) || above === undefined ? one.class : above.class;
    if (own === 'writable' && strict && closed) own = 'readable';
    if (own === 'readable' && !strict && opens && above?.class === 'writable') own = 'writable';
    const named = isLiteral(path) && own !== (above?.class ?? 'readable');
    placed.push({ node: one.node, class: own, named, exported: accessAt(own, kind, above) });
  }
  return placed;
}

function accessAt(own: SandboxName, kind: 'dir' | 'file', above: PlacedNode | undefined): AccessSet {
  const allows = CLASSES.find((c) => c.name === own)?.allows ?? NO_ACCESS;
  const moves = above !== undefined && mayRemove(above.exported, kind);
  return either(both(allows, rightsOn(kind)), moves ? MOVE : NO_ACCESS);
}

function deniesWriting(
  { node, class: own, named }: PlacedNode<SandboxName>,
  placed: readonly PlacedNode<SandboxName>[],
): boolean {
  return named && own === 'readable' && placedAbove(placed, node.path)?.class === 'writable';
}

function sandboxFor(placed: readonly PlacedNode<SandboxName>[]): object {
  const paths = (keep: (one: PlacedNode<SandboxName>, above: SandboxName) => boolean): string[] =>
    placed
      .filter((one) => one.named && keep(one, placedAbove(placed, one.node.path)?.class ?? 'readable'))
      .map(({ node }) => absolute(node.path));
  const isOpened = ({ node }: PlacedNode): boolean =>
    placed.some((p) => p.class === 'writable' && isBeneath(p.node.path, node.path));
  return {
    enabled: true,
    failIfUnavailable: true,
    allowUnsandboxedCommands: false,
    filesystem: {
      denyRead: paths((one) => one.class === 'hidden'),
      allowRead: paths((one, above) => one.class === 'readable' && above === 'hidden'),
      allowWrite: paths((one) => one.class === 'writable'),
      denyWrite: paths((one, above) => above === 'writable' && one.class !== 'writable' && !isOpened(one)),
    },
  };
}

function absolute(path: string): string {
  return path === '/' ? '/' : `/${path}`;
}

const READS = accessOf('read_file', 'read_dir');

/** Returns rules for the file tools: a rule on a path that is denied, unless something in it is allowed. */
function denyRules(access: PlanAccess): string[] {
  return (
    [
      ['Read', READS],
      ['Edit', CHANGES],
    ] as const
  ).flatMap(([tool, rights]) => {
    const denies = (node: AccessNode | undefined): boolean =>
      node !== undefined && both(node.allowed, rights) === 0;
    return access
      .filter((node) => {
        const above = access.findLast((n) => isBeneath(node.path, n.path));
        const opens = access.some((n) => isBeneath(n.path, node.path) && !denies(n));
        return denies(node) && !opens && (above === undefined || !isDeniedWhole(above, access, denies));
      })
      .flatMap((node) => rulesOn(tool, node));
  });
}

/** Returns whether a rule is made on a node or above it. */
function isDeniedWhole(node: AccessNode, access: PlanAccess, denies: (node: AccessNode) => boolean): boolean {
  return denies(node) && !access.some((n) => isBeneath(n.path, node.path) && !denies(n));
}

/** A rule names a path in the style of gitignore. A character that is special there becomes `?`, which denies more. */
function rulesOn(tool: string, { path, kind }: AccessNode): string[] {
  const pattern = [...path].map((char) => (isLiteral(char) && !/[#()]/.test(char) ? char : '?')).join('');
  if (path === '/') return [`${tool}(//**)`];
  return kind === 'dir' ? [`${tool}(/${pattern})`, `${tool}(/${pattern}/**)`] : [`${tool}(/${pattern})`];
}
