/** The files of the package itself: the standard library, schemas, pages about diagnostics, `package.json`. */
import { readFileSync } from 'node:fs';

export interface PackageFile {
  readonly url: URL;
  readonly text: string;
}

/** The root of the package, from `dist/src/base` and from `src/base`. */
const ROOTS = ['../../../', '../../'];

/** A file by its path from the root of the package; undefined when there is no such file. */
export function packageFile(path: string): PackageFile | undefined {
  for (const root of ROOTS) {
    try {
      const url = new URL(root + path, import.meta.url);
      return { url, text: readFileSync(url, 'utf8') };
    } catch {
      // Not at this root: try the next.
    }
  }
  return undefined;
}

/** What `package.json` says. `homepage` is absent as long as it names none. */
export function packageInfo(): { readonly version: string; readonly homepage?: string } {
  const own = JSON.parse(packageFile('package.json')?.text ?? '{}') as {
    version?: string;
    homepage?: string;
  };
  return { version: 'unknown', ...own };
}

/** The page of a diagnostic, in Markdown. */
export function errorPage(code: string): string | undefined {
  return /^LLP\d{4}$/.test(code) ? packageFile(`docs/errors/${code}.md`)?.text : undefined;
}
