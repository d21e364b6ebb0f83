/** What is shown of gaps: by a build, by `llpc gaps`, and in each format. */
import { readFileSync } from 'node:fs';
import { describe, expect, it, test } from 'vitest';
import { ACTIONS } from '../../src/abi/actions.js';
import { NEWEST_MACHINE } from '../../src/artifact/enforcement-plan.js';
import { GAP_CAUSES, GAP_DIRECTIONS, GAP_TIMES, type FoundGap } from '../../src/artifact/gap.js';
import { TARGETS } from '../../src/codegen/targets.js';
import { compileFor, type CompileOptions, type CompileResult } from '../../src/compile.js';
import { renderText } from '../../src/diagnostics/render.js';
import { diagnosticsSarif } from '../../src/diagnostics/sarif.js';
import { reportGaps, type GapsResult } from '../../src/tools/gaps/gaps.js';
import { gapsText } from '../../src/tools/gaps/gaps-text.js';
import { FOUND, GAPPED, targetWith } from '../support/gaps.js';
import { matchGolden } from '../support/golden.js';
import { checkedOf } from '../support/policy.js';

const ACCEPTING = 'accept unenforced chdir, getattr, map, setattr on linux;\n';
const IDLE = 'accept unenforced lock on linux;\naccept unenforced all on landlock-v8;\n';

/** Builds `GAPPED` for a target with these gaps. Lines are added behind the policy, so that the places of the gaps stay. */
function build(found: readonly FoundGap[], lines: string, options: CompileOptions = {}): CompileResult {
  const text = `${GAPPED}${lines}`;
  return compileFor(targetWith(found), [{ name: 'policy.llp', text }], options);
}

function reportOf(found: readonly FoundGap[], lines = '', exact = false): GapsResult {
  const { policy, sources } = checkedOf(`${GAPPED}${lines}`);
  return reportGaps(found, { policy, sources, target: TARGETS.linux, machine: NEWEST_MACHINE, exact });
}

const codes = ({ diagnostics }: Pick<CompileResult, 'diagnostics'>): string[] =>
  diagnostics.map((d) => `${d.code} ${d.severity}`).sort();

describe('a build', () => {
  it('makes nothing where a looser gap is not accepted, and says where, what and what to write', () => {
    const { artifact, diagnostics, sources } = build(FOUND, '');
    expect(artifact).toBeUndefined();
    matchGolden('gaps/build.txt', renderText(diagnostics, sources, { colour: false }));
  });

  it('keeps all gaps among its results, accepted or not', () => {
    const { gaps = [] } = build(FOUND, ACCEPTING).stages;
    expect(gaps.map((gap) => [gap.direction, gap.accepted])).toEqual(
      FOUND.map(({ direction }) => [direction, direction === 'looser']),
    );
  });

  it('warns of stricter gaps alone where every looser one is accepted', () => {
    const built = build(FOUND, ACCEPTING);
    expect(codes(built)).toEqual(['LLP4008 warning']);
    expect(built.artifact).toBeDefined();
  });

  it('refuses stricter gaps with `exact`', () => {
    const built = build(FOUND, ACCEPTING, { exact: true });
    expect(codes(built)).toEqual(['LLP4008 error']);
    expect(built.artifact).toBeUndefined();
  });

  it('accepts some actions of a gap', () => {
    const built = build(FOUND.slice(1, 2), 'accept unenforced chdir on linux;\n');
    expect(built.diagnostics.map((d) => [d.message, d.help])).toEqual([
      [
        '`linux` does not stop what is denied here: `getattr`',
        'write `accept unenforced getattr on linux;` where this is meant',
      ],
    ]);
  });

  it('warns of an acceptance that accepts nothing on its own target, and says to remove it', () => {
    const { diagnostics } = build([], IDLE);
    expect(diagnostics.map((d) => [d.code, d.severity, d.message, d.help])).toEqual([
      ['LLP4011', 'warning', '`linux` leaves none of `lock` unenforced here', 'remove it'],
    ]);
    const [{ fix } = {}] = diagnostics;
    expect(`${GAPPED}${IDLE}`.slice(fix?.span.start, fix?.span.end)).toBe('accept unenforced lock on linux;');
    expect(fix?.replacement).toBe('');
  });

  it('an acceptance in a policy block is about this layer alone', () => {
    const lines = (name: string): string =>
      GAPPED.replace(`policy "${name}" {`, `policy "${name}" { accept unenforced setattr on linux;`);
    const gap = { ...(FOUND[2] as FoundGap), layers: ['calls'] };
    const of = (name: string): string[] =>
      codes(compileFor(targetWith([gap]), [{ name: 'policy.llp', text: lines(name) }]));
    expect(of('calls')).toEqual([]);
    expect(of('files')).toEqual(['LLP4007 error', 'LLP4011 warning']);
  });

  it('gives the machine to the target', () => {
    const seen: unknown[] = [];
    const target = { ...targetWith([]), gaps: (_: unknown, machine: unknown) => (seen.push(machine), []) };
    compileFor(target, GAPPED, { machine: { abi: 2, masks: false } });
    compileFor(target, GAPPED);
    expect(seen).toEqual([{ abi: 2, masks: false }, NEWEST_MACHINE]);
  });
});

describe('the report', () => {
  it('lists looser gaps first, and first those that are not accepted', () => {
    const { report } = reportOf(
      FOUND,
      'accept unenforced chdir on linux;\naccept unenforced lock on linux;\n',
    );
    expect(report.gaps.map((g) => `${g.direction} ${g.accepted} ${g.actions.join()}`)).toEqual([
      ...['looser false getattr', 'looser false setattr', 'looser false map', 'looser true chdir'],
      ...['stricter false append', 'errno false unlink', 'visibility false read'],
    ]);
    expect(report.idle.map((place) => place.line)).toEqual([14]);
    matchGolden('gaps/report.txt', gapsText(report));
    matchGolden('gaps/report.json', JSON.stringify(report, null, 1) + '\n');
  });

  it.each([
    ['', false, false],
    [ACCEPTING, false, true],
    [ACCEPTING, true, false],
  ])('%j with exact %j: enforceable %j', (lines, exact, enforceable) => {
    expect(reportOf(FOUND, lines, exact).report.enforceable).toBe(enforceable);
  });

  it('says that there are no gaps', () => {
    expect(gapsText(reportOf([]).report)).toBe(
      'linux, Landlock ABI 7, with masks: no gaps: the policy is enforced exactly\n',
    );
  });

  it('has a diagnostic for each gap that is not accepted, in each format', () => {
    const { diagnostics } = reportOf(FOUND, 'accept unenforced chdir, getattr on linux;\n');
    const { sources } = checkedOf(GAPPED);
    expect(diagnostics.map((d) => d.code)).toEqual([
      ...['LLP4007', 'LLP4007', 'LLP4008', 'LLP4009', 'LLP4010'],
    ]);
    const log = JSON.stringify(diagnosticsSarif(diagnostics, sources, '0.0.0'));
    for (const { code, message } of diagnostics) {
      expect(log).toContain(`"ruleId":"${code}"`);
      expect(log).toContain(JSON.stringify(message).slice(1, -1));
    }
    matchGolden('gaps/diagnostics.txt', renderText(diagnostics, sources, { colour: false }));
  });
});

test('gaps-1.json: the schema has every direction, cause, time and action', () => {
  interface Enumerated {
    readonly enum: readonly string[];
    readonly items: { readonly enum: readonly string[] };
  }
  const schema = JSON.parse(readFileSync('schema/gaps-1.json', 'utf8')) as {
    readonly $defs: { readonly gap: { readonly properties: Readonly<Record<string, Enumerated>> } };
  };
  const { direction, cause, when, actions } = schema.$defs.gap.properties;
  expect(direction?.enum).toEqual(GAP_DIRECTIONS);
  expect(cause?.enum).toEqual(Object.keys(GAP_CAUSES));
  expect(when?.enum).toEqual(Object.keys(GAP_TIMES));
  expect(actions?.items.enum).toEqual(ACTIONS);
});
