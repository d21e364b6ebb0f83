/**
 * Finds the functions of a decoded program and their basic blocks.
 *
 * Input: instructions without decode errors, so that every target is an instruction and no path runs past the end.
 * Output: every instruction is in one block, and every block in one function. If several functions reach a block, it
 * belongs to the one with the lowest entry. Blocks that no function reaches belong to the main function.
 *
 * Known weakness: a block that two functions jump into is shown in only one of them.
 */
import { targetSlot } from './disasm.js';
import { slotsOf, type Placed } from './types.js';

/** `next` is the edge of a fall-through or of an unconditional jump; the others belong to a conditional jump. */
export type EdgeKind = 'next' | 'taken' | 'not taken';

export interface BasicBlock {
  /** Slot of the first instruction, which names the block. */
  readonly slot: number;
  readonly instructions: readonly Placed[];
  readonly edges: readonly { readonly to: number; readonly kind: EdgeKind }[];
  /** Entries of the functions that the block calls, in the order of the calls. */
  readonly calls: readonly number[];
}

export interface FunctionGraph {
  /** Slot of the first instruction; 0 for the main function. */
  readonly entry: number;
  /** In the order of their slots. */
  readonly blocks: readonly BasicBlock[];
}

/** The functions of a program in the order of their entries. */
export function functionGraphs(program: readonly Placed[]): readonly FunctionGraph[] {
  const blocks = basicBlocks(program);
  const bySlot = new Map(blocks.map((block) => [block.slot, block]));
  const entries = [...new Set([0, ...blocks.flatMap((b) => b.calls)])].sort((a, b) => a - b);
  const owner = new Map<number, number>();
  for (const entry of entries) claim(entry, bySlot, owner);
  return entries.map((entry) => ({
    entry,
    blocks: blocks.filter((b) => (owner.get(b.slot) ?? 0) === entry),
  }));
}

/** Assigns to a function the blocks that it reaches and that no earlier function owns. */
function claim(entry: number, blocks: ReadonlyMap<number, BasicBlock>, owner: Map<number, number>): void {
  const open = [entry];
  for (let slot = open.pop(); slot !== undefined; slot = open.pop()) {
    if (owner.has(slot)) continue;
    owner.set(slot, entry);
    for (const { to } of blocks.get(slot)?.edges ?? []) open.push(to);
  }
}

function basicBlocks(program: readonly Placed[]): readonly BasicBlock[] {
  const leaders = leadersOf(program);
  const groups: Placed[][] = [];
  for (const placed of program) {
    const group = groups.at(-1);
    if (group === undefined || leaders.has(placed.slot)) groups.push([placed]);
    else group.push(placed);
  }
  return groups.map((instructions) => ({
    slot: instructions[0]?.slot ?? 0,
    instructions,
    edges: edgesOf(instructions.at(-1)),
    calls: instructions.flatMap((p) => (p.instruction.kind === 'call_local' ? [targetSlot(p) ?? 0] : [])),
  }));
}

/** Slots at which a block begins: targets, and the slot after a jump or an exit. */
function leadersOf(program: readonly Placed[]): ReadonlySet<number> {
  const leaders = new Set<number>();
  for (const placed of program) {
    const target = targetSlot(placed);
    if (target !== undefined) leaders.add(target);
    const { kind } = placed.instruction;
    if (kind === 'jump' || kind === 'ja' || kind === 'exit') leaders.add(placed.slot + 1);
  }
  return leaders;
}

function edgesOf(last: Placed | undefined): BasicBlock['edges'] {
  if (last === undefined || last.instruction.kind === 'exit') return [];
  const next = last.slot + slotsOf(last.instruction);
  const target = targetSlot(last) ?? next;
  if (last.instruction.kind === 'ja') return [{ to: target, kind: 'next' }];
  if (last.instruction.kind !== 'jump') return [{ to: next, kind: 'next' }];
  return [
    { to: next, kind: 'not taken' },
    { to: target, kind: 'taken' },
  ];
}
