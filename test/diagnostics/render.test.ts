/** Diagnostics made by hand, as text, JSON and SARIF: places that are hard to show, and what each form must hold. */
import { describe, expect, it, test } from 'vitest';
import { diagnosticsJson } from '../../src/diagnostics/json.js';
import { renderText } from '../../src/diagnostics/render.js';
import { validateAgainst } from '../../src/runtime/schema.js';
import { diagnosticsSarif } from '../../src/diagnostics/sarif.js';
import type { Diagnostic, SourceText } from '../../src/diagnostics/types.js';

const plain = { colour: false };

/** A text with a place marked by `«…»`, and a diagnostic for that place. */
function marked(text: string, details: Partial<Diagnostic> = {}): readonly [Diagnostic, SourceText] {
  const start = text.indexOf('«');
  const end = text.indexOf('»') - 1;
  const span = { source: 0, start, end };
  const base = { code: 'LLP2001', severity: 'error', message: '`x` is no action', notes: [] } as const;
  return [
    { ...base, span, ...details },
    { name: 'policy.llp', text: text.replace(/[«»]/g, '') },
  ];
}

/** The lines under the first one. */
function excerptOf(text: string): readonly string[] {
  const [diagnostic, source] = marked(text);
  return renderText([diagnostic], [source], plain).split('\n').slice(1, -1);
}

describe('renderText', () => {
  const ROWS: readonly (readonly [string, string, readonly string[]])[] = [
    ['a word', 'allow «x»;', ['    1 | allow x;', '      |       ^']],
    ['another line', 'a\nb\n  «deny» x\nc', ['    3 |   deny x', '      |   ^^^^']],
    ['a tab before it', '\t«deny» x', ['    1 |     deny x', '      |     ^^^^']],
    ['a tab in it', '«a\tb»', ['    1 | a    b', '      | ^^^^^^']],
    ['wide characters before it', '"語語" «x»', ['    1 | "語語" x', '      |        ^']],
    ['wide characters in it', '«語言»', ['    1 | 語言', '      | ^^^^']],
    ['a pair of surrogates before it', '😀 «x»', ['    1 | 😀 x', '      |    ^']],
    ['a combining accent before it', 'e\u0301 «x»', ['    1 | e\u0301 x', '      |   ^']],
    ['an end of Windows', '«a b»\r\nc', ['    1 | a b', '      | ^^^']],
    ['several lines', '«a {\n  b\n}»', ['    1 | a {', '      | ^^^']],
    ['nothing', 'a «»b', ['    1 | a b', '      |   ^']],
    ['the end of the text', 'a\n«»', ['    2 |', '      | ^']],
    ['an end of a line', 'a«\n»b', ['    1 | a', '      |  ^']],
    ['a control character', '«\x1b[31m»', ['    1 | \u{fffd}[31m', '      | ^^^^^']],
    ['a line of five digits', `${'\n'.repeat(12344)}«a»`, ['12345 | a', '      | ^']],
  ];
  test.each(ROWS)('%s', (_, text, lines) => {
    expect(excerptOf(text)).toEqual(lines);
  });

  test.each([
    ['at its begin', 0],
    ['in the middle', 500],
    ['at its end', 999],
  ])('cuts a long line around a place %s', (_, at) => {
    const text = `${'a'.repeat(at)}«X»${'b'.repeat(999 - at)}`;
    const [line = '', carets = ''] = excerptOf(text);
    expect(line.length).toBeLessThan(180);
    expect(line[carets.indexOf('^')]).toBe('X');
    expect(carets.match(/\^/g)).toHaveLength(1);
    expect(line.startsWith('    1 | …')).toBe(at > 0);
    expect(line.endsWith('…')).toBe(at < 999);
  });

  it('marks the visible part of a long place', () => {
    const [line = '', carets = ''] = excerptOf(`«${'a'.repeat(1000)}»`);
    expect(carets.match(/\^/g)).toHaveLength((line.match(/a/g) ?? []).length);
  });

  it('shows notes with and without a place, then the help', () => {
    const notes = [
      { message: 'the first is here', span: { source: 1, start: 2, end: 3 } },
      { message: 'nothing else speaks of it' },
    ];
    const [diagnostic, source] = marked('deny «x»;', { notes, help: 'write `read`' });
    const other = { name: 'std/a.llp', text: '\n b' };
    expect(renderText([diagnostic], [source, other], plain)).toBe(
      [
        'policy.llp:1:6: error[LLP2001]: `x` is no action',
        '    1 | deny x;',
        '      |      ^',
        'std/a.llp:2:2: note: the first is here',
        '    2 |  b',
        '      |  ^',
        'note: nothing else speaks of it',
        'help: write `read`',
        '',
      ].join('\n'),
    );
  });

  const nowhere: Diagnostic = { code: 'LLP2010', severity: 'warning', message: 'no place', notes: [] };

  it('names the program if there is no place', () => {
    expect(renderText([nowhere], [], plain)).toBe('llpc: warning[LLP2010]: no place\n');
  });

  it('leaves out the line of a source that is not given', () => {
    const [diagnostic] = marked('«x»');
    expect(renderText([diagnostic], [], plain)).toBe('llpc: error[LLP2001]: `x` is no action\n');
  });

  it('puts an empty line between two diagnostics, and prints nothing for none', () => {
    const one = 'llpc: warning[LLP2010]: no place\n';
    expect(renderText([nowhere, nowhere], [], plain)).toBe(`${one}\n${one}`);
    expect(renderText([], [], plain)).toBe('');
  });

  it('prints the same text with colours', () => {
    const [diagnostic, source] = marked('deny «語\tx»;', { notes: [{ message: 'a note' }], help: 'do it' });
    const coloured = renderText([diagnostic], [source], { colour: true });
    expect(coloured).toContain('\x1b[31m');
    expect(coloured.replace(/\x1b\[\d+m/g, '')).toBe(renderText([diagnostic], [source], plain));
  });
});

const [hard, source] = marked('llp 1;\r\n\t"語😀" «x\n y»;', {
  notes: [{ message: 'here', span: { source: 1, start: 0, end: 2 } }, { message: 'no place' }],
  help: 'write `read`',
  fix: { span: { source: 0, start: 8, end: 9 }, replacement: '' },
});
const sources = [source, { name: 'a dir/ü%.llp', text: 'ab' }];
const bare: Diagnostic = { code: 'LLP2010', severity: 'warning', message: 'no place', notes: [] };

describe('diagnosticsJson', () => {
  it('has lines and columns from 1, in UTF-16 units', () => {
    const { format, version, diagnostics } = diagnosticsJson([hard], sources);
    expect([format, version]).toEqual(['llp-diagnostics', 1]);
    expect(diagnostics).toEqual([
      {
        severity: 'error',
        code: 'LLP2001',
        title: 'unknown action',
        message: '`x` is no action',
        location: { file: 'policy.llp', line: 2, column: 8, endLine: 3, endColumn: 3 },
        notes: [
          {
            message: 'here',
            location: { file: 'a dir/ü%.llp', line: 1, column: 1, endLine: 1, endColumn: 3 },
          },
          { message: 'no place', location: null },
        ],
        help: 'write `read`',
        fix: {
          location: { file: 'policy.llp', line: 2, column: 1, endLine: 2, endColumn: 2 },
          replacement: '',
        },
      },
    ]);
  });

  it('fits its schema', async () => {
    expect(await validateAgainst('diagnostics-1.json', diagnosticsJson([hard, bare], sources))).toEqual([]);
  });

  it('has null for what is absent', () => {
    const [only] = diagnosticsJson([bare], sources).diagnostics;
    expect(only).toMatchObject({ location: null, notes: [], help: null, fix: null });
  });
});

/** What the SARIF 2.1.0 schema requires of the parts that are used here, and what ranges it gives. */
interface Region {
  readonly startLine: number;
  readonly startColumn: number;
  readonly endLine: number;
  readonly endColumn: number;
}
interface Physical {
  readonly artifactLocation: { readonly uri: string };
  readonly region: Region;
}
interface Result {
  readonly ruleId: string;
  readonly ruleIndex: number;
  readonly level: string;
  readonly message: { readonly text: string };
  readonly locations: readonly { readonly physicalLocation: Physical }[];
  readonly partialFingerprints: { readonly primaryLocationLineHash: string };
  readonly relatedLocations?: readonly {
    readonly id: number;
    readonly message: { readonly text: string };
    readonly physicalLocation?: Physical;
  }[];
  readonly fixes?: readonly {
    readonly artifactChanges: readonly {
      readonly artifactLocation: { readonly uri: string };
      readonly replacements: readonly {
        readonly deletedRegion: Region;
        readonly insertedContent?: { readonly text: string };
      }[];
    }[];
  }[];
}
interface Log {
  readonly version: string;
  readonly $schema: string;
  readonly runs: readonly {
    readonly tool: {
      readonly driver: {
        readonly name: string;
        readonly version: string;
        readonly rules: readonly {
          readonly id: string;
          readonly name: string;
          readonly shortDescription: { readonly text: string };
          readonly fullDescription: { readonly text: string };
          readonly help: { readonly text: string; readonly markdown?: string };
          readonly helpUri?: string;
          readonly properties: Readonly<Record<string, unknown>>;
          readonly defaultConfiguration: object;
        }[];
      };
    };
    readonly columnKind: string;
    readonly automationDetails: { readonly id: string };
    readonly originalUriBaseIds: object;
    readonly invocations: readonly object[];
    readonly results: readonly Result[];
  }[];
}

function sarif(diagnostics: readonly Diagnostic[], from: readonly SourceText[] = sources): Log {
  return JSON.parse(JSON.stringify(diagnosticsSarif(diagnostics, from, '0.1.0'))) as Log;
}

function soundRegion({ startLine, startColumn, endLine, endColumn }: Region): void {
  for (const n of [startLine, startColumn, endLine, endColumn]) {
    expect(Number.isInteger(n)).toBe(true);
    expect(n).toBeGreaterThanOrEqual(1);
  }
  expect(endLine > startLine || (endLine === startLine && endColumn >= startColumn)).toBe(true);
}

/** RFC 3986: a URI reference has no other characters, and `%` begins a byte. */
const URI = /^(?:[A-Za-z0-9\-._~:/?#@!$&'()*+,;=]|%[0-9A-F]{2})+$/;

describe('diagnosticsSarif', () => {
  const log = sarif([hard, bare, hard]);
  const [run] = log.runs;
  const results = run?.results ?? [];

  it('has the required fields of a log', () => {
    expect(log.version).toBe('2.1.0');
    expect(log.$schema).toMatch(/sarif-schema-2\.1\.0\.json$/);
    expect(log.runs).toHaveLength(1);
    expect(run?.tool.driver).toMatchObject({ name: 'llpc', version: '0.1.0' });
    expect(run?.columnKind).toBe('utf16CodeUnits');
    expect(results).toHaveLength(3);
  });

  it('has each rule once, at the index that the results give', () => {
    const rules = run?.tool.driver.rules ?? [];
    expect(rules.map((r) => r.id)).toEqual(['LLP2001', 'LLP2010']);
    for (const result of results) expect(rules[result.ruleIndex]?.id).toBe(result.ruleId);
    // Of the catalogue, not of what was found this time.
    expect(rules.map((r) => r.defaultConfiguration)).toEqual([{ level: 'error' }, { level: 'error' }]);
  });

  it('has a message and a sound place for every result, note and fix', () => {
    for (const result of results) {
      expect(result.message.text).not.toBe('');
      expect(['error', 'warning']).toContain(result.level);
      const related = result.relatedLocations ?? [];
      expect(related.map((r) => r.id)).toEqual(related.map((_, i) => i));
      for (const note of related) expect(note.message.text).not.toBe('');
      const places = [...result.locations, ...related].flatMap((l) => l.physicalLocation ?? []);
      for (const { artifactLocation, region } of places) {
        expect(artifactLocation.uri).toMatch(URI);
        soundRegion(region);
      }
      for (const change of result.fixes?.flatMap((f) => f.artifactChanges) ?? []) {
        expect(change.artifactLocation.uri).toMatch(URI);
        expect(change.replacements.length).toBeGreaterThan(0);
        change.replacements.forEach((r) => soundRegion(r.deletedRegion));
      }
    }
  });

  it('has the messages of renderText', () => {
    const [first, second] = results;
    expect(first?.message.text).toBe('`x` is no action\nhelp: write `read`');
    expect(first?.locations.map((l) => l.physicalLocation)).toEqual([
      {
        artifactLocation: { uri: 'policy.llp', uriBaseId: '%SRCROOT%' },
        region: { startLine: 2, startColumn: 8, endLine: 3, endColumn: 3 },
      },
    ]);
    expect(first?.relatedLocations?.map((r) => r.message.text)).toEqual(['here', 'no place']);
    expect(first?.fixes?.[0]?.artifactChanges[0]?.replacements).toEqual([
      {
        deletedRegion: { startLine: 2, startColumn: 1, endLine: 2, endColumn: 2 },
        insertedContent: { text: '' },
      },
    ]);
    expect(second?.message.text).toBe('no place');
    expect(second?.relatedLocations).toBeUndefined();
    expect(second?.fixes).toBeUndefined();
  });

  test.each([
    ['policy.llp', 'policy.llp'],
    ['a dir/ü%.llp', 'a%20dir/%C3%BC%25.llp'],
    ['/srv/policy.llp', 'file:///srv/policy.llp'],
    ['../policy.llp', '../policy.llp'],
    ['<stdin>', '%3Cstdin%3E'],
    ['a:b.llp', 'a%3Ab.llp'],
  ])('names the file %s as a URI', (name, uri) => {
    const [diagnostic, { text }] = marked('«x»');
    const [result] = sarif([diagnostic], [{ name, text }]).runs[0]?.results ?? [];
    expect(result?.locations[0]?.physicalLocation.artifactLocation.uri).toBe(uri);
  });

  it('has for every rule and result what code hosts require', () => {
    expect(run?.automationDetails.id).toBe('llpc/');
    for (const rule of run?.tool.driver.rules ?? []) {
      for (const text of [rule.name, rule.shortDescription.text, rule.fullDescription.text, rule.help.text]) {
        expect(text).not.toBe('');
        expect(text.length).toBeLessThanOrEqual(1024);
      }
      expect(rule.name).toMatch(/^[A-Z][A-Za-z0-9]*$/);
      expect(rule.helpUri).toBeUndefined();
      expect(['error', 'warning', 'recommendation']).toContain(rule.properties['problem.severity']);
    }
    for (const { locations, partialFingerprints } of results) {
      expect(locations).toHaveLength(1);
      expect(partialFingerprints.primaryLocationLineHash).toMatch(/^[0-9a-f]{1,16}:[1-9]\d*$/);
    }
    expect(run?.originalUriBaseIds).toHaveProperty('%SRCROOT%');
    expect(run?.invocations).toEqual([{ executionSuccessful: true }]);
  });

  it('links the page of a rule in the repository, and has its text as help', () => {
    const options = { page: (code: string) => `# ${code}`, home: 'https://llp.example/', category: 'a/b' };
    const [only] = (diagnosticsSarif([hard], sources, '1.0.0', options) as Log).runs;
    const [rule] = only?.tool.driver.rules ?? [];
    expect(rule?.helpUri).toBe('https://llp.example/docs/errors/LLP2001.md');
    expect(rule?.help).toEqual({ text: '# LLP2001', markdown: '# LLP2001' });
    expect(only?.automationDetails.id).toBe('a/b/');
  });

  it('puts a result without a place at the start of the first source, or of the run', () => {
    const region = { startLine: 1, startColumn: 1, endLine: 1, endColumn: 1 };
    expect(results[1]?.locations[0]?.physicalLocation.region).toEqual(region);
    const fatal: Diagnostic = { ...bare, severity: 'error', code: 'LLP2017' };
    const [without] = sarif([bare, fatal], []).runs;
    expect(without?.results).toEqual([]);
    expect(without?.invocations).toMatchObject([
      { executionSuccessful: false, toolExecutionNotifications: [{ level: 'warning' }, { level: 'error' }] },
    ]);
  });

  it('is a log without results if there is no diagnostic', () => {
    expect(sarif([]).runs[0]?.results).toEqual([]);
  });
});
