/**
 * The rules by which a learned policy grants more than was observed. `ruleText` states each rule for the policy and the
 * report. Each can be switched off, and none is applied where it would grant what an assertion excludes.
 */
import { difference, union, unionOf, type ActionMask } from '../../abi/actions.js';
import { escapePattern, compileGlob, matchesGlob } from '../../pattern/glob.js';
import {
  actionsWithin,
  addRegion,
  brokenByRegion,
  childOf,
  mergeInto,
  nodePath,
  patternOf,
  type NeedNode,
  type Never,
} from './needs-tree.js';
import type { Guard, NotApplied } from './refusals.js';

export const RULES = ['fragments', 'home', 'siblings', 'temporary', 'versions'] as const;
export type RuleName = (typeof RULES)[number];

export interface RuleSettings {
  readonly off: ReadonlySet<RuleName>;
  /** The number of entries with the same actions that make their directory a region. */
  readonly siblings: number;
  readonly home: string | undefined;
  readonly nevers: readonly Never[];
}

export interface AppliedRule {
  readonly rule: RuleName;
  readonly where: string;
  readonly what: string;
}

export function ruleText(rule: RuleName, { siblings }: Pick<RuleSettings, 'siblings'>): string {
  switch (rule) {
    case 'fragments':
      return 'a fragment of std/ stands for what it covers, if it covers three needs or more (`node`, `python` and `shell` only where one was executed)';
    case 'home':
      return 'the home directory is the parameter `home`';
    case 'siblings':
      return `${siblings} or more entries of a directory that need the same make that the rule of the directory and of all beneath it (not of /, of what lies in /, or of a home)`;
    case 'temporary':
      return 'numbers of processes beneath /proc, and each random character of a name in /tmp, /var/tmp and /dev/shm, stand for any';
    case 'versions':
      return 'the number of a version (digits with dots between, as in `x@1.2.3`) stands for any';
  }
}

export interface Generalised {
  readonly applied: readonly AppliedRule[];
  readonly notApplied: readonly NotApplied[];
}

interface Work {
  readonly settings: RuleSettings;
  readonly guard: Guard;
  readonly applied: AppliedRule[];
  readonly notApplied: NotApplied[];
}

/** Applies the rules that change the tree. A rule is undone where it would allow a call that was refused. */
export function generalise(root: NeedNode, settings: RuleSettings, guard: Guard): Generalised {
  const work: Work = { settings, guard, applied: [], notApplied: [] };
  if (!settings.off.has('temporary')) globNames(root, 'temporary', temporaryName, work);
  if (!settings.off.has('versions')) globNames(root, 'versions', versionName, work);
  if (!settings.off.has('siblings')) joinSiblings(root, work);
  return work;
}

/** True if a rule that has just been applied does not allow a refused call. Records the call otherwise. */
function mayStay({ guard, notApplied }: Work, rule: RuleName, where: string): boolean {
  const opened = guard.opened();
  if (opened !== undefined) notApplied.push({ rule, where, origin: opened.origin, call: opened.call });
  return opened === undefined;
}

/** `python3.11` → `python[0-9]*`, `x@1.2.3.tgz` → `x@[0-9]*.tgz`. */
function versionName(node: NeedNode): string | undefined {
  const match = /^(.*?)\d+(?:\.\d+)+(.*)$/s.exec(node.name);
  return match === null
    ? undefined
    : `${escapePattern(match[1] ?? '')}[0-9]*${escapePattern(match[2] ?? '')}`;
}

const TEMPORARY = ['/tmp', '/var/tmp', '/dev/shm'];

function temporaryName(node: NeedNode): string | undefined {
  const parent = node.parent === undefined ? '/' : nodePath(node.parent);
  if (/^\d+$/.test(node.name) && /^\/proc(\/[^/]+\/task)?$/.test(parent)) return '[0-9]*';
  if (!TEMPORARY.includes(parent)) return undefined;
  const match = /^(.*[._-]|cc|tmp)?([A-Za-z0-9]{6,})(\.[a-z]{1,4})?$/s.exec(node.name);
  const random = match?.[2] ?? '';
  const mixed = [/[a-z]/, /[A-Z]/, /\d/].filter((kind) => kind.test(random)).length > 1;
  if (match === null || !mixed) return undefined;
  return `${escapePattern(match[1] ?? '')}${'?'.repeat(random.length)}${escapePattern(match[3] ?? '')}`;
}

function globNames(
  node: NeedNode,
  rule: 'temporary' | 'versions',
  globOf: (node: NeedNode) => string | undefined,
  work: Work,
): void {
  const tried = new Set<string>();
  for (const [key, child] of [...node.children]) {
    const source = child.glob || !node.children.has(key) ? undefined : globOf(child);
    if (source !== undefined && !tried.has(source)) globOne(node, source, rule, work);
    if (source !== undefined) tried.add(source);
  }
  for (const child of node.children.values()) globNames(child, rule, globOf, work);
}

/** Replaces all names that a glob matches by the glob. */
function globOne(node: NeedNode, source: string, rule: 'temporary' | 'versions', work: Work): void {
  const glob = compileGlob(source);
  if (glob === undefined || node.children.has(`*${source}`)) return;
  const taken = [...node.children].filter(([, child]) => !child.glob && matchesGlob(glob, child.name));
  const kinds = new Set(taken.map(([, child]) => child.kind));
  const before = [...node.children];
  const made = childOf(node, source, true);
  const where = nodePath(made);
  const actions = unionOf(taken.map(([, child]) => actionsWithin(child)));
  const excluded = brokenByRegion(patternOf(made), actions, work.settings.nevers) !== undefined;
  for (const [key, child] of taken) {
    node.children.delete(key);
    mergeInto(made, child);
  }
  if (kinds.size > 1 || excluded || !mayStay(work, rule, where)) {
    node.children.clear();
    for (const [key, child] of before) node.children.set(key, child);
    return;
  }
  made.causes.set(rule, actions);
  work.applied.push({
    rule,
    where,
    what: `stands for ${taken.map(([, child]) => `\`${child.name}\``).join(', ')}`,
  });
}

/** Makes regions of directories whose entries need the same, leaves first, so that new regions count as entries. */
function joinSiblings(node: NeedNode, work: Work): void {
  const { settings, applied } = work;
  for (const child of node.children.values()) joinSiblings(child, work);
  const path = nodePath(node);
  if (patternOf(node).length < 2 || path === settings.home || /^\/(home|root|Users)\/[^/]+$/.test(path))
    return;
  const groups = new Map<ActionMask, NeedNode[]>();
  for (const child of node.children.values()) {
    const actions = child.kind === 'file' ? child.self : child.region;
    if (actions !== 0) groups.set(actions, [...(groups.get(actions) ?? []), child]);
  }
  for (const [actions, members] of [...groups].sort(([a], [b]) => a - b)) {
    if (members.length < settings.siblings || difference(actions, node.region) === 0) continue;
    if (brokenByRegion(patternOf(node), actions, settings.nevers) !== undefined) continue;
    const { region } = node;
    node.region = union(region, actions);
    const stays = mayStay(work, 'siblings', path);
    node.region = region;
    if (!stays) continue;
    addRegion(node, actions, 'siblings');
    node.members += members.length;
    applied.push({ rule: 'siblings', where: path, what: `${members.length} entries need the same` });
  }
}
