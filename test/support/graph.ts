/**
 * Graphs of basic blocks as short texts: `A: 1 2 > B` is the block `A` that loads 1 and then 2 into r0 and goes to `B`,
 * `A: 1 ? r1 jeq 0 : B C` branches to `B` or else to `C`, and `A: 1 .` exits. Blocks are separated by ` | `.
 */
import { R0, R1, exit, movImm64 } from '../../src/bpf/asm.js';
import { i32 } from '../../src/bpf/types.js';
import type { AsmInstruction, JumpOp, Origin } from '../../src/bpf/types.js';
import type { Block, Graph, Terminator } from '../../src/codegen/v8/blocks.js';
import { defined } from '../../src/base/assert.js';

const ORIGIN: Origin = { span: { source: 0, start: 0, end: 0 }, note: '' };

/** The graph of a text. */
export function graphOf(text: string): Graph {
  return text.split(' | ').map(blockOf);
}

function blockOf(text: string): Block {
  const [, label = '', rest = ''] = defined(/^(\w+): ?(.*)$/.exec(text) ?? undefined, `a block: ${text}`);
  const [, numbers = '', end = ''] = defined(
    /^([-\d ]*)([>?.].*)$/.exec(rest) ?? undefined,
    `an end: ${text}`,
  );
  const moves = numbers
    .split(' ')
    .filter((n) => n !== '')
    .map((n) => movImm64(R0, Number(n)));
  const body = end === '.' ? [...moves, exit()] : moves;
  return { label, body, end: endOf(end), origin: ORIGIN };
}

function endOf(text: string): Terminator {
  if (text === '.') return { kind: 'exit' };
  if (text.startsWith('> ')) return { kind: 'goto', to: text.slice(2) };
  const [, dst, op = '', imm = '', then = '', otherwise = ''] = defined(
    /^\? (r[01]) (\w+) (-?\d+) : (\w+) (\w+)$/.exec(text) ?? undefined,
    `a branch: ${text}`,
  );
  const src = { kind: 'imm', imm: i32(Number(imm)) } as const;
  return { kind: 'branch', test: { op: op as JumpOp, dst: dst === 'r0' ? R0 : R1, src }, then, otherwise };
}

/** The text of a graph. */
export function graphText(graph: Graph): string {
  return graph.map((b) => `${b.label}: ${[...b.body.flatMap(moved), endText(b.end)].join(' ')}`).join(' | ');
}

function moved({ op }: AsmInstruction): string[] {
  return op.kind === 'alu' && op.src.kind === 'imm' ? [String(op.src.imm)] : [];
}

function endText(end: Terminator): string {
  if (end.kind === 'exit') return '.';
  if (end.kind === 'goto') return `> ${end.to}`;
  const { op, dst, src } = end.test;
  return `? r${dst} ${op} ${src.kind === 'imm' ? src.imm : 'reg'} : ${end.then} ${end.otherwise}`;
}

/** The text of laid out instructions: a label before its colon, a jump as `op>target`. */
export function codeText(code: readonly AsmInstruction[]): string {
  return code
    .map((i) => {
      const { op, label, target } = i;
      const name = op.kind === 'jump' ? op.op : op.kind;
      const text = moved(i)[0] ?? (target === undefined ? name : `${name}>${target}`);
      return label === undefined ? text : `${label}: ${text}`;
    })
    .join(' ');
}
