/** Golden files: `test/golden/…` holds what an output was when somebody last looked; `npm run test:update` rewrites them. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'vitest';

const UPDATE = process.env['UPDATE_GOLDEN'] !== undefined;

/** Compares a text with the golden file of this path. */
export function matchGolden(path: string, text: string): void {
  matchFile(new URL(`../golden/${path}`, import.meta.url), text);
}

/** The same of a file that stands elsewhere, such as in the documentation. */
export function matchFile(url: URL, text: string): void {
  const file = fileURLToPath(url);
  if (UPDATE) {
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
    return;
  }
  expect(text, `${file} differs: look at the difference, then run \`npm run test:update\``).toBe(
    readFileSync(file, 'utf8'),
  );
}
