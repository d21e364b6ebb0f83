/** Basic blocks and functions of programs, and their graph. */
import { expect, it } from 'vitest';
import { decode } from '../../src/bpf/decode.js';
import { printDot } from '../../src/bpf/dot.js';
import { encodeInstructions } from '../../src/bpf/encode.js';
import { functionGraphs } from '../../src/bpf/graph.js';
import { slotsOf, type Instruction, type Placed } from '../../src/bpf/types.js';
import { anyInstruction, assemble } from '../support/programs.js';
import { fc } from '../support/random.js';

const program = (text: string): readonly Placed[] => decode(assemble(text)).instructions;

it('functionGraphs: makes a block of each straight stretch, and labels both ways of a jump', () => {
  const graphs = functionGraphs(program('jeq r1, 0, L | mov r0, 1 | ja M | L: mov r0, 2 | M: exit'));
  expect(graphs.map(({ entry, blocks }) => [entry, blocks.map((b) => [b.slot, b.edges])])).toEqual([
    [
      0,
      [
        [
          0,
          [
            { to: 1, kind: 'not taken' },
            { to: 3, kind: 'taken' },
          ],
        ],
        [1, [{ to: 4, kind: 'next' }]],
        [3, [{ to: 4, kind: 'next' }]],
        [4, []],
      ],
    ],
  ]);
});

it('functionGraphs: counts two slots for `lddw`', () => {
  const [main] = functionGraphs(program('jeq r1, 0, L | lddw r0, 0x100000000 | L: exit'));
  expect(main?.blocks.map((b) => [b.slot, b.edges.map((e) => e.to)])).toEqual([
    [0, [1, 3]],
    [1, [3]],
    [3, []],
  ]);
});

it('functionGraphs: makes a function of each target of a local call', () => {
  const graphs = functionGraphs(
    program('call_local F | call_local G | exit | F: call_local G | exit | G: mov r0, 1 | exit'),
  );
  expect(graphs.map((g) => [g.entry, g.blocks.map((b) => [b.slot, b.calls])])).toEqual([
    [0, [[0, [3, 5]]]],
    [3, [[3, [5]]]],
    [5, [[5, []]]],
  ]);
});

it('functionGraphs: gives unreachable instructions to the main function', () => {
  const [main] = functionGraphs(program('ja L | mov r0, 1 | L: exit'));
  expect(main?.blocks.map((b) => b.slot)).toEqual([0, 1, 2]);
});

it('printDot: draws a cluster for each function, dashed calls, and names that are hard to quote', () => {
  const dot = printDot([
    { name: 'a "b" \\c\n', instructions: program('call_local F | jeq r0, 0, L | L: exit | F: exit') },
  ]);
  expect(dot).toBe(
    `digraph bytecode {
  node [shape=box, fontname="monospace"];
  subgraph cluster_0_0 {
    label="a \\"b\\" \\\\c\u{fffd}";
    p0_0 [label="0  call_local L3\\l1  jeq r0, 0, L2\\l"];
    p0_2 [label="2  exit\\l"];
  }
  subgraph cluster_0_3 {
    label="a \\"b\\" \\\\c\u{fffd}: function at slot 3";
    p0_3 [label="3  exit\\l"];
  }
  p0_0 -> p0_2 [label="not taken"];
  p0_0 -> p0_2 [label="taken"];
  p0_0 -> p0_3 [style=dashed, label="call"];
}
`,
  );
});

/** Programs with jumps in range: the distance of each is taken into the program. */
const programs: fc.Arbitrary<readonly Placed[]> = fc
  .array(fc.tuple(anyInstruction, fc.nat()), { minLength: 1, maxLength: 20 })
  .map((drawn) => {
    const starts: number[] = [0];
    for (const [instruction] of drawn) starts.push((starts.at(-1) ?? 0) + slotsOf(instruction));
    const aimed = drawn.map(([instruction, pick], index): Instruction => {
      if (instruction.kind !== 'jump' && instruction.kind !== 'ja' && instruction.kind !== 'call_local')
        return instruction;
      const offset = (starts[pick % starts.length] ?? 0) - (starts[index] ?? 0) - 1;
      return { ...instruction, offset: offset as never };
    });
    return decode(encodeInstructions([...aimed, { kind: 'exit' }])).instructions;
  });

it('functionGraphs: puts every instruction into one block, and edges between blocks only', () => {
  fc.assert(
    fc.property(programs, (instructions) => {
      const blocks = functionGraphs(instructions).flatMap((g) => g.blocks);
      const slots = blocks.flatMap((b) => b.instructions.map((p) => p.slot)).sort((a, b) => a - b);
      expect(slots).toEqual(instructions.map((p) => p.slot));
      const leaders = new Set(blocks.map((b) => b.slot));
      for (const { edges, calls } of blocks)
        for (const to of [...edges.map((e) => e.to), ...calls]) expect(leaders.has(to)).toBe(true);
    }),
  );
});
