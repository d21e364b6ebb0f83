/** A changed byte anywhere in an artifact is detected before the policy is enforced. */
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { readArtifact } from '../../src/runtime/artifact-file.js';
import { groundPolicy } from '../../src/runtime/load.js';
import { Vfs } from '../../src/runtime/kernel/vfs.js';
import { filesIn, folder, llpc, type Ran } from '../support/llpc.js';

const POLICY = `llp 1;
policy "site" { default deny; allow getattr; dir? "/srv" { allow read; file? "x" { deny read; } } }
`;
const root = folder({ 'site.llp': POLICY });
const out = join(root, 'out');
let files: string[] = [];

beforeAll(async () => {
  expect((await llpc(root, ['build', 'site.llp', '-o', 'out'])).code).toBe(0);
  files = filesIn(out);
});

function explain(): Promise<Ran> {
  return llpc(root, ['explain', 'out/manifest.json', 'read', '/x']);
}

/** Asks with one file changed, and puts it back. */
async function withBytes(name: string, change: (bytes: Buffer) => Uint8Array): Promise<Ran> {
  const path = join(out, name);
  const bytes = readFileSync(path);
  writeFileSync(path, change(Buffer.from(bytes)));
  const ran = await explain();
  writeFileSync(path, bytes);
  return ran;
}

function flip(bytes: Buffer, at: number, mask = 1): Uint8Array {
  bytes[at] = (bytes[at] ?? 0) ^ mask;
  return bytes;
}

function expectRefused(ran: Ran): void {
  expect(ran.err).toMatch(/error\[LLP5(006|007)\]: |error\[LLP2017\]: .*not UTF-8/);
  expect([ran.code, ran.out]).toEqual([1, '']);
}

test('readArtifact: unchanged, it is read', async () => {
  expect(await explain()).toMatchObject({ code: 0, err: '' });
});

test('readArtifact: a flipped byte of the manifest, at places all over it', async () => {
  const { length } = readFileSync(join(out, 'manifest.json'));
  for (let i = 0; i < 8; i++) {
    const at = Math.floor((i * (length - 1)) / 7);
    expectRefused(await withBytes('manifest.json', (bytes) => flip(bytes, at, 1 << (i % 8))));
  }
});

/** The same reading and loading, without a process for each byte. */
async function isRefused(manifest: Uint8Array, name: string, content: Uint8Array): Promise<boolean> {
  const text = new TextDecoder('utf-8', { ignoreBOM: true }).decode(manifest);
  const bytesOf = (wanted: string): Uint8Array =>
    wanted === name ? content : readFileSync(join(out, wanted));
  const read = await readArtifact('manifest.json', text, bytesOf);
  return read.kind === 'refused' || groundPolicy(read.artifact, new Vfs()).kind === 'refused';
}

test('readArtifact: every byte of the manifest', async () => {
  const manifest = readFileSync(join(out, 'manifest.json'));
  expect(await isRefused(manifest, '', manifest)).toBe(false);
  for (let at = 0; at < manifest.length; at++)
    expect(await isRefused(flip(Buffer.from(manifest), at), '', manifest), `byte ${at}`).toBe(true);
});

test('readArtifact: every byte of every program', async () => {
  const manifest = readFileSync(join(out, 'manifest.json'));
  for (const name of files.filter((f) => f.endsWith('.bpf'))) {
    const program = readFileSync(join(out, name));
    for (let at = 0; at < program.length; at++)
      expect(await isRefused(manifest, name, flip(Buffer.from(program), at)), `${name}, byte ${at}`).toBe(
        true,
      );
  }
});

test('readArtifact: a program that is changed, cut, longer or gone', async () => {
  const name = files.find((f) => f.endsWith('.bpf')) ?? '';
  for (const at of [0, 7, 8, 20]) expectRefused(await withBytes(name, (bytes) => flip(bytes, at)));
  expectRefused(await withBytes(name, (bytes) => bytes.subarray(0, -8)));
  expectRefused(await withBytes(name, (bytes) => Buffer.concat([bytes, bytes.subarray(0, 8)])));
  expectRefused(await withBytes(name, () => new Uint8Array()));
  const path = join(out, name);
  const bytes = readFileSync(path);
  rmSync(path);
  expectRefused(await explain());
  writeFileSync(path, bytes);
});

test('readArtifact: a manifest that is cut, empty or something else', async () => {
  expectRefused(await withBytes('manifest.json', (bytes) => bytes.subarray(0, bytes.length >> 1)));
  for (const text of ['', 'null', '[]', '{}', '"x"', '{"format":"llp-chain"}', '\uFEFF{}'])
    expectRefused(await withBytes('manifest.json', () => Buffer.from(text)));
});

test('readArtifact: the folder may be somewhere else', async () => {
  const moved = folder(Object.fromEntries(files.map((f) => [f, readFileSync(join(out, f))])));
  expect((await llpc(dirname(moved), ['explain', join(moved, 'manifest.json'), 'read', '/x'])).code).toBe(0);
});

test('readArtifact: bytecode that cannot be read is not said to be missing', async () => {
  const [name = ''] = files.filter((f) => f.endsWith('.bpf'));
  const bytes = readFileSync(join(out, name));
  rmSync(join(out, name));
  expect((await explain()).err).toContain(`its bytecode \`${name}\` is missing`);
  mkdirSync(join(out, name));
  expect((await explain()).err).toContain(`its bytecode \`${name}\` cannot be read: it is a directory`);
  rmSync(join(out, name), { recursive: true });
  writeFileSync(join(out, name), bytes);
});
