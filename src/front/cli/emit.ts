/** `--emit`: what a stage of a compilation looks like. */
import { counted } from '../../base/counted.js';
import { manifestText } from '../../artifact/text.js';
import { assertNever } from '../../base/assert.js';
import { decode } from '../../bpf/decode.js';
import { listing } from '../../bpf/disasm.js';
import type { CompileResult } from '../../compile.js';
import { printHierarchy, printPlan, printPolicy } from '../../codegen/v8/print.js';
import { printAst } from '../../parser/print.js';
import type { Stage } from './options.js';

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
      const head = `${program.name}: ${program.hook}${triggers}, ${counted(program.instructions, 'instruction')}\n`;
      const origins: ({ span: typeof NO_SPAN; note: string } | undefined)[] = [];
      for (const { from, to, note } of program.spans) {
        for (let slot = from; slot < to; slot++) origins[slot] = { span: NO_SPAN, note };
      }
      return head + listing(instructions, { origins, maps: program.maps });
    })
    .join('\n');
}
