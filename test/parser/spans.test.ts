import { expect, test } from 'vitest';
import type * as ast from '../../src/parser/ast.js';
import type { Span } from '../../src/diagnostics/types.js';
import { marked, parseSoundly, rangeOf } from '../support/syntax-tree.js';

type Pick = (file: ast.PolicyFile) => { readonly span: Span } | undefined;

const item: Pick = (f) => f.policies[0]?.items[0];
const within = (pick: (item: ast.ScopeItem) => { readonly span: Span } | undefined): Pick => {
  return (f) => {
    const first = f.policies[0]?.items[0];
    return first === undefined ? undefined : pick(first);
  };
};
const given: Pick = (f) => f.tests[0]?.given[0];
const step: Pick = (f) => f.tests[0]?.steps[0];
const policy = (body: string): string => `llp 1; policy "p" { ${body} }`;

/** What is looked at, a text with the expected span marked, and how the node is found. */
const ROWS: readonly (readonly [string, string, Pick])[] = [
  ['file', '«llp 1; policy "p" { } // end\n»', (f) => f],
  ['file after a mark of byte order', '«\uFEFFllp 1;»', (f) => f],
  ['import', 'llp 1; «import "a.llp";» ', (f) => f.imports[0]],
  ['path of an import', 'llp 1; import «"a.llp"» ;', (f) => f.imports[0]?.path],
  ['param', 'llp 1; «param a: path;»', (f) => f.params[0]],
  ['name of a param', 'llp 1; param «site»: path;', (f) => f.params[0]?.name],
  ['value of a param', 'llp 1; param site: path = «"/x"»;', (f) => f.params[0]?.default],
  ['actions', 'llp 1; «actions a = read , write ;» ', (f) => f.actions[0]],
  ['set', 'llp 1; actions a = «read , write» ;', (f) => f.actions[0]?.set],
  ['set of all', 'llp 1; actions a = «all»;', (f) => f.actions[0]?.set],
  ['set of all but some', 'llp 1; actions a = «all except\n b, c»;', (f) => f.actions[0]?.set],
  ['name in a set', 'llp 1; actions a = read, «write»;', (f) => f.actions[0]?.set.names[1]],
  ['fragment', 'llp 1; «fragment f { }»', (f) => f.fragments[0]],
  ['param of a fragment', 'llp 1; fragment f(a: path, «b : name») { }', (f) => f.fragments[0]?.params[1]],
  ['policy', 'llp 1; «policy "p" { allow read; }» ', (f) => f.policies[0]],
  ['default', policy('«default deny ;»'), (f) => f.policies[0]?.defaults[0]],
  ['assertion', 'llp 1; «assert never read, write under "/a";» ', (f) => f.assertions[0]],
  ['assertion in a policy', policy('«assert always read at "/a";»'), (f) => f.policies[0]?.assertions[0]],
  ['set of an assertion', 'llp 1; assert never «all except read» at "/a";', (f) => f.assertions[0]?.set],
  [
    'path of an assertion',
    'llp 1; assert never read under «"/a${b}"»;',
    (f) => (f.assertions[0]?.kind === 'assert' ? f.assertions[0].path : undefined),
  ],
  ['assertion of gains', 'llp 1; «assert never gains read;»', (f) => f.assertions[0]],
  ['set of an assertion of gains', 'llp 1; assert never gains «a, b»;', (f) => f.assertions[0]?.set],
  ['accepted gains', 'llp 1; «accept gains read;» policy "p" { }', (f) => f.accepts[0]],
  ['accepted gains in a policy', policy('«accept gains all;»'), (f) => f.policies[0]?.accepts[0]],
  ['accepted gap', 'llp 1; «accept unenforced read on linux;»', (f) => f.accepts[0]],
  [
    'accepted gap in a policy',
    policy('«accept unenforced all on linux ;»'),
    (f) => f.policies[0]?.accepts[0],
  ],
  ['set of an accepted gap', 'llp 1; accept unenforced «on, unenforced» on on;', (f) => f.accepts[0]?.set],
  [
    'target of an accepted gap',
    'llp 1; accept unenforced read on «landlock-v8»;',
    (f) => (f.accepts[0]?.kind === 'accept-unenforced' ? f.accepts[0].target : undefined),
  ],
  ['rule', policy('«allow read, write;»'), item],
  ['rule that forbids', policy('«forbid all except read;»'), item],
  ['use', policy('«use f("a", "b");»'), item],
  ['argument', policy('use f("a", «"b"»);'), within((i) => (i.kind === 'use' ? i.args[1] : undefined))],
  ['scope', policy('«dir? "/a" { allow read; }» allow write;'), item],
  ['path of a scope', policy('file «"/a"» { }'), within((i) => (i.kind === 'scope' ? i.path : undefined))],
  [
    'item of a scope',
    policy('dir "/a" { «here { }» }'),
    within((i) => (i.kind === 'scope' ? i.items[0] : undefined)),
  ],
  ['here', policy('«here { deny read; }»'), item],
  [
    'text in a string',
    policy('dir "«/a\\n»${b}c" { }'),
    within((i) => (i.kind === 'scope' ? i.path.parts[0] : undefined)),
  ],
  [
    'interpolation',
    policy('dir "/a\\u{41}«${b}»c" { }'),
    within((i) => (i.kind === 'scope' ? i.path.parts[1] : undefined)),
  ],
  [
    'text after it',
    policy('dir "/a${b}«c»" { }'),
    within((i) => (i.kind === 'scope' ? i.path.parts[2] : undefined)),
  ],
  ['test', 'llp 1; «test "t" { }»', (f) => f.tests[0]],
  ['file in a tree', 'llp 1; test "t" { given { «file "/a";» } }', given],
  ['link in a tree', 'llp 1; test "t" { given { «link "/a" -> "b" ;» } }', given],
  ['expect', 'llp 1; test "t" { «expect deny read "/a";» }', step],
  [
    'action of an expect',
    'llp 1; test "t" { expect deny «link» "/a"; }',
    (f) => {
      const first = f.tests[0]?.steps[0];
      return first?.kind === 'expect' ? first.action : undefined;
    },
  ],
  ['cd', 'llp 1; test "t" { «cd "/a";» cd "/b"; }', step],
];

test.each(ROWS)('parse, span of %s', (_, source, pick) => {
  const { text, spans } = marked(source);
  const { file, diagnostics } = parseSoundly(text);
  expect(diagnostics).toEqual([]);
  expect(file && rangeOf(pick(file))).toEqual(spans[0]);
});

test('parse, span of a name in an interpolation', () => {
  const { text, spans } = marked(policy('dir "/x${«site»}" { }'));
  const scope = parseSoundly(text).file?.policies[0]?.items[0];
  const part = scope?.kind === 'scope' ? scope.path.parts[1] : undefined;
  expect(part?.kind === 'interpolation' && rangeOf(part.name)).toEqual(spans[0]);
});

test('parse: words of tests are names elsewhere', () => {
  const text = 'llp 1; actions given = link; actions cd = bind, hardlink, expect; policy "p" { use given; }';
  const { file, diagnostics } = parseSoundly(text);
  expect(diagnostics).toEqual([]);
  expect(file?.actions.flatMap((a) => [a.name.text, ...a.set.names.map((n) => n.text)]).join(' ')).toBe(
    'given link cd bind hardlink expect',
  );
});

test('parse: words of assertions are names elsewhere', () => {
  const text =
    'llp 1; actions never = assert, at; assert never never under "/a"; assert always always, under at "/a";';
  const { file, diagnostics } = parseSoundly(text);
  expect(diagnostics).toEqual([]);
  expect(file?.assertions.map((a) => a.set.names.map((n) => n.text).join())).toEqual([
    'never',
    'always,under',
  ]);
});

/** What is wrong, the text with the place marked, and the code. */
const MISTAKES: readonly (readonly [string, string, string])[] = [
  ['no version', '«»policy "p" { }', 'LLP1007'],
  ['another version', 'llp «2»;', 'LLP1008'],
  ['no semicolon', 'llp 1; import "a"«» policy "p" { }', 'LLP1001'],
  ['a strange sign', 'llp 1; «§§» policy "p" { }', 'LLP1002'],
  ['a string without its end', 'llp 1; import «"a»;\n', 'LLP1003'],
  ['a path without its end', 'llp 1; policy "p" { dir «"/a» {\n allow read; } }', 'LLP1003'],
  ['a string that ends in an escape', 'llp 1; import «"a\\"» ;\n', 'LLP1003'],
  ['an unknown escape', policy('dir "/a«\\q»b" { }'), 'LLP1004'],
  ['an escape of no character', policy('dir "/a«\\u{110000}»b" { }'), 'LLP1004'],
  ['an interpolation of nothing', policy('dir "/a«${}»" { }'), 'LLP1005'],
  ['an interpolation without its end', policy('dir "/a«${b»" { }'), 'LLP1005'],
  ['a comment without its end', 'llp 1; «/*» policy', 'LLP1006'],
  ['a scope in a file', policy('file "/a" { dir «"b"» { } }'), 'LLP1010'],
  ['here in here', policy('here { «here» { } }'), 'LLP1010'],
  ['a parameter in an import', 'llp 1; import "«${a}»";', 'LLP1011'],
  ['a parameter in a name', 'llp 1; policy "«${a}»" { }', 'LLP1011'],
  ['a block without its end', 'llp 1; policy "p" «{» dir "/a" { allow read; }', 'LLP1013'],
  ['a control character', policy('dir "/a«\u0007»" { }'), 'LLP1014'],
  ['a misspelt word', policy('«alow» read;'), 'LLP1015'],
  ['a path without quotes', policy('dir «/srv/www» { }'), 'LLP1016'],
  ['an unknown type', 'llp 1; param a: «paht»;', 'LLP1001'],
  ['a link to nothing', 'llp 1; test "t" { given { «link "/a";» } }', 'LLP1001'],
  ['a file with a target', 'llp 1; test "t" { given { file "/a" -> «"/b"»; } }', 'LLP1001'],
  ['no name of an action', policy('allow «;»'), 'LLP1001'],
  ['an assertion of no place', 'llp 1; assert never read«;»', 'LLP1001'],
  ['an assertion of no path', 'llp 1; assert never read under «;»', 'LLP1001'],
  ['an assertion that claims nothing', 'llp 1; assert «read» under "/a";', 'LLP1001'],
  ['what always gains', 'llp 1; assert always «gains» read;', 'LLP1001'],
  ['an accept of something else', 'llp 1; accept «read»;', 'LLP1001'],
  ['an accepted gap of no target', 'llp 1; accept unenforced read«;»', 'LLP1001'],
  ['an accepted gap on no name', 'llp 1; accept unenforced read on «;»', 'LLP1001'],
  ['an accepted gap on a path', 'llp 1; accept unenforced read on «"/a"»;', 'LLP1001'],
  ['a misspelt assertion', 'llp 1; «asert» never read under "/a";', 'LLP1015'],
];

test.each(MISTAKES)('parse, place of a mistake: %s', (_, source, code) => {
  const { text, spans } = marked(source);
  const found = parseSoundly(text).diagnostics.map((d) => [d.code, d.span?.start, d.span?.end]);
  expect(found).toContainEqual([code, ...(spans[0] ?? [])]);
});

test.each(MISTAKES)('parse: reports one mistake once: %s', (_, source) => {
  expect(parseSoundly(marked(source).text).diagnostics.length).toBe(1);
});
