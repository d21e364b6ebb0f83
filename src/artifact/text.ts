/**
 * Writes the manifest as a file and checks its seal.
 *
 * The file is the JSON of the manifest with `sha256` as the last property: the digest of the file's text in which these
 * 64 digits are zeros. So a change of any byte is detected.
 */
import { createHash } from 'node:crypto';
import type { EnforcementPlan } from './enforcement-plan.js';
import type { Manifest } from './manifest.js';

const ZEROS = '0'.repeat(64);
const SEAL = /"sha256": "([0-9a-f]{64})"\s*\}\s*$/;

export function manifestText(manifest: Manifest): string {
  const open = unsealedText(manifest);
  return replaceSeal(open, createHash('sha256').update(open).digest('hex'));
}

/** Returns the text of an enforcement plan, as `plan.json` has it: a row of a list is one line. */
export function planText(plan: EnforcementPlan): string {
  return layOutJson(plan, 0) + '\n';
}

/** The text of the file with zeros in the place of its digest. */
export function unsealedText(manifest: Manifest): string {
  return layOutJson({ ...manifest, sha256: ZEROS }, 0) + '\n';
}

/** Values up to this level are laid out on several lines. An entry of a map or a span of a program is one line. */
const OPEN_LEVELS = 4;

function layOutJson(value: object, level: number): string {
  const indent = ' '.repeat(level + 1);
  const item = (v: unknown): string =>
    typeof v === 'object' && v !== null && level + 1 < OPEN_LEVELS
      ? layOutJson(v, level + 1)
      : JSON.stringify(v);
  const isArray = Array.isArray(value);
  const parts = isArray
    ? value.map((v: unknown) => item(v))
    : Object.entries(value).map(([key, v]) => `${JSON.stringify(key)}: ${item(v)}`);
  const [left, right] = isArray ? ['[', ']'] : ['{', '}'];
  if (parts.length === 0) return left + right;
  return `${left}\n${parts.map((p) => indent + p).join(',\n')}\n${' '.repeat(level)}${right}`;
}

/** Compares the seal with the text. A hand-written manifest without a seal is `unsealed`. */
export function checkSeal(text: string): 'ok' | 'broken' | 'unsealed' {
  const seal = SEAL.exec(text)?.[1];
  if (seal === undefined) return 'unsealed';
  const digest = createHash('sha256').update(replaceSeal(text, ZEROS)).digest('hex');
  return digest === seal ? 'ok' : 'broken';
}

function replaceSeal(text: string, seal: string): string {
  return text.replace(SEAL, (all, old: string) => all.replace(old, seal));
}
