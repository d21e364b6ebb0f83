/** Prints the stages of Landlock v8 for `--emit`; golden tests compare the same text. */
import { actionNames } from '../../abi/actions.js';
import { assertNever } from '../../base/assert.js';
import { counted } from '../../base/text.js';
import { disassemble } from '../../bpf/disasm.js';
import { i32, type AsmInstruction } from '../../bpf/types.js';
import type { Check } from '../../semantics/machine.js';
import type { Block, Graph, Terminator } from './blocks.js';
import type { PlannedChain, ChainPlan, ProgramPlan } from './plan.js';

export function printPlan(plan: ChainPlan): string {
  return `plan: ${counted(plan.chains.length, 'chain')}\n${plan.chains.map(printChain).join('')}`;
}

function printChain({ layer, classes, layout, programs }: PlannedChain): string {
  const classLines = classes.map(({ actions, decision }) => {
    const how =
      decision.kind === 'bit'
        ? `bit ${decision.bit}${decision.region === 'deny' ? ', denied in every region' : ''}`
        : decision.kind;
    return `    ${how}: ${actionNames(actions).join(', ')}\n`;
  });
  const half = `place ${layout.placeShift}..31, inexact ${layout.inexactBit}, denied 0..${layout.classes - 1}`;
  const cookie = layout.classes === 0 ? '' : `  cookie: below 63..32, self 31..0; each half: ${half}\n`;
  return `chain of ${JSON.stringify(layer.name)}\n  classes\n${classLines.join('')}${cookie}  programs\n${programs.map(printProgram).join('')}`;
}

function printProgram(plan: ProgramPlan): string {
  switch (plan.kind) {
    case 'walk':
      return `    ${plan.name}: step, store, ${checkText(plan.check)}\n`;
    case 'pick':
      return `    ${plan.name}: on ${actionNames(plan.triggers).join(', ')}: ${plan.check.kind === 'bit' ? 'step, ' : ''}${checkText(plan.check)}\n`;
    case 'get':
      return `    ${plan.name}: tag with the region\n`;
    default:
      return assertNever(plan);
  }
}

function checkText(check: Check): string {
  return check.kind === 'bit' ? `deny if bit ${check.bit}` : check.kind;
}

/** Returns the text of the blocks that `graphOf` makes for every program. */
export function printGraphs(
  plan: ChainPlan,
  graphOf: (chain: PlannedChain, program: ProgramPlan) => Graph,
): string {
  return plan.chains
    .flatMap((chain) => chain.programs.map((program) => printGraph(program.name, graphOf(chain, program))))
    .join('\n');
}

function printGraph(name: string, graph: Graph): string {
  return `${name}: ${counted(graph.length, 'block')}\n${graph.map(printBlock).join('')}`;
}

function printBlock({ label, body, end, origin }: Block): string {
  const lines = [...body.map(asmText), ...endText(end)].map((line) => `    ${line}\n`);
  return `  ${label}: ; ${origin.note}\n${lines.join('')}`;
}

/** Returns an instruction of a block's body as text, with a map by its name. A body has no jumps. */
function asmText({ op }: AsmInstruction): string {
  switch (op.kind) {
    case 'jump':
    case 'ja':
    case 'call_local':
      throw new Error('internal error: a jump inside of a block');
    case 'ld_imm64': {
      const { source } = op;
      if (source.kind === 'imm') return disassemble({ ...op, source });
      return `${disassemble({ ...op, source: { ...source, map: i32(0) } })} ; ${source.map}`;
    }
    default:
      return disassemble(op);
  }
}

function endText(end: Terminator): string[] {
  switch (end.kind) {
    case 'exit':
      return [];
    case 'goto':
      return [`goto ${end.to}`];
    case 'branch': {
      const { op, dst, src } = end.test;
      const operand = src.kind === 'imm' ? String(src.imm) : `r${src.reg}`;
      return [`${op} r${dst}, ${operand}, ${end.then} else ${end.otherwise}`];
    }
    default:
      return assertNever(end);
  }
}
