/** Plan → the bytes of every program. This file has the order of the passes: select, optimise, lay out, encode, verify sizes. */
import { encode, encodeErrorText } from '../../bpf/encode.js';
import type { Origin } from '../../bpf/types.js';
import { verifySet } from '../../bpf/verify/verify.js';
import { report } from '../../diagnostics/catalogue.js';
import type { Diagnostic } from '../../diagnostics/types.js';
import { layOut, type Graph } from './blocks.js';
import { mapName, type PlannedChain, type ChainPlan, type ProgramPlan } from './plan.js';
import { optimise } from './optimise.js';
import { selectProgram } from './select.js';

/** One program after encoding. */
export interface Emitted {
  readonly plan: ProgramPlan;
  readonly bytes: Uint8Array;
  /** One per slot of 8 bytes. */
  readonly origins: readonly (Origin | undefined)[];
  readonly instructions: number;
  readonly maps: readonly string[];
}

/** The programs of one chain. */
export interface EmittedChain {
  readonly chain: PlannedChain;
  readonly programs: readonly Emitted[];
}

/** Returns the programs of every chain, with an error when a task cannot load all of them. */
export function emitPlan(plan: ChainPlan): {
  readonly code: readonly EmittedChain[];
  readonly diagnostics: readonly Diagnostic[];
} {
  const code = plan.chains.map((chain) => ({ chain, programs: emitChain(chain) }));
  const sizes = code.map((c) => c.programs.map((p) => ({ name: p.plan.name, size: p.bytes.length })));
  return { code, diagnostics: verifySet(sizes).map((reason) => report('LLP4003', { reason }, {})) };
}

export function emitChain(chain: PlannedChain): Emitted[] {
  return chain.programs.map((plan) => emitProgram(chain, plan));
}

/** Returns the blocks of a program after selection. */
export function blocksOf(chain: PlannedChain, plan: ProgramPlan): Graph {
  return selectProgram(chain, plan, mapName(chain));
}

/** Returns the blocks of a program after optimisation. */
export function optimisedBlocksOf(chain: PlannedChain, plan: ProgramPlan): Graph {
  return optimise(blocksOf(chain, plan));
}

function emitProgram(chain: PlannedChain, plan: ProgramPlan): Emitted {
  const asm = layOut(optimisedBlocksOf(chain, plan));
  const usesMap = asm.some((i) => i.op.kind === 'ld_imm64' && i.op.source.kind !== 'imm');
  const maps = usesMap ? [mapName(chain)] : [];
  const encoded = encode(asm, maps);
  if (encoded.kind === 'failed') {
    throw new Error(`internal error: ${plan.name}: ${encoded.errors.map(encodeErrorText).join('; ')}`);
  }
  return { plan, bytes: encoded.bytes, origins: encoded.origins, instructions: encoded.instructions, maps };
}
