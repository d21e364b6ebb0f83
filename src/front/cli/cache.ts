/**
 * `--cache DIR`: keeps compilations for later runs.
 *
 * Input: all that a compilation depends on: the release of the compiler, options, names and texts of all files. Output: its
 * artifact and warnings, or nothing. The imports are not known before the texts are read, so a look-up has two steps: the
 * entry files lead to the list of files that the last compilation read, and their texts lead to the result. Only a result with
 * an artifact is kept, because then all imports were found.
 *
 * Invariants: a damaged entry counts as missing; each entry begins with its digest and holds its own key. An entry is written
 * under another name and then renamed, so processes can share a folder. Known weakness: the digest detects damage, but does
 * not protect against a user who can write to the folder.
 */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { CompileOptions } from '../../compile.js';
import type { Manifest } from '../../artifact/manifest.js';
import { NO_STAGES, type CompileResult } from '../../compile.js';
import { report } from '../../diagnostics/catalogue.js';
import type { Diagnostic, NamedSource } from '../../diagnostics/types.js';
import type { SourceInput } from '../../parser/link.js';
import { stdImporter } from '../../parser/std.js';
import { reasonOf, writeFiles, type ReadFile } from './io.js';
import { packageInfo } from '../../base/package.js';

const CACHE_HELP = 'name a folder that can be written to, or leave the cache out with `--no-cache`';

/** The version of the form of an entry. */
const FORMAT = 'llp-cache 1';

export interface CacheSlot {
  readonly folder: string;
  /** The digest of the entry files and the options. */
  readonly key: string;
  readonly inputs: readonly SourceInput[];
}

/** Returns the slot of a compilation in the cache. */
export function cacheSlot(
  folder: string,
  inputs: readonly SourceInput[],
  { defines, target, machine, exact }: Pick<CompileOptions, 'defines' | 'target' | 'machine' | 'exact'>,
): CacheSlot {
  const values = Object.entries(defines ?? {}).sort(([a], [b]) => (a < b ? -1 : 1));
  const chosen = [target, machine?.abi, machine?.masks, exact === true, values];
  const files = inputs.map(({ name, id, text }) => [name, id ?? name, text]);
  const key = digest(JSON.stringify([FORMAT, packageInfo().version, chosen, files]));
  return { folder, key, inputs };
}

/** The data of a source that an entry has, without the text. */
interface SourceName {
  readonly name: string;
  readonly id: string;
  /** Index of the entry file, if the source is one. */
  readonly input?: number;
}

interface Kept {
  readonly manifest: Manifest;
  readonly bytecode: readonly (readonly [string, string])[];
  readonly diagnostics: readonly Diagnostic[];
}

/** Returns the kept compilation of exactly these texts, or undefined. */
export function readCached(slot: CacheSlot, read: ReadFile): CompileResult | undefined {
  const names = readEntry<readonly SourceName[]>(slot.folder, slot.key);
  const sources = names?.flatMap((name) => sourceOf(name, slot, read) ?? []);
  if (sources === undefined || sources.length !== names?.length) return undefined;
  const kept = readEntry<Kept>(slot.folder, resultKey(slot, sources));
  if (kept === undefined) return undefined;
  const bytecode = new Map(
    kept.bytecode.map(([file, text]) => [file, new Uint8Array(Buffer.from(text, 'base64'))]),
  );
  const { manifest, diagnostics } = kept;
  return { artifact: { manifest, bytecode }, diagnostics, sources, stages: NO_STAGES };
}

/** Keeps a compilation that has an artifact. If writing fails, nothing is kept and a message says so. */
export function writeCached(
  slot: CacheSlot,
  { artifact, diagnostics, sources }: CompileResult,
): Diagnostic | undefined {
  if (artifact === undefined) return undefined;
  const bytecode = [...artifact.bytecode].map(
    ([file, b]) => [file, Buffer.from(b).toString('base64')] as const,
  );
  const kept: Kept = { manifest: artifact.manifest, bytecode, diagnostics };
  const names = sources.map(({ name, id }): SourceName => {
    const input = slot.inputs.findIndex((s) => (s.id ?? s.name) === id);
    return input < 0 ? { name, id } : { name, id, input };
  });
  try {
    writeEntry(slot.folder, resultKey(slot, sources), kept);
    writeEntry(slot.folder, slot.key, names);
    return undefined;
  } catch (error) {
    return report('LLP5023', { path: slot.folder, why: reasonOf(error) }, { help: CACHE_HELP });
  }
}

function sourceOf({ name, id, input }: SourceName, slot: CacheSlot, read: ReadFile): NamedSource | undefined {
  if (input !== undefined) {
    const source = slot.inputs[input];
    return source === undefined ? undefined : { name, id, text: source.text };
  }
  const found = name.startsWith('std/') ? stdImporter(name) : read(name);
  return found.kind === 'ok' ? { name, id, text: found.text } : undefined;
}

function resultKey(slot: CacheSlot, sources: readonly NamedSource[]): string {
  return digest(JSON.stringify([slot.key, sources.map(({ name, id, text }) => [name, id, text])]));
}

const fileOf = (key: string): string => join(key.slice(0, 2), `${key.slice(2)}.json`);

function readEntry<T>(folder: string, key: string): T | undefined {
  try {
    const text = readFileSync(join(folder, fileOf(key)), 'utf8');
    const body = text.slice(65);
    if (text !== sealed(body)) return undefined;
    const entry = JSON.parse(body) as { readonly key: string; readonly value: T };
    return entry.key === key ? entry.value : undefined;
  } catch {
    return undefined;
  }
}

function writeEntry(folder: string, key: string, value: object): void {
  writeFiles(folder, [[fileOf(key), sealed(JSON.stringify({ key, value }))]]);
}

const sealed = (body: string): string => `${digest(body)}\n${body}`;
const digest = (text: string): string => createHash('sha256').update(text).digest('hex');
