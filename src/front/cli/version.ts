/** What the package says of itself: its version, its home page, and the pages about its diagnostics. */
import { readFileSync } from 'node:fs';

/** The root of the package, from `dist/src/front/cli` and from `src/front/cli`. */
function readOwn(path: string): string | undefined {
  for (const root of ['../../../../', '../../../']) {
    try {
      return readFileSync(new URL(root + path, import.meta.url), 'utf8');
    } catch {
      // Not at this root: try the next.
    }
  }
  return undefined;
}

const PACKAGE = JSON.parse(readOwn('package.json') ?? '{}') as { version?: string; homepage?: string };

export const VERSION = PACKAGE.version ?? 'unknown';

/** Absent as long as `package.json` names none. */
export const HOME = PACKAGE.homepage;

/** The page of a diagnostic, in Markdown. */
export function errorPage(code: string): string | undefined {
  return /^LLP\d{4}$/.test(code) ? readOwn(`docs/errors/${code}.md`) : undefined;
}
