/** Files → a compilation: what every command that takes policies begins with. */
import { checkSources, compile, type CompileResult } from '../compile.js';
import { report } from '../diagnostics/catalogue.js';
import type { Diagnostic } from '../diagnostics/types.js';
import { decode } from '../bpf/decode.js';
import { listing } from '../bpf/disasm.js';
import { manifestText } from '../artifact/text.js';
import { printHierarchy, printPlan, printPolicy } from '../ir/print.js';
import { printAst } from '../parser/print.js';
import { assertNever } from '../assert.js';
import { fileImporter, identify, readText } from './io.js';
import { progressLine } from './output.js';
import type { Options, Stage } from './options.js';

/** How far to go: `check` stops before there is a plan. */
export type Depth = 'check' | 'build';

/** Compiles files as layers. A file that cannot be read is a diagnostic, and the others are compiled for theirs. */
export function compileFiles(
  paths: readonly string[],
  options: Options,
  depth: Depth = 'build',
): CompileResult {
  const unreadable: Diagnostic[] = [];
  const readable: string[] = [];
  const texts: string[] = [];
  for (const path of paths) {
    const read = readText(path);
    if (read.kind === 'ok') {
      readable.push(path);
      texts.push(read.text);
    } else {
      unreadable.push(report('LLP2017', { path, why: read.why }, {}));
    }
  }
  if (readable.length === 0)
    return { artifact: undefined, diagnostics: unreadable, sources: [], stages: { files: [] } };
  const progress = progressLine();
  const compileOptions = {
    defines: options.defines,
    importer: fileImporter,
    plan: options.plan,
    progress: progress.step,
  };
  const inputs = identify(readable, texts);
  const result =
    depth === 'build'
      ? compile(inputs, compileOptions)
      : { ...checkSources(inputs, compileOptions), artifact: undefined };
  progress.done();
  if (unreadable.length === 0) return result;
  return { ...result, artifact: undefined, diagnostics: [...unreadable, ...result.diagnostics] };
}

/** What `--emit` shows of a stage; undefined when the compilation did not get there. */
export function emitStage(result: CompileResult, stage: Stage): string | undefined {
  const { stages, artifact } = result;
  switch (stage) {
    case 'ast':
      return stages.files.map(printAst).join('');
    case 'policy':
      return stages.policy && printPolicy(stages.policy);
    case 'hierarchy':
      return stages.hierarchies?.map(printHierarchy).join('');
    case 'plan':
      return stages.plan && printPlan(stages.plan);
    case 'asm':
      return artifact && printPrograms(artifact);
    case 'manifest':
      return artifact && manifestText(artifact.manifest);
    default:
      return assertNever(stage);
  }
}

/** A listing shows the notes of origins, not their places. */
const NO_SPAN = { source: 0, start: 0, end: 0 };

/** Every program as a listing, with what its instructions are for. */
export function printPrograms({ manifest, bytecode }: NonNullable<CompileResult['artifact']>): string {
  return manifest.programs
    .map((program) => {
      const { instructions } = decode(bytecode.get(program.bytecode.file) ?? new Uint8Array());
      const triggers = program.triggers.length > 0 ? ` on ${program.triggers.join(', ')}` : '';
      const head = `${program.name}: ${program.hook}${triggers}, ${program.instructions} instructions\n`;
      const origins: ({ span: typeof NO_SPAN; note: string } | undefined)[] = [];
      for (const { from, to, note } of program.spans) {
        for (let slot = from; slot < to; slot++) origins[slot] = { span: NO_SPAN, note };
      }
      return head + listing(instructions, { origins, maps: program.maps });
    })
    .join('\n');
}
