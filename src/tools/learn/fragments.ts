/**
 * Chooses fragments of std/ that replace needs. A fragment is used if it covers at least three needs that no earlier
 * fragment covers, and if it grants nothing that an assertion excludes. Its own automaton decides both.
 */
import { actionBit, hasAction } from '../../abi/actions.js';
import { checkSources } from '../../compile.js';
import type { HierarchyAutomaton } from '../../ir/hierarchy/automaton.js';
import { stringText } from './policy-strings.js';
import type { Need } from './facts.js';
import { stateAt } from '../../ir/hierarchy/walker.js';
import { allowedWithin, isCovered } from './automaton.js';
import type { Refused } from './follow.js';
import type { Never } from './needs-tree.js';
import { allowedByFragments, type NotApplied } from './refusals.js';

export interface Fragment {
  readonly name: string;
  /** The use of the fragment, as in `node("/usr")`. */
  readonly use: string;
  readonly automaton: HierarchyAutomaton;
  readonly covers: number;
}

const LEAST = 3;

interface CandidateFragment {
  readonly name: string;
  readonly argument: string | undefined;
}

export function chooseFragments(
  needs: readonly Need[],
  nevers: readonly Never[],
  refused: readonly Refused[],
): {
  readonly used: readonly Fragment[];
  readonly left: readonly Need[];
  readonly notApplied: readonly NotApplied[];
} {
  const used: Fragment[] = [];
  const notApplied: NotApplied[] = [];
  let left = needs;
  for (const candidate of candidates(needs)) {
    const use =
      candidate.argument === undefined
        ? candidate.name
        : `${candidate.name}(${stringText(candidate.argument)})`;
    const automaton = automatonOf(candidate.name, use);
    if (automaton === undefined || breaks(automaton, nevers)) continue;
    const rest = left.filter((need) => !isCovered(automaton, need));
    const covers = left.length - rest.length;
    if (covers < LEAST || (candidate.name === 'temporary' && executesWithin(needs, candidate.argument)))
      continue;
    const opened = allowedByFragments([...used.map((f) => f.automaton), automaton], refused);
    if (opened !== undefined) {
      notApplied.push({ rule: 'fragments', where: `use ${use}`, origin: opened.origin, call: opened.call });
      continue;
    }
    used.push({ name: candidate.name, use, automaton, covers });
    left = rest;
  }
  return { used, left, notApplied };
}

/** The fragments to try, general ones first. The prefix of an interpreter is the one of the executed program. */
function candidates(needs: readonly Need[]): CandidateFragment[] {
  const programs = needs.filter((n) => n.part === 'self' && n.kind === 'file').map((n) => n.path);
  const prefixOf = (pattern: RegExp): string | undefined => {
    const found = programs.find((path) => pattern.test(path.at(-1) ?? '') && path.at(-2) === 'bin');
    return found === undefined ? undefined : '/' + found.slice(0, -2).join('/');
  };
  const made = needs.filter((n) => n.part === 'region' && n.why === 'new').map((n) => '/' + n.path.join('/'));
  const where = ['/tmp', '/var/tmp'].filter((path) => made.includes(path));
  const list: (CandidateFragment | undefined)[] = [
    { name: 'runtime', argument: undefined },
    withArgument('node', prefixOf(/^node$/)),
    withArgument('python', prefixOf(/^python3(\.\d+)?$/)),
    prefixOf(/^(ba|da|z|k)?sh$/) === undefined ? undefined : { name: 'shell', argument: undefined },
    ...where.map((path) => ({ name: 'temporary', argument: path })),
  ];
  return list.filter((c) => c !== undefined);
}

function withArgument(name: string, argument: string | undefined): CandidateFragment | undefined {
  return argument === undefined || argument === '/' ? undefined : { name, argument };
}

function automatonOf(name: string, use: string): HierarchyAutomaton | undefined {
  const text = `llp 1;\nimport "std/${name}.llp";\npolicy "p" { default deny; use ${use}; }\n`;
  return checkSources([{ name: 'fragment.llp', text }]).hierarchies[0];
}

function breaks(automaton: HierarchyAutomaton, nevers: readonly Never[]): boolean {
  return nevers.some(
    ({ path, actions }) => allowedWithin(automaton, stateAt(automaton, path), actions) !== undefined,
  );
}

/** True if something beneath a directory is executed, which the fragment `temporary` forbids. */
function executesWithin(needs: readonly Need[], where: string | undefined): boolean {
  const prefix = `${where ?? ''}/`;
  return needs.some(
    (n) => hasAction(n.actions, actionBit('execute')) && `/${n.path.join('/')}/`.startsWith(prefix),
  );
}
