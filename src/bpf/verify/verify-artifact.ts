/**
 * An artifact checked by the rules of the ABI: every program, and the set that they make.
 *
 * Input: bytes, with what the manifest or the caller says of them. Output: verdicts, as data, text and JSON.
 */
import { createHash } from 'node:crypto';
import { MAX_CHAINS, MAX_SET_PAGES, programPages, type HookName } from '../../abi/hooks.js';
import type { Artifact, Manifest } from '../../artifact/manifest.js';
import { counted } from '../../base/text.js';
import { decode } from '../decode.js';
import { errorLines, ofVerifier, type ProgramError } from '../program-error.js';
import { programsOf, type BytecodeProgram } from '../program-text.js';
import { verifyProgram, verifyRawProgram, verifySet, type Verification } from './verify.js';

export interface ProgramVerdict {
  readonly name: string;
  /** null for a raw program. */
  readonly hook: HookName | null;
  readonly instructions: number;
  readonly bytes: number;
  readonly errors: readonly ProgramError[];
}

export interface SetVerdict {
  readonly chains: number;
  readonly pages: number;
  readonly errors: readonly string[];
}

export interface ArtifactVerdict {
  readonly programs: readonly ProgramVerdict[];
  /** Undefined for bytes alone. */
  readonly set: SetVerdict | undefined;
}

/** What bytes alone are: a program of a hook, or a raw one with memory of this length. */
export type RawKind =
  | { readonly kind: 'hook'; readonly hook: HookName; readonly triggerMask: number }
  | { readonly kind: 'memory'; readonly size: number };

/** Verifies bytes without a manifest, so without maps. */
export function verifyBytes({ name, bytes }: BytecodeProgram, raw: RawKind): ProgramVerdict {
  if (raw.kind === 'memory')
    return verdict(name, null, bytes, errorsOf(verifyRawProgram({ bytes, memorySize: raw.size, maps: [] })));
  const { hook, triggerMask } = raw;
  return verdict(name, hook, bytes, errorsOf(verifyProgram({ name, hook, triggerMask, bytes, maps: [] })));
}

/** Verifies all programs of an artifact and their set. */
export function verifyArtifact(artifact: Artifact): ArtifactVerdict {
  const programs = programsOf(artifact).map((program) => verifyRow(program, artifact.manifest));
  return { programs, set: checkSet(artifact) };
}

export function isAccepted({ programs, set }: ArtifactVerdict): boolean {
  return programs.every((v) => v.errors.length === 0) && (set === undefined || set.errors.length === 0);
}

const errorsOf = (verification: Verification): readonly ProgramError[] =>
  verification.kind === 'refused' ? verification.errors.map(ofVerifier) : [];

function verifyRow({ name, bytes, row }: BytecodeProgram, manifest: Manifest): ProgramVerdict {
  if (row === undefined) return verdict(name, null, bytes, []);
  const { hook, triggerMask, bytecode } = row;
  const found = row.maps.map((map) => manifest.maps.find((m) => m.name === map));
  const missing = row.maps.filter((_, i) => found[i] === undefined);
  const maps = found.filter((m) => m !== undefined);
  const errors = missing.map((map) => ofProgram('map', `there is no map \`${map}\``));
  if (createHash('sha256').update(bytes).digest('hex') !== bytecode.sha256)
    errors.push(ofProgram('digest', `\`${bytecode.file}\` is not the file that was built`));
  const verification = verifyProgram({ name, hook, triggerMask, bytes, maps });
  return verdict(name, hook, bytes, [...errors, ...(missing.length > 0 ? [] : errorsOf(verification))]);
}

function ofProgram(rule: string, message: string): ProgramError {
  return { slot: null, text: '', rule, message, path: [] };
}

function verdict(
  name: string,
  hook: HookName | null,
  bytes: Uint8Array,
  errors: readonly ProgramError[],
): ProgramVerdict {
  return { name, hook, instructions: decode(bytes).instructions.length, bytes: bytes.length, errors };
}

function checkSet({ manifest, bytecode }: Artifact): SetVerdict {
  const sizes = new Map(manifest.programs.map((p) => [p.name, bytecode.get(p.bytecode.file)?.length ?? 0]));
  const chains = manifest.chains.map(({ programs }) =>
    programs.map((name) => ({ name, size: sizes.get(name) ?? 0 })),
  );
  const used = new Map(chains.flat().map((p) => [p.name, p.size]));
  const pages = [...used.values()].reduce((sum, size) => sum + programPages(size), 0);
  return { chains: chains.length, pages, errors: verifySet(chains) };
}

/** A line for each verdict, and the errors of what is refused. */
export function verdictText({ programs, set }: ArtifactVerdict): string {
  return programs.map(programText).join('') + setText(set);
}

function programText({ name, hook, instructions, bytes, errors }: ProgramVerdict): string {
  const size = `${counted(instructions, 'instruction')}, ${counted(bytes, 'byte')}`;
  if (errors.length === 0) return `${name}: accepted (${hook ?? 'raw'}, ${size})\n`;
  return errors.map((error) => errorLines(name, error)).join('');
}

function setText(set: SetVerdict | undefined): string {
  if (set === undefined) return '';
  if (set.errors.length > 0) return set.errors.map((message) => `set: error[size]: ${message}\n`).join('');
  return `set: accepted (${set.chains} of ${MAX_CHAINS} chains, ${set.pages} of ${MAX_SET_PAGES} pages)\n`;
}

/** What `schema/bytecode-1.json` says of verdicts. */
export function verdictJson({ programs, set }: ArtifactVerdict): object {
  const rows = programs.map((v) => ({ ...v, accepted: v.errors.length === 0 }));
  const whole = set === undefined ? null : { ...set, accepted: set.errors.length === 0 };
  return { format: 'llp-verify', version: 1, programs: rows, set: whole };
}
