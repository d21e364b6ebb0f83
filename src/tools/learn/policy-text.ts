/**
 * Prints the tree of needs as the text of a policy: a scope for each node that grants more than the scopes around it,
 * sorted by path.
 *
 * Only what an assertion excludes is denied. The other scopes only allow, so no scope takes away what another one
 * grants.
 */
import {
  ALL_TRIGGERS,
  NO_ACTIONS,
  difference,
  intersection,
  union,
  unionOf,
  type ActionMask,
} from '../../abi/actions.js';
import { escapePattern } from '../../pattern/glob.js';
import { actionText } from './facts.js';
import type { Fragment } from './fragments.js';
import { RULES, ruleText, type AppliedRule, type RuleSettings } from './generalise.js';
import { nodePath, patternOf, type NeedNode, type Never } from './needs-tree.js';
import { patternString, stringText } from './policy-strings.js';
import { stateAt } from '../../ir/hierarchy/walker.js';

export interface TextInput {
  readonly root: NeedNode;
  readonly fragments: readonly Fragment[];
  readonly applied: readonly AppliedRule[];
  readonly settings: RuleSettings;
  readonly name: string;
  /** A line for each input. */
  readonly sources: readonly string[];
  /** True if a path is known not to be a directory. */
  readonly isFile: (path: string) => boolean;
}

export function policyText(input: TextInput): string {
  const { fragments, settings } = input;
  const usesHome =
    settings.home !== undefined && !settings.off.has('home') && hasHome(input.root, settings.home);
  const scopes: string[] = [];
  emitNode(input, usesHome ? settings.home : undefined, input.root, NO_ACTIONS, scopes);
  const guards = neverScopes(input);
  const uses = fragments.map((f) => `  use ${f.use};\n`).join('');
  return [
    header(input),
    'llp 1;\n',
    ...[...new Set(fragments.map((f) => f.name))].map((name) => `import "std/${name}.llp";\n`),
    usesHome ? `\nparam home: path = ${stringText(settings.home ?? '')};\n` : '',
    `\npolicy ${stringText(input.name)} {\n  default deny;\n`,
    uses === '' ? '' : `\n${uses}`,
    scopes.length === 0 ? '' : `\n${scopes.join('')}`,
    guards === '' ? '' : `\n${guards}`,
    '}\n',
  ].join('');
}

function header({ sources, applied, settings, fragments }: TextInput): string {
  const used = new Set<string>(applied.map((a) => a.rule));
  if (fragments.length > 0) used.add('fragments');
  if (settings.home !== undefined && !settings.off.has('home')) used.add('home');
  const rules = RULES.filter((rule) => used.has(rule)).map(
    (rule) => `//   ${rule}: ${ruleText(rule, settings)}\n`,
  );
  const off = RULES.filter((rule) => settings.off.has(rule));
  return [
    '// Learned by `llpc learn` from:\n',
    ...sources.map((source) => `//   ${source.replace(/[\0-\x1f\x7f]/g, '?')}\n`),
    rules.length === 0
      ? '// Not generalised.\n'
      : '// Generalised by these rules, each switched off by `--no-generalise RULE`:\n',
    ...rules,
    off.length === 0 ? '' : `// Switched off: ${off.join(', ')}.\n`,
  ].join('');
}

function hasHome(node: NeedNode, home: string): boolean {
  if (nodePath(node) === home) return true;
  return [...node.children.values()].some(
    (child) => !child.glob && home.startsWith(nodePath(child)) && hasHome(child, home),
  );
}

/** Prints the scopes of a node and its children. `inherited`: the actions that are already allowed here. */
function emitNode(
  input: TextInput,
  home: string | undefined,
  node: NeedNode,
  inherited: ActionMask,
  out: string[],
): void {
  if (node.kind === 'file') {
    const actions = difference(node.self, inherited);
    if (actions !== 0)
      out.push(comment(node), `  file? ${pathString(node, home)} { allow ${actionText(actions)}; }\n`);
    return;
  }
  const covered = union(inherited, fragmentRegion(input, node));
  const region = difference(node.region, covered);
  const self = difference(node.self, union(inherited, region));
  const rules = [
    ...(region === 0 ? [] : [`allow ${actionText(region)};`]),
    ...(self === 0 ? [] : [`here { allow ${actionText(self)}; }`]),
  ];
  if (rules.length > 0) out.push(comment(node), scopeText(pathString(node, home), rules));
  const children = [...node.children.values()].sort((a, b) =>
    a.name < b.name ? -1 : a.name > b.name ? 1 : 0,
  );
  for (const child of children) emitNode(input, home, child, union(covered, region), out);
}

/** The actions that fragments allow beneath a node without globs above it. */
function fragmentRegion({ fragments }: TextInput, node: NeedNode): ActionMask {
  const pattern = patternOf(node);
  if (pattern.some((n) => n.glob)) return NO_ACTIONS;
  const names = pattern.map((n) => n.name);
  return intersection(unionOf(fragments.map((f) => stateAt(f.automaton, names).below)), ALL_TRIGGERS);
}

function scopeText(path: string, rules: readonly string[]): string {
  const line = `  dir? ${path} { ${rules.join(' ')} }\n`;
  if (line.length <= 110 && rules.length === 1) return line;
  return `  dir? ${path} {\n${rules.map((rule) => `    ${rule}\n`).join('')}  }\n`;
}

function comment(node: NeedNode): string {
  const words: string[] = [];
  for (const cause of [...node.causes.keys()].sort()) {
    if (cause === 'siblings') words.push(`siblings: ${node.members} entries need the same`);
    if (cause === 'link') words.push('links in it: no scope can name them');
    if (cause === 'new') words.push('made while it ran: has the rules of the directory');
    if (cause === 'versions' || cause === 'temporary')
      words.push(`${cause}: stands for ${Math.max(1, node.members)} seen`);
  }
  return words.length === 0 ? '' : `  // ${words.join('; ')}\n`;
}

function pathString(node: NeedNode, home: string | undefined): string {
  const source =
    '/' +
    patternOf(node)
      .map((n) => (n.glob ? n.name : escapePattern(n.name)))
      .join('/');
  const prefix = home === undefined ? undefined : escapePattern(home);
  if (prefix !== undefined && (source === prefix || source.startsWith(`${prefix}/`)))
    return `"\${home}${patternString(source.slice(prefix.length))}"`;
  return `"${patternString(source)}"`;
}

/** The scopes that forbid what an assertion excludes, if a region at or above its path would allow it. */
function neverScopes(input: TextInput): string {
  const needed = input.settings.nevers.filter((never) => isGranted(input.root, never));
  const byPath = new Map<string, ActionMask>();
  for (const { path, actions } of needed) {
    const text = '/' + path.join('/');
    byPath.set(text, union(byPath.get(text) ?? NO_ACTIONS, actions));
  }
  return [...byPath]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([path, actions]) => {
      const rule = `{ forbid ${actionText(actions)}; }`;
      if (path === '/') return `  // never: asserted\n  dir "/" ${rule}\n`;
      const [known, other] = input.isFile(path) ? ['file', 'dir'] : ['dir', 'file'];
      return `  // never: asserted\n  ${known}? ${stringText(path)} ${rule}\n  ${other}? "${anyKind(path)}" ${rule}\n`;
    })
    .join('');
}

/** A glob that matches only this path. A literal path would fail to load if the object had another kind. */
function anyKind(path: string): string {
  const at = path.lastIndexOf('/') + 1;
  const name = patternString(escapePattern(path.slice(at))).replaceAll(',', '[,]');
  return `${patternString(escapePattern(path.slice(0, at)))}{${name},${name}}`;
}

/** True if a region at or above the path of an assertion allows one of its actions. */
function isGranted(root: NeedNode, never: Never): boolean {
  let node: NeedNode | undefined = root;
  for (const name of never.path) {
    if (node === undefined) return false;
    if ((node.region & never.actions) !== 0) return true;
    node = [...node.children.values()].find((child) => !child.glob && child.name === name);
  }
  return false;
}
