/** `diff` on chosen pairs: regions, grouping, objects that are created later, requirements. */
import { describe, expect, it } from 'vitest';
import { checkSources } from '../../src/compile.js';
import { textAt } from '../../src/tools/diff/sides.js';
import { defined } from '../../src/base/assert.js';
import { diffPolicies, type DiffReport, type DiffSide } from '../../src/tools/diff/diff.js';
import { diffMarkdown, diffText } from '../../src/tools/diff/diff-text.js';
import { validateAgainst } from '../../src/runtime/schema.js';
import { largePolicy } from '../../bench/policies.js';

function side(body: string, name: string): DiffSide {
  const { policy, hierarchies, sources, diagnostics } = checkSources([{ name, text: body }]);
  expect(diagnostics.filter((d) => d.severity === 'error')).toEqual([]);
  return {
    layers: defined(policy, 'it compiles').layers,
    hierarchies,
    locate: (span) => textAt(span, sources),
  };
}

function diff(old: string, next: string): DiffReport {
  const result = diffPolicies(side(old, 'old.llp'), side(next, 'new.llp'));
  if (result.format === 'too-large') throw new Error(result.globs);
  return result;
}

const policy = (body: string): string => `llp 1;\npolicy "p" { default deny;\n${body}\n}\n`;
const lines = (report: DiffReport): string[] =>
  report.changes.map(
    (c) =>
      `${c.change} ${c.region.path} ${c.region.aspects.join('+')} ${c.actions.join(',')} ${c.witnesses.map((w) => w.path + (w.object === 'dir' ? '/' : '')).join(' ')}`,
  );

describe('findDifferences', () => {
  it('shows a region once, however much lies beneath it', () => {
    const inner = 'dir "a" { allow write; dir "b" { allow write, map; } }';
    const report = diff(
      policy(`dir "/x" { allow read; ${inner} }`),
      policy(`dir "/x" { allow open; ${inner} }`),
    );
    expect(lines(report)).toEqual(['narrowed /x dir+below read /x/c', 'widened /x dir+below open /x/']);
  });

  it('shows every place where other rules decide', () => {
    const at = (rule: string): string => policy(`dir "/a" { ${rule} read; } dir "/b" { ${rule} read; }`);
    expect(lines(diff(at('allow'), at('forbid')))).toEqual([
      'narrowed /a dir+below read /a/c',
      'narrowed /b dir+below read /b/c',
    ]);
  });

  it('separates the directory itself from everything beneath it, and from a file', () => {
    const report = diff(policy('dir "/a" { here { allow open; } }'), policy('file "/a" { allow open; }'));
    expect(lines(report)).toEqual(['narrowed /a dir open /a/', 'widened /a file open /a']);
    expect(report.changes.map((c) => c.witnesses[0]?.refused)).toEqual([
      { old: false, new: true },
      { old: true, new: false },
    ]);
    expect(report.requirements.map((r) => `${r.object}: ${r.old} / ${r.new}`)).toEqual([
      'dir: must be there / nothing',
      'file: nothing / must be there',
    ]);
  });

  it('finds a difference of later objects where globs match all existing ones', () => {
    const at = (rule: string): string =>
      policy(`dir "/a" { ${rule} file? "*" { deny read; } file? ".*" { deny read; }
        dir? "*" { deny read; } dir? ".*" { deny read; } }`);
    const report = diff(
      at('allow read; here { deny read; }'),
      at('allow open; here { deny open; deny read; }'),
    );
    const later = report.changes.filter((c) => c.witnesses[0]?.appearsLater);
    expect(later.map((c) => `${c.change} ${c.actions.join()} ${c.region.aspects.join()}`)).toEqual([
      'narrowed read below',
    ]);
  });

  it('says where a walk is denied on the way', () => {
    const at = (rule: string): string => policy(`dir "/a" { deny walk; ${rule} open; }`);
    const [change] = diff(at('allow'), at('deny')).changes;
    expect(change?.witnesses[0]).toMatchObject({ path: '/a', blocked: { old: null, new: null } });
    const under = (rule: string): string => policy(`dir "/a" { deny walk; dir "b" { ${rule} read; } }`);
    expect(diff(under('allow'), under('deny')).changes[0]?.witnesses[0]?.blocked).toEqual({
      old: '/a',
      new: '/a',
    });
  });

  it('shows each action only on the kinds of objects that calls ask it of', () => {
    const at = (set: string): string => policy(`dir "/a" { allow ${set}; }`);
    const shown = (set: string): string[] => lines(diff(at('lock'), at(`lock, ${set}`)));
    expect(shown('execute')).toEqual(['widened /a dir+below execute /a/b']);
    expect(shown('open, read')).toEqual(['widened /a dir+below open,read /a/b']);
    expect(shown('open, readdir')).toEqual(['widened /a dir+below open,readdir /a/']);
    const both = diff(at('lock'), at('lock, open, read, readdir'));
    expect(lines(both)).toEqual(['widened /a dir+below open,read,readdir /a/ /a/b']);
    expect(both.changes[0]?.witnesses.map((w) => w.actions)).toEqual([['open', 'readdir'], ['read']]);
    expect(diffText(both)).toContain('open, read, readdir: deny -> allow, as on /a/ and /a/b\n');
    const one = diff(policy('file? "/a" { }'), policy('file? "/a" { allow all; }'));
    expect(one.changes.flatMap((c) => c.actions)).not.toContain('readdir');
  });

  it('reports a difference that no call asks about, if it is the only one', async () => {
    const here = policy('dir "/a" { here { allow read, execute; } }');
    const report = diff(here, policy('dir "/a" { }'));
    expect(report).toMatchObject({
      equal: true,
      changes: [],
      unasked: { path: '/a', object: 'dir', actions: ['execute', 'read'] },
    });
    expect(diffText(report).split('\n')[0]).toMatch(
      /^no difference in what calls ask: \d+ states? of both automata together; only execute of the directory \/a\/ and similar requests differ, which no call makes$/,
    );
    expect(await validateAgainst('diff-1.json', JSON.parse(JSON.stringify(report)))).toEqual([]);
    const file = diff(policy('file? "/a" { allow readdir; }'), policy('file? "/a" { }'));
    expect(file.unasked).toEqual({ path: '/a', object: 'file', actions: ['readdir'] });
    const optional = diff(here, policy('dir? "/a" { }'));
    expect(optional).toMatchObject({ equal: false, unasked: { path: '/a' } });
    expect(diffText(optional)).toContain(
      '; execute of the directory /a/ and similar requests differ too, which no call makes\n',
    );
    expect(diff(here, policy('dir "/a" { allow open; }')).unasked).toBeNull();
  });

  it('proves that a rewrite means the same, and warns that links may separate other scopes', () => {
    const a = policy('dir "/a" { allow read, open; }');
    const same = diff(a, policy('dir "/a" { allow open; allow read; }'));
    expect(same).toMatchObject({ equal: true, complete: true, sameScopes: true, changes: [] });
    const other = diff(a, policy('dir "/a" { allow read, open; dir? "b" { } }'));
    expect(other).toMatchObject({ equal: false, sameScopes: false, changes: [] });
    expect(diffText(same)).toMatch(/^no difference on any path: \d+ states/);
  });

  it('compares all layers together', () => {
    const old = policy('dir "/a" { allow read; }');
    const report = diff(old, `${old}policy "q" { default allow; dir "/a/b" { deny read; } }`);
    expect(lines(report)).toEqual(['narrowed /a/b dir+below read /a/b/c']);
    expect(report.changes[0]?.new.rules.map((r) => r.layer)).toEqual(['q']);
  });

  it('compares a thousand scopes place by place', () => {
    const old = largePolicy(1000);
    const report = diff(old, old.replace('dir "/srv/area7/place7" {', 'dir "/srv/area7/other" {'));
    expect(
      report.changes.map((c) => c.region.path).every((p) => /^\/srv\/area7\/(?:place7|other)$/.test(p)),
    ).toBe(true);
    expect(report.requirements).toHaveLength(2);
  });

  it('prints JSON that fits the schema, and a table', async () => {
    const report = diff(policy('dir "/a|b" { allow read; }'), policy('file? "/a|b" { allow open; }'));
    expect(await validateAgainst('diff-1.json', JSON.parse(JSON.stringify(report)))).toEqual([]);
    const table = diffMarkdown(report);
    const cells = table
      .split('\n')
      .filter((l) => l.startsWith('|'))
      .map((l) => l.replaceAll('\\|', '').split('|').length - 2);
    const rows = (n: number, width: number): number[] => Array<number>(n + 2).fill(width);
    expect(cells).toEqual([...rows(report.changes.length, 6), ...rows(report.requirements.length, 3)]);
    expect(report.requirements).toHaveLength(2);
  });
});
