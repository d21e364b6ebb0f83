/** Reads the third-party vectors, which lie beside the repository and are not part of it. */
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

export interface Vector {
  readonly name: string;
  readonly group: string;
  readonly mem_hex: string;
  readonly raw_insn_hex: string;
  readonly expected_r0: string | null;
  readonly uses_helper?: boolean;
}

/** The vectors of a file, or undefined where the folder is absent. */
export function readVectors(file: string): readonly Vector[] | undefined {
  const path = fileURLToPath(new URL(`../../../shared/conformance/${file}`, import.meta.url));
  return existsSync(path) ? (JSON.parse(readFileSync(path, 'utf8')) as Vector[]) : undefined;
}

export const hexBytes = (hex: string): Uint8Array => Uint8Array.from(Buffer.from(hex, 'hex'));
