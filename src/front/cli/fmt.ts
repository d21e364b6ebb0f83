/** `llpc fmt`: formats policies. Either all files are written, or none. */
import type { Diagnostic, SourceText } from '../../diagnostics/types.js';
import { formatText } from '../../format/format.js';
import { readText, replaceFiles } from './io.js';
import { unreadable, writeProblem } from './problems.js';
import { print, printDiagnostics } from './output.js';
import { UsageError } from './arguments.js';
import type { Options } from './options.js';

interface Job extends SourceText {
  readonly path: string;
  readonly formatted: string;
}

export async function fmtCommand(options: Options): Promise<number> {
  checkUsage(options);
  const { jobs, diagnostics, sources } = formatFiles(options.positionals);
  if (diagnostics.length > 0) {
    await printDiagnostics(diagnostics, sources, options.format);
    return 1;
  }
  const changed = jobs.filter((job) => job.formatted !== job.text);
  if (options.check) {
    print(changed.map((job) => `${job.name}\n`).join(''));
    return changed.length > 0 ? 1 : 0;
  }
  if (options.write) return write(changed, options);
  print(jobs.map((job) => job.formatted).join(''));
  return 0;
}

function checkUsage({ positionals, check, write }: Options): void {
  if (positionals.length === 0) throw new UsageError('which policy? Name at least one file');
  if (check && write) throw new UsageError('`--check` or `--write`, not both');
  if (write && positionals.includes('-')) throw new UsageError('standard input cannot be written in place');
  if (positionals.length > 1 && !check && !write)
    throw new UsageError('several files: say `--check` or `--write`');
}

/** Formats all files, and collects the errors of all files, so that one run shows them. */
function formatFiles(paths: readonly string[]): {
  readonly jobs: readonly Job[];
  readonly diagnostics: readonly Diagnostic[];
  readonly sources: readonly SourceText[];
} {
  const jobs: Job[] = [];
  const diagnostics: Diagnostic[] = [];
  const sources: SourceText[] = [];
  for (const path of paths) {
    const read = readText(path);
    if (read.kind === 'missing') {
      diagnostics.push(unreadable(path, read.why));
      continue;
    }
    const source = { name: path === '-' ? '<stdin>' : path, text: read.text };
    const result = formatText(read.text, sources.push(source) - 1);
    if (result.kind === 'refused') diagnostics.push(...result.diagnostics);
    else jobs.push({ ...source, path, formatted: result.text });
  }
  return { jobs, diagnostics, sources };
}

async function write(changed: readonly Job[], options: Options): Promise<number> {
  try {
    replaceFiles(changed.map((job) => ({ path: job.path, old: job.text, text: job.formatted })));
    return 0;
  } catch (error) {
    const path = changed.map((job) => job.path).join(', ');
    await printDiagnostics([writeProblem(path, error)], [], options.format);
    return 1;
  }
}
