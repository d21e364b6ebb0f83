/** Every code has a page with an example that produces it, and no page is without its code. */
import { readFileSync, readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { NEWEST_MACHINE } from '../../src/artifact/enforcement-plan.js';
import { TARGETS } from '../../src/codegen/targets.js';
import { checkSources } from '../../src/compile.js';
import { CATALOGUE, type CatalogueEntry } from '../../src/diagnostics/catalogue.js';
import { renderText } from '../../src/diagnostics/render.js';
import type { Findings } from '../../src/diagnostics/together.js';
import { reportGaps } from '../../src/tools/gaps/gaps.js';
import { matchGolden } from '../support/golden.js';
import { checkedOf } from '../support/policy.js';

const FOLDER = fileURLToPath(new URL('../../docs/errors/', import.meta.url));
const ENTRIES = Object.entries<CatalogueEntry>(CATALOGUE);
const page = (code: string): string => readFileSync(`${FOLDER}${code}.md`, 'utf8');
const examples = (code: string): string[] =>
  [...page(code).matchAll(/```llp\n([^]*?)```/g)].map((m) => m[1] ?? '');

/** The codes of gaps: a target produces them. */
const GAPS = ['LLP4007', 'LLP4008', 'LLP4009', 'LLP4010', 'LLP4011'];

/** The gaps of a policy on Linux, as diagnostics. */
function gapsOnLinux(text: string): Findings {
  const { policy, hierarchies, sources } = checkedOf(text);
  const subject = { policy, sources, target: TARGETS.linux, machine: NEWEST_MACHINE, exact: false } as const;
  const found = TARGETS.linux.gaps({ policy, hierarchies }, NEWEST_MACHINE);
  return { diagnostics: reportGaps(found, subject).diagnostics, sources };
}

describe('docs/errors', () => {
  it('has a page for every code and for no other', () => {
    const pages = readdirSync(FOLDER).filter((f) => f !== 'README.md');
    expect(pages.sort()).toEqual(ENTRIES.map(([code]) => `${code}.md`).sort());
  });

  it.each(ENTRIES)('%s has its title', (code, { title }) => {
    expect(page(code).split('\n')[0]).toBe(`# ${code}: ${title}`);
  });

  it('has an example for every code that a policy alone produces', () => {
    const without = ENTRIES.map(([code]) => code).filter((code) => examples(code).length !== 2);
    expect(
      without.every((code) => /^LLP(1012|2010|2016|2017|2019|2020|4\d{3}|5\d{3})$/.test(code)),
      without.join(),
    ).toBe(true);
  });

  it.each(GAPS)('%s: Linux shows the first example to produce it, and not the second', (code) => {
    const [bad = '', good = ''] = examples(code);
    const found = gapsOnLinux(bad);
    const own = found.diagnostics.filter((d) => d.code === code);
    expect(own.length, found.diagnostics.map((d) => d.code).join()).toBeGreaterThan(0);
    matchGolden(`errors/${code}.txt`, renderText(own, found.sources, { colour: false }));
    expect(gapsOnLinux(good).diagnostics.map((d) => d.code)).not.toContain(code);
  });

  it.each(ENTRIES.filter(([code]) => examples(code).length > 0 && !GAPS.includes(code)))(
    '%s: the first example produces it, the second does not',
    (code) => {
      const [bad = '', good = ''] = examples(code);
      const found = checkSources([{ name: 'policy.llp', text: bad }]);
      const own = found.diagnostics.filter((d) => d.code === code);
      expect(own.length, found.diagnostics.map((d) => d.code).join()).toBeGreaterThan(0);
      matchGolden(`errors/${code}.txt`, renderText(own, found.sources, { colour: false }));
      expect(checkSources([{ name: 'policy.llp', text: good }]).diagnostics).toEqual([]);
    },
  );

  it('the index lists every page', () => {
    const rows = ENTRIES.map(
      ([code, { severity, title }]) => `| [${code}](${code}.md) | ${severity} | ${title} |`,
    );
    const head = [
      '# Diagnostics',
      '',
      'Every diagnostic of llpc, by its code. `1xxx` is syntax, `2xxx` names and types, `3xxx` paths and rules, `4xxx` limits,',
      '`5xxx` load and run time.',
      '',
    ];
    matchGolden(
      '../../docs/errors/README.md',
      [...head, '| code | | what |', '| --- | --- | --- |', ...rows, ''].join('\n'),
    );
  });
});
