/** Prints diagnostics in the chosen format, and progress on a terminal. */
import { errorPage, packageInfo } from '../../base/package.js';
import { counted } from '../../base/text.js';
import type { Diagnostic, SourceText } from '../../diagnostics/types.js';
import type { Format } from './options.js';

/** Returns whether to print colours: on a terminal, without `NO_COLOR` and `--no-color`. */
export function hasColour(stream: NodeJS.WriteStream): boolean {
  return stream.isTTY === true && !process.env['NO_COLOR'] && !process.argv.includes('--no-color');
}

/** Prints diagnostics: text to standard error, data to standard output. Each renderer is loaded only when it is needed. */
export async function printDiagnostics(
  diagnostics: readonly Diagnostic[],
  sources: readonly SourceText[],
  format: Format,
): Promise<void> {
  switch (format) {
    case 'text':
    case 'markdown':
    case 'svg':
    case 'dot':
    case 'mermaid': {
      if (diagnostics.length === 0) return;
      const { renderText } = await import('../../diagnostics/render.js');
      process.stderr.write(renderText(diagnostics, sources, { colour: hasColour(process.stderr) }));
      process.stderr.write(summary(diagnostics));
      break;
    }
    case 'json': {
      const { diagnosticsJson } = await import('../../diagnostics/json.js');
      printJson(diagnosticsJson(diagnostics, sources));
      break;
    }
    case 'sarif': {
      const { diagnosticsSarif } = await import('../../diagnostics/sarif.js');
      const { version, homepage: home } = packageInfo();
      const options = { page: errorPage, ...(home === undefined ? {} : { home }) };
      printJson(diagnosticsSarif(diagnostics, sources, version, options));
      break;
    }
  }
}

function summary(diagnostics: readonly Diagnostic[]): string {
  const count = (severity: Diagnostic['severity']): string | undefined => {
    const n = diagnostics.filter((d) => d.severity === severity).length;
    return n === 0 ? undefined : counted(n, severity);
  };
  const parts = [count('error'), count('warning')].filter((p) => p !== undefined);
  return parts.length === 0 ? '' : `${parts.join(', ')}\n`;
}

export function print(text: string): void {
  process.stdout.write(text);
}

export function printJson(data: object): void {
  print(JSON.stringify(data, null, 1) + '\n');
}

/** Prints why a command failed. Returns its exit code. */
export async function fail(
  diagnostics: readonly Diagnostic[],
  sources: readonly SourceText[],
  format: Format,
): Promise<number> {
  await printDiagnostics(diagnostics, sources, format);
  return 1;
}

/** Returns functions that show a progress line on the terminal after one second, and remove it at the end. */
export function progressLine(): { readonly step: (what: string) => void; readonly done: () => void } {
  const start = performance.now();
  let shown = false;
  return {
    step: (what) => {
      if (process.stderr.isTTY !== true || performance.now() - start < 1000) return;
      process.stderr.write(`\r\x1b[K${what} …`);
      shown = true;
    },
    done: () => {
      if (shown) process.stderr.write('\r\x1b[K');
    },
  };
}
