/** `llpc diff`: prints the changes of verdicts from one policy to another. */
import { diffPolicies, type DiffReport } from '../../tools/diff/diff.js';
import { diffMarkdown, diffText, type Marks } from '../../tools/diff/diff-text.js';
import { report } from '../../diagnostics/catalogue.js';
import { readSide, type ReadSide } from './diff-sides.js';
import { UsageError } from './arguments.js';
import type { Options } from './options.js';
import { hasColour, print, printDiagnostics } from './output.js';

export async function diffCommand(options: Options): Promise<number> {
  const [oldFiles, newFiles] = sidesOf(options);
  const old = await readSide(oldFiles, options);
  const next = await readSide(newFiles, options);
  if (old.kind === 'refused' || next.kind === 'refused') return refuse([old, next], options);
  const result = diffPolicies(old.side, next.side);
  if (result.format === 'too-large') {
    await printDiagnostics([report('LLP4001', { path: result.globs }, {})], [], diagnosticFormat(options));
    return 1;
  }
  print(formatted(result, options));
  return options.exitCode && !result.equal ? 1 : 0;
}

/** Returns the files of both sides: two file arguments, or the layers that `--old` and `--new` give. */
function sidesOf({ positionals, old, next }: Options): readonly [readonly string[], readonly string[]] {
  const [first, second, ...rest] = positionals;
  if (positionals.length === 0 && old.length > 0 && next.length > 0) return [old, next];
  if (first === undefined || second === undefined || rest.length > 0 || old.length > 0 || next.length > 0) {
    throw new UsageError('write `llpc diff OLD NEW`, or `--old FILE` and `--new FILE` for each layer');
  }
  return [[first], [second]];
}

function diagnosticFormat({ format }: Options): 'text' | 'json' {
  return format === 'json' ? 'json' : 'text';
}

/** Prints the errors of each side with its own texts. Returns the exit code. */
async function refuse(sides: readonly ReadSide[], options: Options): Promise<number> {
  for (const side of sides) {
    if (side.kind === 'refused')
      await printDiagnostics(side.diagnostics, side.sources, diagnosticFormat(options));
  }
  return 1;
}

function formatted(result: DiffReport, { format }: Options): string {
  switch (format) {
    case 'json':
      return JSON.stringify(result, null, 1) + '\n';
    case 'markdown':
      return diffMarkdown(result);
    default:
      return diffText(result, marks());
  }
}

function marks(): Marks {
  if (!hasColour(process.stdout)) return { widened: (t) => t, narrowed: (t) => t };
  return { widened: (t) => `\x1b[33m${t}\x1b[39m`, narrowed: (t) => `\x1b[36m${t}\x1b[39m` };
}
