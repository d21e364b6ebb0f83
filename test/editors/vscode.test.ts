/**
 * The extension as it is packed: its manifest, the one file that is loaded, and, where the packer is installed
 * (`npm run vsce`), the package.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, expect, it, test } from 'vitest';
import { hasPacker, pack } from '../../editors/pack.js';
import { stage } from '../../editors/stage.js';
import { findServer } from '../../editors/vscode/src/server.js';

const folder = mkdtempSync(join(tmpdir(), 'llp-vscode-'));
const json = (path: string): Record<string, unknown> =>
  JSON.parse(readFileSync(path, 'utf8')) as Record<string, unknown>;
beforeAll(() => stage(folder));

it('VS Code extension: names existing files', () => {
  const text = readFileSync(join(folder, 'package.json'), 'utf8');
  const files = [...text.matchAll(/"(\.\/[^"]+)"/g)].map((m) => m[1] ?? '');
  expect(files.sort()).toEqual([
    './language-configuration.json',
    './out/extension.js',
    './syntaxes/llp.tmLanguage.json',
  ]);
  for (const file of files) expect(existsSync(join(folder, file)), file).toBe(true);
  expect(json(join(folder, 'package.json'))).toMatchObject({
    version: json('package.json')['version'],
    license: 'Apache-2.0',
  });
  expect(text).not.toMatch(/"(?:private|type)": (?:true|"module")/);
});

it('VS Code extension: NOTICES.txt names the packages that it contains', () => {
  const notices = readFileSync(join(folder, 'NOTICES.txt'), 'utf8');
  for (const name of ['vscode-languageclient', 'vscode-jsonrpc', 'semver', 'minimatch'])
    expect(notices).toContain(`${name}\n\n`);
  expect(notices.match(/Copyright/g)?.length).toBeGreaterThan(4);
});

it('VS Code extension: loads without other packages than the editor', () => {
  const code = `
    const Module = require('node:module');
    const any = new Proxy(class {}, { get: (t, k) => (k in t || typeof k === 'symbol' ? t[k] : any) });
    const load = Module._load;
    Module._load = (name, ...rest) => (name === 'vscode' ? any : load(name, ...rest));
    const { activate, deactivate } = require(process.argv[1]);
    console.log(typeof activate, typeof deactivate);`;
  const { stdout, stderr } = spawnSync(process.execPath, ['-e', code, join(folder, 'out/extension.js')], {
    encoding: 'utf8',
  });
  expect([stdout, stderr]).toEqual(['function function\n', '']);
});

test('VS Code extension, language configuration: an opened block indents, a closed one does not', () => {
  const { indentationRules } = json(join(folder, 'language-configuration.json')) as {
    indentationRules: Record<string, string>;
  };
  const increases = new RegExp(indentationRules['increaseIndentPattern'] ?? '');
  for (const line of ['policy "p" {', '  dir? "/a/b" {', 'here {', 'given { '])
    expect(increases.test(line), line).toBe(true);
  for (const line of ['here { deny read; }', 'allow read;', '// a {', 'dir "{a'])
    expect(increases.test(line), line).toBe(false);
  expect(new RegExp(indentationRules['decreaseIndentPattern'] ?? '').test('  }')).toBe(true);
});

const asked = { path: '', defines: {}, folders: ['/w'], trusted: true, exists: () => false };
const own = '/w/node_modules/llpc/dist/src/front/cli/main.js';
test.each([
  ['what is on the path', asked, { kind: 'program', path: 'llpc', args: ['lsp'] }],
  [
    'what the folder brings',
    { ...asked, exists: (p: string) => p === own },
    { kind: 'module', path: own, args: ['lsp'] },
  ],
  [
    'nothing of a folder that is not trusted',
    { ...asked, trusted: false, exists: () => true },
    { kind: 'program', path: 'llpc', args: ['lsp'] },
  ],
  [
    'what the settings name',
    { ...asked, path: '/x/llpc', defines: { a: '/b' }, exists: () => true },
    { kind: 'program', path: '/x/llpc', args: ['lsp', '-D', 'a=/b'] },
  ],
  [
    'a module that they name',
    { ...asked, path: '/x/main.js' },
    { kind: 'module', path: '/x/main.js', args: ['lsp'] },
  ],
])('VS Code extension, findServer: starts %s', (_, question, found) => {
  expect(findServer(question)).toEqual(found);
});

test('VS Code extension: is not a part of the package of the compiler', () => {
  expect(JSON.stringify(json('package.json')['files'])).not.toContain('editors');
});

if (!hasPacker()) console.log('not packed: `npm run vsce` installs what packs the extension');

test.skipIf(!hasPacker())('VS Code extension: the packed file has the expected content', async () => {
  const packed = join(folder, 'llp.vsix');
  expect([...(await pack(folder, packed))].sort()).toEqual([
    'LICENSE',
    'NOTICES.txt',
    'README.md',
    'language-configuration.json',
    'out/extension.js',
    'package.json',
    'syntaxes/llp.tmLanguage.json',
  ]);
  expect(readFileSync(packed).subarray(0, 2).toString()).toBe('PK');
  expect(statSync(packed).size).toBeLessThan(1 << 20);
});
