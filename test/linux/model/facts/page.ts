/** Writes the page of facts, `docs/enforcement-facts.md`. */
import { format, resolveConfig } from 'prettier';
import type { CasePlan } from '../case-plan.js';
import { TOP } from '../case-plan.js';
import { OTHER_FACTS } from './by-hand.js';
import { COVERAGE, DIFFERENT } from './coverage.js';
import type { Fact } from './fact.js';
import { FACTS } from './facts.js';

/** Begins the line that names the kernel. It is the only line that depends on the machine. */
export const MEASURED_ON = 'Measured on ';

/** The path of the page from the folder of the project. */
export const PAGE = 'docs/enforcement-facts.md';

const INTRODUCTION = `# What enforces a policy on stock Linux

Each line of this page is a call that a test makes under a plan, on the real kernel and on the model of it, and its result.
\`npm run coverage-table\` measures all of them again and writes this page.`;

/** Returns the page. `kernel`: the name of the kernel on which the facts were measured. */
export async function factsPage(kernel: string): Promise<string> {
  const text = [
    INTRODUCTION,
    `${MEASURED_ON}${kernel}.`,
    '## Coverage by action',
    'A filter denies an action on every object or on none. An empty cell: the mechanism has nothing for the action.',
    coverageTable(),
    '## Facts that the design did not expect',
    DIFFERENT.map((line) => `- ${line}`).join('\n'),
    '## Landlock',
    ...sections((fact) => fact.plan.rulesets.length > 0 && fact.plan.masks.length === 0),
    '## Masks',
    ...sections((fact) => fact.plan.masks.length > 0),
    '## The filter',
    ...sections((fact) => fact.plan.filter.length > 0),
    '## Facts of several programs',
    'Tests that start programs of the system confirm these.',
    OTHER_FACTS.map(({ claim }) => `- ${claim}.`).join('\n'),
    '',
  ].join('\n\n');
  const style = await resolveConfig(PAGE);
  return format(text, { ...style, parser: 'markdown' });
}

function coverageTable(): string {
  const rows = COVERAGE.map(({ actions, cells }) => [
    actions.map((a) => `\`${a}\``).join(', '),
    cells.landlock,
    cells.masks,
    cells.filter,
  ]);
  const head = ['action', 'Landlock', 'masks', 'filter'];
  const width = head.map((title, i) =>
    Math.max(...[title, ...rows.map((r) => r[i] ?? '')].map((c) => c.length)),
  );
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell, i) => cell.padEnd(width[i] ?? 0)).join(' | ')} |`;
  return [line(head), line(width.map((w) => '-'.repeat(w))), ...rows.map(line)].join('\n');
}

function sections(wanted: (fact: Fact) => boolean): string[] {
  return FACTS.filter(wanted).map(
    ({ claim, plan, steps }) =>
      `**${claim}.** ${planInWords(plan)}\n\n${steps.map((s) => `- ${s.text}: ${s.gives}`).join('\n')}`,
  );
}

function planInWords({ masks, rulesets, filter }: CasePlan): string {
  const path = (p: string): string => `\`${p.startsWith(TOP) ? p.slice(TOP.length + 1) || '.' : p}\``;
  return [
    ...rulesets.map(({ handled, rules }) => {
      const allowed = rules.map((rule) => `${path(rule.path)} ${rule.rights.join(', ')}`);
      const what = handled.length > 14 ? 'every right' : handled.join(', ');
      return `Handled: ${what}. Rules: ${allowed.length === 0 ? 'none' : allowed.join('; ')}.`;
    }),
    ...(masks.length > 0
      ? [`Masks: ${masks.map((m) => `${path(m.path)} ${m.kinds.join(', ')}`).join('; ')}.`]
      : []),
    ...(filter.length > 0 ? [`Filter: ${filter.join(', ')}.`] : []),
  ].join(' ');
}
