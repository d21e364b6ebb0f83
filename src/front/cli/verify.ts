/** `llpc verify`: programs, and the set that they make, checked by the rules of the ABI. */
import { counted } from '../../base/counted.js';
import { createHash } from 'node:crypto';
import { maskOf } from '../../abi/actions.js';
import { MAX_CHAINS, MAX_SET_PAGES, programPages, type HookName } from '../../abi/hooks.js';
import type { Artifact, Manifest } from '../../artifact/manifest.js';
import { decode } from '../../bpf/decode.js';
import { verifyProgram, verifyRawProgram, verifySet, type Verification } from '../../bpf/verify/verify.js';
import { isRaw, oneFile, readBytecode, textOrJson, type BytecodeProgram } from './bytecode-files.js';
import { errorLines, ofVerifier, type ProgramError } from './bytecode-report.js';
import { UsageError, type Options } from './options.js';
import { print, printDiagnostics } from './output.js';

interface Verdict {
  readonly name: string;
  /** null for a raw program. */
  readonly hook: HookName | null;
  readonly instructions: number;
  readonly bytes: number;
  readonly errors: readonly ProgramError[];
}

interface SetVerdict {
  readonly chains: number;
  readonly pages: number;
  readonly errors: readonly string[];
}

export async function verifyCommand(options: Options): Promise<number> {
  const file = oneFile(options, 'llpc verify FILE');
  const format = textOrJson(options);
  const check = isRaw(file, options) ? rawCheck(options) : manifestCheck(options);
  const read = await readBytecode(file, options);
  if (read.kind === 'refused') {
    await printDiagnostics(read.diagnostics, read.sources, format);
    return 1;
  }
  const verdicts = read.programs.map((program) => check(program, read.artifact));
  const set = read.artifact && checkSet(read.artifact);
  print(format === 'json' ? jsonText(verdicts, set) : verdicts.map(text).join('') + setText(set));
  const refused = verdicts.some((v) => v.errors.length > 0) || (set !== undefined && set.errors.length > 0);
  return refused ? 1 : 0;
}

/** What is said of an accepted program without a hook. */
const RAW = 'raw';

type Check = (program: BytecodeProgram, artifact: Artifact | undefined) => Verdict;

/** What bytes alone are, the options say. */
function rawCheck({ hook, triggers, memSize }: Options): Check {
  if (hook !== undefined && memSize !== undefined)
    throw new UsageError('`--hook` and `--mem-size`: choose one');
  if (hook === undefined && triggers.length > 0)
    throw new UsageError('`--triggers` goes with `--hook fs_pick`');
  if (hook === undefined && memSize === undefined)
    throw new UsageError('what is it? Write `--hook HOOK`, or `--mem-size N` for a raw program');
  const triggerMask = maskOf(...triggers);
  return ({ name, bytes }) => {
    const errors =
      hook === undefined
        ? verifyRawProgram({ bytes, memorySize: memSize ?? 0, maps: [] })
        : verifyProgram({ name, hook, triggerMask, bytes, maps: [] });
    return verdict(name, hook ?? null, bytes, errorsOf(errors));
  };
}

const errorsOf = (verification: Verification): readonly ProgramError[] =>
  verification.kind === 'refused' ? verification.errors.map(ofVerifier) : [];

function manifestCheck({ hook, triggers, memSize }: Options): Check {
  if (hook !== undefined || triggers.length > 0 || memSize !== undefined)
    throw new UsageError(
      '`--hook`, `--triggers` and `--mem-size` are for bytecode alone: a manifest says what it has',
    );
  return ({ name, bytes, row }, artifact) => {
    if (row === undefined || artifact === undefined) return verdict(name, null, bytes, []);
    const { hook: own, triggerMask, bytecode } = row;
    const { maps, missing } = mapsOf(row.maps, artifact.manifest);
    const errors = missing.map((map) => ofProgram('map', `there is no map \`${map}\``));
    if (createHash('sha256').update(bytes).digest('hex') !== bytecode.sha256)
      errors.push(ofProgram('digest', `\`${bytecode.file}\` is not the file that was built`));
    const found =
      missing.length > 0 ? [] : errorsOf(verifyProgram({ name, hook: own, triggerMask, bytes, maps }));
    return verdict(name, own, bytes, [...errors, ...found]);
  };
}

function mapsOf(
  names: readonly string[],
  manifest: Manifest,
): { readonly maps: Manifest['maps']; readonly missing: readonly string[] } {
  const found = names.map((name) => manifest.maps.find((m) => m.name === name));
  return {
    maps: found.filter((m) => m !== undefined),
    missing: names.filter((_, i) => found[i] === undefined),
  };
}

function ofProgram(rule: string, message: string): ProgramError {
  return { slot: null, text: '', rule, message, path: [] };
}

function verdict(
  name: string,
  hook: HookName | null,
  bytes: Uint8Array,
  errors: readonly ProgramError[],
): Verdict {
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

function text({ name, hook, instructions, bytes, errors }: Verdict): string {
  const size = `${counted(instructions, 'instruction')}, ${counted(bytes, 'byte')}`;
  if (errors.length === 0) return `${name}: accepted (${hook ?? RAW}, ${size})\n`;
  return errors.map((error) => errorLines(name, error)).join('');
}

function setText(set: SetVerdict | undefined): string {
  if (set === undefined) return '';
  if (set.errors.length > 0) return set.errors.map((message) => `set: error[size]: ${message}\n`).join('');
  return `set: accepted (${set.chains} of ${MAX_CHAINS} chains, ${set.pages} of ${MAX_SET_PAGES} pages)\n`;
}

function jsonText(verdicts: readonly Verdict[], set: SetVerdict | undefined): string {
  const programs = verdicts.map((v) => ({ ...v, accepted: v.errors.length === 0 }));
  const whole = set === undefined ? null : { ...set, accepted: set.errors.length === 0 };
  return JSON.stringify({ format: 'llp-verify', version: 1, programs, set: whole }, null, 1) + '\n';
}
