/** The cookbook: every policy on it is laid out, compiles without a word, loads, and passes its tests. */
import { describe, expect, it } from 'vitest';
import { defined } from '../../src/base/assert.js';
import { checkSources } from '../../src/compile.js';
import { compile } from '../support/compile.js';
import { formatText } from '../../src/format/format.js';
import { confirmGains } from '../../src/tools/testing/confirm-gains.js';
import { runTests } from '../../src/tools/testing/testing.js';
import { blocksOf, readPage } from '../support/page.js';

const PAGE = readPage('docs/cookbook.md');
const POLICIES = blocksOf(PAGE).map(({ info, text }) => [info.get('file') ?? '', text] as const);

it('docs/cookbook.md: has at least ten cases, each under its own heading and with a reason', () => {
  const sections = PAGE.split(/^## /m).slice(1);
  expect(sections.length).toBeGreaterThanOrEqual(10);
  expect(POLICIES).toHaveLength(sections.length);
  expect(new Set(POLICIES.map(([name]) => name)).size).toBe(sections.length);
  for (const section of sections) expect(section.split(/^```$/m).at(-1)?.trim()).toMatch(/^[A-Z`][^]+\.$/);
});

describe.each(POLICIES)('docs/cookbook.md, %s', (name, text) => {
  const result = compile([{ name, text }]);

  it('is formatted', () => {
    expect(formatText(text)).toEqual({ kind: 'ok', text });
  });

  it('compiles without a diagnostic', () => {
    expect(confirmGains(result).map((d) => `${d.code}: ${d.message}`)).toEqual([]);
  });

  it('needs each of its `accept` declarations', () => {
    for (const [accept = ''] of text.matchAll(/^accept .*\n/gm))
      expect(checkSources([{ name, text: text.replace(accept, '') }]).diagnostics).not.toEqual([]);
  });

  it('has an assertion', () => {
    expect(result.artifact?.manifest.assertions ?? []).not.toEqual([]);
  });

  it('passes its tests, which expect both verdicts', () => {
    const reports = defined(runTests(result), 'it compiles');
    expect(reports.flatMap((r) => r.diagnostics.map((d) => d.message))).toEqual([]);
    expect(text).toContain('expect allow');
    expect(text).toContain('expect deny');
  });
});
