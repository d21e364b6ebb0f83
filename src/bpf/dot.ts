/** Prints the control flow of programs for Graphviz: each function is a cluster, each basic block a node. */
import { disassemble, targetSlot, withTarget } from './disasm.js';
import { functionGraphs, type BasicBlock, type FunctionGraph } from './graph.js';
import type { Placed } from './types.js';

export interface ProgramToDraw {
  readonly name: string;
  readonly instructions: readonly Placed[];
}

/**
 * One graph of all programs, in the DOT language. The edges of a conditional jump say whether the jump is taken; the
 * edges of local calls are dashed.
 */
export function printDot(programs: readonly ProgramToDraw[]): string {
  return [
    'digraph bytecode {\n',
    '  node [shape=box, fontname="monospace"];\n',
    ...programs.map(({ name, instructions }, index) => {
      const graphs = functionGraphs(instructions);
      return [...graphs.map((g) => cluster(name, index, g)), ...graphs.map((g) => edges(index, g))].join('');
    }),
    '}\n',
  ].join('');
}

function cluster(name: string, program: number, { entry, blocks }: FunctionGraph): string {
  const label = entry === 0 ? name : `${name}: function at slot ${entry}`;
  const nodes = blocks.map(
    (b) => `    ${nodeName(program, b.slot)} [label=${quoted(b.instructions.map(line))}];\n`,
  );
  return `  subgraph cluster_${program}_${entry} {\n    label=${quotedText(label)};\n${nodes.join('')}  }\n`;
}

function line(placed: Placed): string {
  const target = targetSlot(placed);
  const { slot, instruction } = placed;
  return `${slot}  ${target === undefined ? disassemble(instruction) : withTarget(instruction, `L${target}`)}`;
}

function edges(program: number, { blocks }: FunctionGraph): string {
  return blocks.map((block) => edgesOf(program, block)).join('');
}

function edgesOf(program: number, { slot, edges: own, calls }: BasicBlock): string {
  const from = nodeName(program, slot);
  const jumps = own.map(({ to, kind }) => {
    const label = kind === 'next' ? '' : ` [label="${kind}"]`;
    return `  ${from} -> ${nodeName(program, to)}${label};\n`;
  });
  const called = [...new Set(calls)].map(
    (entry) => `  ${from} -> ${nodeName(program, entry)} [style=dashed, label="call"];\n`,
  );
  return [...jumps, ...called].join('');
}

const nodeName = (program: number, slot: number): string => `p${program}_${slot}`;

/** A DOT string of left-aligned lines. */
function quoted(lines: readonly string[]): string {
  return `"${lines.map((text) => `${escaped(text)}\\l`).join('')}"`;
}

const quotedText = (text: string): string => `"${escaped(text)}"`;

function escaped(text: string): string {
  return text.replace(/["\\]/g, '\\$&').replace(/[\0-\x1f\x7f]/g, '\u{fffd}');
}
