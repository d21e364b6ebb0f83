/** One chain of the plan → the bytes of its programs. Only this file knows the order select, optimise, lay out, encode. */
import { encode, encodeErrorText } from '../../bpf/encode.js';
import type { AsmInstruction } from '../../bpf/types.js';
import type { Chain, ProgramPlan } from './plan.js';
import { layOut } from './blocks.js';
import { mapName, type Emitted } from './manifest.js';
import { optimise } from './optimise.js';
import { selectProgram } from './select.js';

export function emitChain(chain: Chain): Emitted[] {
  return chain.programs.map((plan) => emitProgram(chain, plan));
}

/** Instructions with labels, as `--emit asm` shows them. */
function assembleProgram(chain: Chain, plan: ProgramPlan): AsmInstruction[] {
  return layOut(optimise(selectProgram(chain, plan, mapName(chain))));
}

function emitProgram(chain: Chain, plan: ProgramPlan): Emitted {
  const asm = assembleProgram(chain, plan);
  const usesMap = asm.some((i) => i.op.kind === 'ld_imm64' && i.op.source.kind !== 'imm');
  const maps = usesMap ? [mapName(chain)] : [];
  const encoded = encode(asm, maps);
  if (encoded.kind === 'failed') {
    throw new Error(`internal error: ${plan.name}: ${encoded.errors.map(encodeErrorText).join('; ')}`);
  }
  return { plan, bytes: encoded.bytes, origins: encoded.origins, instructions: encoded.instructions, maps };
}
