/** `--emit`: what a stage of a compilation looks like. */
import { manifestText } from '../../artifact/text.js';
import { assertNever } from '../../base/assert.js';
import { artifactListing } from '../../bpf/program-text.js';
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
      return artifact && artifactListing(artifact);
    case 'manifest':
      return artifact && manifestText(artifact.manifest);
    default:
      return assertNever(stage);
  }
}
