/** The version of the package. */
import { readFileSync } from 'node:fs';

function readVersion(): string {
  for (const root of ['../../../', '../../']) {
    try {
      const text = readFileSync(new URL(`${root}package.json`, import.meta.url), 'utf8');
      return (JSON.parse(text) as { version: string }).version;
    } catch {
      // Not at this root: try the next.
    }
  }
  return 'unknown';
}

export const VERSION = readVersion();
