/** `llpc export`: prints the plan of a policy on this machine in the format of another sandbox. */
import { basename, dirname } from 'node:path';
import { hasError } from '../../compile.js';
import { bytesFromName } from '../../runtime/kernel/names.js';
import { EnforceFault } from '../../tools/enforce/fault.js';
import { groundOnHost } from '../../tools/enforce/ground-host.js';
import { exportPlan } from '../../tools/export/export.js';
import type { ExportName } from '../../tools/export/formats.js';
import { lossesText } from '../../tools/export/losses-text.js';
import { isLooser } from '../../tools/export/losses.js';
import type { Exported } from '../../tools/export/request.js';
import { exportTreeOf } from '../../tools/export/tree-of.js';
import { toDiagnostics } from '../../tools/query/locate.js';
import { UsageError } from './arguments.js';
import { compileFiles } from './compile-files.js';
import { writeFiles } from './io.js';
import type { Options } from './options.js';
import { fail, printDiagnostics, printJson } from './output.js';
import { inputProblem, writeProblem } from './problems.js';

/** Returns exit code 1 if the export always allows more than the plan and `--lossy` does not accept it. */
export async function exportCommand(options: Options): Promise<number> {
  const { positionals, to, nul, out } = options;
  if (positionals.length === 0) throw new UsageError('which policy? Name at least one file');
  if (to === undefined) throw new UsageError('to which format? `--to NAME`, see `llpc export --help`');
  if (nul && to !== 'bubblewrap') throw new UsageError('`--nul` goes with `--to bubblewrap`');
  if (out === '') throw new UsageError('`--out`: name a file');
  try {
    return await exportTo(to, options);
  } catch (error) {
    if (!(error instanceof EnforceFault)) throw error;
    const help = error.help === undefined ? '' : `help: ${error.help}\n`;
    process.stderr.write(`llpc: ${error.message}\n${help}`);
    return 1;
  }
}

async function exportTo(to: ExportName, options: Options): Promise<number> {
  const { positionals, strict, nul, out, format, machine } = options;
  const { artifact, diagnostics, sources } = await compileFiles(positionals, options);
  if (artifact === undefined || hasError(diagnostics)) return fail(diagnostics, sources, format);
  const grounded = groundOnHost(artifact, machine);
  if (format === 'text') await printDiagnostics(diagnostics, sources, format);
  if (grounded.kind === 'refused') return fail(toDiagnostics(grounded.problems, sources), sources, format);
  const { plan, tree } = grounded;
  const exported = exportPlan(to, { plan, strict, nul, tree: exportTreeOf(tree.vfs) });
  const accepted = options.lossy || !exported.losses.some(isLooser);
  report(exported, accepted, options);
  if (!accepted) return 1;
  return out === undefined ? print(exported, options) : write(exported, out, options);
}

function report({ text, losses }: Exported, accepted: boolean, { format, to, strict }: Options): void {
  if (format === 'json') {
    const data = { format: 'llp-export', version: 1, to, strict, accepted };
    printJson({ ...data, text: accepted ? text : null, losses });
    return;
  }
  process.stderr.write(lossesText(to ?? '', losses));
  if (!accepted)
    process.stderr.write('not exported, because it would allow more: see `--strict` and `--lossy`\n');
}

/** The data of `--format json` contains the text. */
function print({ text }: Exported, { format }: Options): number {
  if (format !== 'json') process.stdout.write(bytesFromName(text));
  return 0;
}

async function write({ text }: Exported, out: string, { positionals, format }: Options): Promise<number> {
  const replaced = inputProblem(out, positionals);
  if (replaced !== undefined) return fail([replaced], [], format);
  try {
    writeFiles(dirname(out), [[basename(out), bytesFromName(text)]]);
  } catch (error) {
    return fail([writeProblem(out, error)], [], format);
  }
  return 0;
}
