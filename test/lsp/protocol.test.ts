/** The language server over the protocol, from a client of its own in another process. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, it, test } from 'vitest';
import { defined } from '../../src/base/assert.js';
import { KEYWORDS } from '../../src/parser/tokens.js';
import { folder } from '../support/llpc.js';
import {
  apply,
  ask,
  change,
  diagnosticsOf,
  open,
  startClient,
  stopClient,
  textAt,
  type Client,
  type OpenText,
} from '../support/lsp-client.js';

const root = folder({
  'srv/www/uploads/a.php': '',
  'srv/www/in "quotes" $x*': '',
  'disk.llp': 'llp 1;\nactions ondisk = read;\n',
  'user.llp': 'llp 1;\nimport "lib.llp";\npolicy "u" { default deny; dir "/u" { allow shared; } }\n',
});
const uri = (name: string): string => pathToFileURL(join(root, name)).href;
let client: Client;
let count = 0;
beforeAll(async () => {
  client = await startClient(root);
});
afterAll(async () => {
  expect(await stopClient(client)).toBe(0);
});

/** A new text in the folder, which is not on disk. */
const fresh = (text: string): Promise<OpenText> => open(client, uri(`new${count++}.llp`), text);
const policy = (body: string): string => `llp 1;\npolicy "p" {\n  default deny;\n${body}\n}\n`;

test('initialize: returns the capabilities', () => {
  const { capabilities, serverInfo } = client.initialized;
  expect(serverInfo?.name).toBe('llpc');
  for (const name of [
    'hover',
    'definition',
    'references',
    'rename',
    'completion',
    'codeAction',
    'documentFormatting',
    'documentSymbol',
    'foldingRange',
    'semanticTokens',
  ] as const)
    expect(capabilities[`${name}Provider`], name).toBeTruthy();
});

describe('publishDiagnostics', () => {
  it('publishes each diagnostic at its place, with notes and help', async () => {
    const text = await fresh(policy('  dir "/a" {\n    allow read;\n    deny read;\n  }'));
    const found = await diagnosticsOf(client, text);
    expect(found.map((d) => [d.code, d.severity, text.document.getText(d.range)])).toEqual([
      ['LLP3010', 1, 'deny read;'],
    ]);
    expect(found[0]?.message).toMatch(/help: keep one of the two$/);
    expect(found[0]?.relatedInformation?.map((r) => textAt([text], r.location))).toEqual(['allow read;']);
  });

  it('counts a character beyond the basic plane as two', async () => {
    const text = await fresh('llp 1;\npolicy "😀😀" { default deny; dir "/😀" { alow read; } }\n');
    const [found] = await diagnosticsOf(client, text);
    expect(found?.range.start).toEqual({ line: 1, character: 42 });
    expect(text.document.getText(found?.range)).toBe('alow');
  });

  it('follows the text, and publishes none after the text is closed', async () => {
    const text = await fresh(policy('  dir "/a" { alow read; }'));
    expect(await diagnosticsOf(client, text)).toHaveLength(1);
    const mended = await change(client, text.uri, 2, policy('  dir "/a" { allow read; }'));
    expect(await diagnosticsOf(client, mended)).toEqual([]);
    const broken = await change(client, text.uri, 3, policy('  dir "/a" { allow raed; }'));
    expect((await diagnosticsOf(client, broken)).map((d) => d.code)).toEqual(['LLP2001']);
    await client.connection.sendNotification('textDocument/didClose', { textDocument: { uri: text.uri } });
    await ask(client, 'foldingRange', await fresh('llp 1;'));
    expect(client.published.get(text.uri)?.diagnostics).toEqual([]);
  });

  it('applies changes of parts of a text', async () => {
    const text = await fresh(policy('  dir "/a" { allow raed; }'));
    const start = text.document.positionAt(text.document.getText().indexOf('raed'));
    const range = { start, end: { ...start, character: start.character + 4 } };
    await client.connection.sendNotification('textDocument/didChange', {
      textDocument: { uri: text.uri, version: 2 },
      contentChanges: [{ range, text: 'read' }],
    });
    expect(await diagnosticsOf(client, text, 2)).toEqual([]);
  });

  it('reads the unsaved text of an import', async () => {
    const library = await open(client, uri('a/lib.llp'), 'llp 1;\nactions look = read;\n');
    const user = await open(
      client,
      uri('a/user.llp'),
      `llp 1;\nimport "lib.llp";\npolicy "p" { default deny; dir "/a" { allow look; } }\n`,
    );
    expect(await diagnosticsOf(client, user)).toEqual([]);
    const next = await change(client, library.uri, 2, 'llp 1;\nactions loook = read;\n');
    expect(await diagnosticsOf(client, next)).toEqual([]);
    expect(client.published.get(user.uri)?.diagnostics.map((d) => d.code)).toEqual(['LLP2001']);
    const wrong = await change(client, library.uri, 3, 'llp 1;\nactions look = raed;\n');
    const found = await diagnosticsOf(client, wrong);
    expect(found.map((d) => d.code)).toEqual(['LLP2001']);
    const shown = client.published.get(user.uri)?.diagnostics ?? [];
    expect(shown.map((d) => [d.code, user.document.getText(d.range)])).toEqual([
      ['LLP2001', 'import "lib.llp";'],
    ]);
    expect(shown[0]?.relatedInformation?.[0]?.location.uri).toBe(library.uri);
  });

  it('requires no policy in a file of declarations, and no value of a parameter', async () => {
    const library = await fresh('llp 1;\nfragment f { allow read; }\n');
    expect(await diagnosticsOf(client, library)).toEqual([]);
    const text = await fresh(
      'llp 1;\nparam a: path;\npolicy "p" { default deny; dir "${a}" { allow read; } }\n',
    );
    expect((await diagnosticsOf(client, text)).map((d) => [d.code, d.severity])).toEqual([['LLP2008', 3]]);
    expect((await diagnosticsOf(client, await fresh('llp 1;\n'))).map((d) => d.code)).toEqual(['LLP2013']);
  });

  it('codeAction: offers a fix that repairs the text', async () => {
    const text = await fresh(policy('  dir "/a" {\n    allow read;\n    dir "b" { allow raed; }\n  }'));
    const [found] = await diagnosticsOf(client, text);
    const range = defined(found, 'a diagnostic').range;
    const actions = await ask(client, 'codeAction', text, { range, context: { diagnostics: [] } });
    expect(actions.map((a) => [a.title, a.kind])).toEqual([['did you mean `read`?', 'quickfix']]);
    expect(apply(text, defined(actions[0]?.edit.changes[text.uri], 'an edit'))).toContain(
      'dir "b" { allow read; }',
    );
    expect(
      await ask(client, 'codeAction', text, {
        range: { start: range.end, end: { line: range.end.line + 1, character: 0 } },
        context: { diagnostics: [] },
      }),
    ).toHaveLength(1);
    expect(
      await ask(client, 'codeAction', text, {
        range: { start: { line: 0, character: 0 }, end: { line: 1, character: 0 } },
        context: { diagnostics: [] },
      }),
    ).toEqual([]);
  });

  it('codeAction: removes an idle rule with its line', async () => {
    const text = await fresh(policy('  dir "/a" {\n    allow read;\n    deny write;\n  }'));
    const [found] = await diagnosticsOf(client, text);
    expect([found?.code, found?.tags]).toEqual(['LLP3014', [1]]);
    const [action] = await ask(client, 'codeAction', text, {
      range: found?.range,
      context: { diagnostics: [] },
    });
    expect(apply(text, defined(action?.edit.changes[text.uri], 'an edit'))).toBe(
      policy('  dir "/a" {\n    allow read;\n  }'),
    );
  });
});

describe('hover', () => {
  const BODY =
    '  dir "/srv" {\n    allow read, open;\n    forbid execute;\n    dir? "in" {\n      allow write;\n      deny open;\n      here { deny read; }\n    }\n    file "f" { deny all; }\n  }';
  const hoverAt = async (before: string, text = policy(BODY)): Promise<string> => {
    const at = text.indexOf(before) + before.length;
    const opened = await fresh(`${text.slice(0, at)}¦${text.slice(at)}`);
    return (
      (await ask(client, 'hover', opened))?.contents.value.replaceAll(
        /\(file:[^)]*#L(\d+)\)/g,
        '(line $1)',
      ) ?? 'nothing'
    );
  };

  it('shows whether an assertion holds, and what breaks it', async () => {
    const text = (claims: string): string =>
      `llp 1;\nparam s: path = "/srv";\nactions look = read, open;\n${claims}\npolicy "p" {\n  default deny;\n  assert never unlink under "/";\n  dir "/srv" { allow read; }\n}\n`;
    const claims =
      'assert never look under "${s}/in";\nassert never write under "${s}";\nassert never gains execute;';
    expect(await hoverAt('assert ne', text(claims))).toMatch(
      /^\*\*assert never\*\* `open`, `read` under `\/srv\/in`\n\n`read` is allowed on .*\.\n\n- allowed here \(\[line 10\]/i,
    );
    expect(await hoverAt('"${s}/in";\nassert ne', text(claims))).toMatch(
      /^\*\*assert never\*\* `write` under `\/srv`\n\nHolds: decided on every path/,
    );
    expect(await hoverAt('write under "', text(claims))).toMatch(/Holds/);
    expect(await hoverAt('assert never gai', text(claims))).toMatch(
      /^\*\*assert never gains\*\* `execute`\n\nHolds: no move/,
    );
    expect(await hoverAt('  assert nev', text(''))).toMatch(/`unlink` under `\/`\n\nHolds/);
    expect(await hoverAt('assert nev', text('assert never write under "/x";\nactions x = nothing;'))).toMatch(
      /Not decided/,
    );
  });

  it('shows what is accepted as unenforced', async () => {
    const text = (target: string): string =>
      `llp 1;\nactions look = read, open;\naccept unenforced look on ${target};\npolicy "p" { default deny; }\n`;
    expect(await hoverAt('accept unen', text('linux'))).toMatch(
      /^\*\*accept unenforced\*\* `open`, `read` on `linux`\n\nThis target need not stop these actions/,
    );
    expect(await hoverAt('accept unen', text('linus'))).toMatch(/^\*\*accept unenforced\*\*\n\nNot decided/);
  });

  it('shows the rights at a directory and beneath it, and why', async () => {
    const shown = await hoverAt('dir? "i');
    expect(shown).toContain('**dir?** `/srv/in` in policy `p`');
    const [own = '', below = ''] = shown.split('**Itself**')[1]?.split('**Beneath**') ?? [];
    expect(own).toContain('- denied: `read` (by [`deny read;`](line 10) in `/srv/in`)');
    expect(below).toContain('- allowed: `read` (by [`allow read, open;`](line 5) in `/srv`)');
    for (const part of [own, below]) {
      expect(part).toContain('- allowed: `write` (by [`allow write;`](line 8) in `/srv/in`)');
      expect(part).toContain('- denied: `open` (by [`deny open;`](line 9) in `/srv/in`)');
      expect(part).toContain('- forbidden: `execute` (by [`forbid execute;`](line 6) in `/srv`)');
      expect(part).toContain('- allowed: `walk` (no rule mentions it)');
    }
  });

  it('shows one list if both are alike, and for a file', async () => {
    expect(await hoverAt('dir "/sr')).toMatch(/\*\*Itself and beneath\*\*/);
    expect(await hoverAt('file "')).toMatch(/\*\*file\*\* `\/srv\/f` [^]*denied: `all` except `execute`/);
    expect(await hoverAt('policy "p')).toMatch(/\*\*dir\*\* `\/` in policy `p`/);
    expect(await hoverAt('her')).toContain('`/srv/in`');
  });

  it('shows what a rule overrides', async () => {
    expect(await hoverAt('      den')).toBe('**deny** `open`\n\nOverrides [`allow read, open;`](line 5)');
    expect(await hoverAt('    allow re')).toMatch(/^\*\*allow\*\* `read`\n\nOverridden by .*`deny read;`/);
  });

  it('shows the value of a name', async () => {
    const text =
      'llp 1;\nparam s: path = "/srv";\nactions look = read, open;\nfragment f(w: path) { dir "${w}" { allow look; } }\npolicy "p" { default deny; use f("${s}"); }\n';
    expect(await hoverAt('use f', text)).toBe('```llp\nfragment f(w: path)\n```');
    expect(await hoverAt('("${s', text)).toBe('```llp\nparam s: path = "/srv"\n```');
    expect(await hoverAt('dir "${w', text)).toBe('```llp\nw: path\n```');
    expect(await hoverAt('allow loo', text)).toBe('```llp\nactions look\n```\n\n`open`, `read`');
    expect(await hoverAt('fragment f(w: path) { dir "', text)).toContain('**dir** `/srv`');
    expect(await hoverAt('llp 1;\n', text)).toBe('nothing');
  });
});

describe('definition, references and rename', () => {
  const TEXT =
    'llp 1;\nimport "names.llp";\nparam s: path = "/😀";\npolicy "p" { default deny; dir "${s}/${s}" { allow look, loud; } use f("${s}"); }\n';
  const LIB =
    'llp 1;\nactions look = read;\nactions loud = look, open;\nfragment f(w: path) { dir "${w}/${w}x" { allow loud; } }\n';
  let lib: OpenText;
  const at = async (before: string): Promise<OpenText> => {
    lib = await change(client, uri('n/names.llp'), ++count, LIB);
    const index = TEXT.indexOf(before) + before.length;
    return change(client, uri('n/user.llp'), ++count, `${TEXT.slice(0, index)}¦${TEXT.slice(index)}`);
  };
  beforeAll(async () => {
    lib = await open(client, uri('n/names.llp'), LIB);
    await open(client, uri('n/user.llp'), TEXT);
  });

  it.each([
    ['("${s', 'n/user.llp', 's', 2],
    ['allow loo', 'n/names.llp', 'look', 1],
    ['use f', 'n/names.llp', 'f', 3],
    ['import "na', 'n/names.llp', '', 0],
  ])('definition at %s', async (before, file, name, line) => {
    const text = await at(before);
    const found = await ask(client, 'definition', text);
    expect(found.map((l) => [l.uri, textAt([text, lib], l), l.range.start.line])).toEqual([
      [uri(file), name, line],
    ]);
  });

  it('definition of a fragment of the compiler', async () => {
    const text = await fresh(
      'llp 1;\nimport "std/runtime.llp";\npolicy "p" { default deny; use run¦time; }\n',
    );
    const [found] = await ask(client, 'definition', text);
    expect(
      readFileSync(fileURLToPath(found?.uri ?? ''), 'utf8').split('\n')[found?.range.start.line ?? 0],
    ).toMatch(/^fragment runtime/);
    await expect(ask(client, 'rename', text, { newName: 'other' })).rejects.toThrow(
      'it comes with the compiler',
    );
  });

  it.each([
    ['("${s', true, ['user 2 s', 'user 3 s', 'user 3 s', 'user 3 s']],
    ['("${s', false, ['user 3 s', 'user 3 s', 'user 3 s']],
    ['allow loo', true, ['names 1 look', 'names 2 look', 'user 3 look']],
    ['use f', true, ['names 3 f', 'user 3 f']],
    ['import "na', true, ['user 1 import "names.llp";']],
  ])('references at %s, with the declaration: %s', async (before, includeDeclaration, wanted) => {
    const text = await at(before);
    const found = await ask(client, 'references', text, { context: { includeDeclaration } });
    const shown = found.map(
      (l) =>
        `${l.uri.endsWith('names.llp') ? 'names' : 'user'} ${l.range.start.line} ${textAt([text, lib], l)}`,
    );
    expect(shown.sort()).toEqual(wanted);
  });

  it('rename changes every file, open or not', async () => {
    const text = await open(
      client,
      uri('lib.llp'),
      'llp 1;\nactions sha¦red = read;\nactions more = shared;\n',
    );
    expect(text.document.getText((await ask(client, 'prepareRename', text)) ?? undefined)).toBe('shared');
    const { changes } = await ask(client, 'rename', text, { newName: 'common' });
    expect(Object.keys(changes).sort()).toEqual([uri('lib.llp'), uri('user.llp')]);
    expect(apply(text, changes[text.uri] ?? [])).toBe(
      'llp 1;\nactions common = read;\nactions more = common;\n',
    );
    expect(changes[uri('user.llp')]).toEqual([
      { range: { start: { line: 2, character: 44 }, end: { line: 2, character: 50 } }, newText: 'common' },
    ]);
  });

  it('rename changes names within strings, also after a character of two units', async () => {
    const text = await at('("${s');
    const { changes } = await ask(client, 'rename', text, { newName: 'place' });
    expect(apply(text, changes[text.uri] ?? [])).toBe(
      TEXT.replaceAll('${s}', '${place}').replace('param s', 'param place'),
    );
  });

  it.each([
    ['("${s', '9', /`9` is not a name/],
    ['("${s', 'policy', /`policy` is a word of the language/],
    ['allow loo', 'read', /`read` is an action already/],
    ['allow loo', 'loud', /`loud` is declared already/],
    ['polic', 'x', /no name here/],
  ])('rename at %s to %s is refused', async (before, newName, why) => {
    await expect(ask(client, 'rename', await at(before), { newName })).rejects.toThrow(why);
  });

  it('lead from a rule to the rules that it overrides, and back', async () => {
    const body = '  dir "/a" {\n    allow read;\n    dir "b" { deny read; }\n  }';
    const inner = await fresh(policy(body.replace('deny', 'de¦ny')));
    expect((await ask(client, 'definition', inner)).map((l) => textAt([inner], l))).toEqual(['allow read;']);
    const outer = await fresh(policy(body.replace('allow', 'al¦low')));
    expect(
      (await ask(client, 'references', outer, { context: { includeDeclaration: true } })).map((l) =>
        textAt([outer], l),
      ),
    ).toEqual(['deny read;']);
  });
});

describe('completion', () => {
  const labels = async (text: string): Promise<string[]> =>
    (await ask(client, 'completion', await fresh(text))).map((c) => c.label);
  const HEAD =
    'llp 1;\nimport "std/temporary.llp";\nparam site: path = "' + root + '/srv";\nactions look = read;\n';

  it.each([
    ['at the top', '¦', 'policy', 'allow'],
    ['a word that is begun', 'pol¦', 'policy', 'allow'],
    ['in a policy', 'policy "p" { ¦', 'default', 'policy'],
    ['in a scope', 'policy "p" { dir "/a" { ¦ } }', 'here', 'default'],
    ['in a file', 'policy "p" { file "/a" { ¦ } }', 'allow', 'here'],
    ['in a test', 'test "t" { ¦', 'expect', 'allow'],
    ['in a tree', 'test "t" { given { ¦', 'hardlink', 'expect'],
    ['after a rule', 'policy "p" { dir "/a" { allow read; ¦', 'forbid', 'read'],
    ['after allow', 'policy "p" { allow ¦', 'read', 'policy'],
    ['after allow: sets', 'policy "p" { allow ¦', 'look', 'allow'],
    ['after allow: all', 'policy "p" { allow ¦', 'all', 'except'],
    ['after a comma', 'policy "p" { allow read, ¦; }', 'write', 'all'],
    ['after all', 'policy "p" { allow all ¦', 'except', 'read'],
    ['after except', 'policy "p" { allow all except ¦', 'read', 'all'],
    ['in a set', 'actions more = ¦', 'look', 'policy'],
    ['after use', 'policy "p" { use ¦', 'temporary', 'look'],
    ['after default', 'policy "p" { default ¦', 'deny', 'forbid'],
    ['after expect', 'test "t" { expect deny ¦', 'write', 'deny'],
    ['after accept', 'accept ¦', 'unenforced', 'read'],
    ['after accept unenforced', 'accept unenforced ¦', 'look', 'linux'],
    ['after an action of accept unenforced', 'accept unenforced read ¦', 'on', 'linux'],
    ['after a comma of accept unenforced', 'accept unenforced read, ¦', 'write', 'on'],
    ['a target', 'policy "p" { accept unenforced all except walk on ¦', 'linux', 'read'],
    ['a type', 'param x: ¦', 'pattern', 'read'],
    ['a parameter', 'policy "p" { dir "${¦"', 'site', 'look'],
    ['a parameter of a fragment', 'fragment f(w: path) { dir "${¦}" { } }', 'w', 'look'],
    ['an import', 'import "¦"', 'std/', 'read'],
    ['an import of the compiler', 'import "std/¦"', 'runtime.llp', 'std/'],
    ['an import beside it', 'import "¦"', 'disk.llp', 'runtime.llp'],
    ['a path', `policy "p" { dir "${root}/srv/¦" { } }`, 'www', 'disk.llp'],
    ['a path that is begun and not closed', `policy "p" { dir "${root}/srv/w¦`, 'www', 'disk.llp'],
    ['a path in a scope', 'policy "p" { dir "${site}" { dir "www/¦"', 'uploads', 'www'],
    ['a file in a scope', 'policy "p" { dir "${site}" { file "www/uploads/¦"', 'a.php', 'www'],
  ])('%s', async (_, text, wanted, unwanted) => {
    const found = await labels(HEAD + text);
    expect(found).toContain(wanted);
    expect(found).not.toContain(unwanted);
  });

  it('offers every word of the language at some place', async () => {
    const places = [
      '¦',
      'policy "p" { ¦',
      'test "t" { ¦',
      'test "t" { given { ¦',
      'policy "p" { deny ¦',
      'policy "p" { deny all ¦',
      'assert ¦',
      'assert never ¦',
      'assert always read ¦',
      'accept ¦',
      'accept unenforced read ¦',
    ];
    const offered = new Set((await Promise.all(places.map((p) => labels(HEAD + p)))).flat());
    expect(KEYWORDS.map((k) => String(k.PATTERN)).filter((word) => !offered.has(word))).toEqual([]);
  });

  it.each([
    ['a comment', '// ¦'],
    ['an accepted gain after its set', 'accept gains read ¦'],
    ['an accepted gap after its target', 'accept unenforced read on linux ¦'],
    ['a path beneath a glob', `policy "p" { dir "${root}/*" { dir "¦`],
    ['a path where nothing is', 'policy "p" { dir "/nowhere/at/all/¦'],
    ['the name of a policy', 'policy "¦"'],
  ])('offers nothing in %s', async (_, text) => {
    expect(await labels(HEAD + text)).toEqual([]);
  });

  it('replaces the typed part with the escaped name of a file', async () => {
    const text = await fresh(`${HEAD}policy "p" { dir "\${site}" { file "www/in¦`);
    const found = (await ask(client, 'completion', text)).find((c) => c.label.startsWith('in '));
    expect(apply(text, [defined(found?.textEdit, 'an edit')])).toMatch(
      /file "www\/in \\"quotes\\" \\\$x\\\*$/,
    );
    const param = await fresh(`${HEAD}policy "p" { dir "\${si¦`);
    const [site] = await ask(client, 'completion', param);
    expect(apply(param, [defined(site?.textEdit, 'an edit')])).toMatch(/dir "\$\{site\}$/);
  });
});

describe('documentSymbol, foldingRange, semanticTokens and formatting', () => {
  const TEXT =
    '// one\n// two\nllp 1;\nimport "std/runtime.llp";\nimport "std/shell.llp";\nparam s: path = "/😀";\nactions look = read;\npolicy "p" {\n  default deny;\n  dir "${s}/b" {\n    allow look; /* a\n b */\n    here { deny open; }\n  }\n}\ntest "t" { expect deny read "/x"; }\n';

  it('documentSymbol lists the declarations', async () => {
    const found = await ask(client, 'documentSymbol', await fresh(TEXT));
    expect(found.map((s) => s.name)).toEqual(['s', 'look', 'p', 't']);
    expect(found[2]?.children?.map((s) => s.name)).toEqual(['dir "${s}/b"']);
    expect(found[2]?.children?.[0]?.children?.map((s) => s.name)).toEqual(['here']);
  });

  it('foldingRange lists blocks, comments and imports', async () => {
    const found = await ask(client, 'foldingRange', await fresh(TEXT));
    expect(found.map((f) => [f.startLine, f.endLine, f.kind])).toEqual([
      [9, 12, undefined],
      [7, 13, undefined],
      [0, 1, 'comment'],
      [10, 11, 'comment'],
      [3, 4, 'imports'],
    ]);
  });

  it('semanticTokens colours every token', async () => {
    const text = await fresh(TEXT);
    const types = client.initialized.capabilities.semanticTokensProvider?.legend.tokenTypes ?? [];
    const { data } = await ask(client, 'semanticTokens/full', text);
    const shown: string[] = [];
    let [line, character] = [0, 0];
    for (let i = 0; i < data.length; i += 5) {
      const [down = 0, right = 0, length = 0, type = 0] = data.slice(i, i + 4);
      [line, character] = [line + down, down > 0 ? right : character + right];
      const range = { start: { line, character }, end: { line, character: character + length } };
      shown.push(`${types[type]} ${text.document.getText(range)}`);
    }
    expect(shown).toContain('comment  b */');
    expect(shown.join('\n')).toContain(
      'keyword dir\nstring "${\nvariable s\nstring }/b"\nkeyword allow\ntype look\n',
    );
    expect(shown.join('\n')).toContain('keyword expect\nkeyword deny\nenumMember read\nstring "/x"');
  });

  it.each([
    [
      'a text',
      'llp 1;policy "😀"{allow read;//x\r\ndeny open;}',
      'llp 1;\r\npolicy "😀" {\r\n  allow read; //x\r\n  deny open;\r\n}\r\n',
    ],
    [
      'mixed ends of lines',
      'llp 1;\npolicy "p" {\r\n  allow read;\r\n\r\n\r\n}\r',
      'llp 1;\npolicy "p" {\n  allow read;\n}\n',
    ],
  ])('formatting formats %s', async (_, old, wanted) => {
    const text = await fresh(old);
    expect(
      apply(text, await ask(client, 'formatting', text, { options: { tabSize: 4, insertSpaces: true } })),
    ).toBe(wanted);
  });

  it('formatting changes nothing if the text is formatted or has a syntax error', async () => {
    for (const text of [policy('  allow read;'), 'llp 1;policy "p"{alow read;}'])
      expect(await ask(client, 'formatting', await fresh(text), { options: {} })).toEqual([]);
  });
});

test('requests: answers each request for a broken text', async () => {
  const texts = [
    '',
    '¦',
    'llp',
    'llp 1; policy "p" { dir "/a',
    '}}}{{{',
    'policy ¦ { allow ; dir { here',
    '"',
    '/* ',
    'llp 1; use use use ¦',
    `llp 1; policy "p" ${'{ dir "a" '.repeat(300)}¦`,
    '\uFEFFllp 1;',
    'import "${¦',
  ];
  for (const broken of texts) {
    const text = await fresh(broken);
    for (const method of [
      'hover',
      'definition',
      'prepareRename',
      'completion',
      'documentSymbol',
      'foldingRange',
      'semanticTokens/full',
    ] as const)
      await ask(client, method, text);
    await ask(client, 'references', text, { context: { includeDeclaration: true } });
    await ask(client, 'formatting', text, { options: {} });
    expect(Array.isArray(await diagnosticsOf(client, text))).toBe(true);
  }
});

test('requests: a text without a file, and a file that does not exist', async () => {
  const text = await open(client, 'untitled:Untitled-1', policy('  dir "/¦a" { allow read; }'));
  expect((await ask(client, 'hover', text))?.contents.value).toContain('`/a`');
  expect(await ask(client, 'hover', { ...text, uri: uri('never.llp') })).toBeNull();
});

test('didChangeWatchedFiles: reads a changed file again', async () => {
  const text = await fresh(
    'llp 1;\nimport "disk.llp";\npolicy "p" { default deny; dir "/a" { allow ondi¦sk; } }\n',
  );
  expect(await ask(client, 'definition', text)).toHaveLength(1);
  writeFileSync(join(root, 'disk.llp'), 'llp 1;\nactions other = read, open;\n');
  expect(await ask(client, 'definition', text)).toHaveLength(0);
});

test('didChangeWorkspaceFolders: folders are added and removed', async () => {
  const other = folder({
    'b.llp': 'llp 1;\nimport "a.llp";\npolicy "p" { default deny; allow named; }\n',
    'a.llp': '',
  });
  const text = await open(
    client,
    pathToFileURL(join(other, 'a.llp')).href,
    'llp 1;\nactions na¦med = read;\n',
  );
  const count = async (event: object): Promise<number> => {
    await client.connection.sendNotification('workspace/didChangeWorkspaceFolders', { event });
    return (await ask(client, 'references', text, { context: { includeDeclaration: true } })).length;
  };
  const added = { uri: pathToFileURL(other).href, name: 'other' };
  expect(await count({ added: [], removed: [] })).toBe(1);
  expect(await count({ added: [added], removed: [] })).toBe(2);
});

test('codeAction: no fix changes a file of the compiler', async () => {
  const text = await fresh(
    'llp 1;\nimport "std/temporary.llp";\npolicy "p" { default deny; use temporary("/t"); dir "/t" { dir "x" { allow execute; } } }\n',
  );
  const found = await diagnosticsOf(client, text);
  expect(found.map((d) => d.code)).toEqual(['LLP3012']);
  const whole = { start: { line: 0, character: 0 }, end: { line: 9, character: 0 } };
  expect(await ask(client, 'codeAction', text, { range: whole, context: { diagnostics: [] } })).toEqual([]);
});

test('llpc lsp -D: takes values of parameters from the command line', async () => {
  const own = await startClient(root, ['-D', 'a=/given']);
  const text = await open(
    own,
    uri('param.llp'),
    'llp 1;\nparam a: path;\npolicy "p" { default deny; dir "${a¦}" { allow read; } }\n',
  );
  expect((await ask(own, 'hover', text))?.contents.value).toContain('"/given"');
  expect(await stopClient(own)).toBe(0);
});
