/**
 * Translates a control-flow graph to the structured control flow of WebAssembly.
 *
 * For a reducible graph, the translation follows the dominator tree: the blocks that a block dominates are nested in
 * it. A merge follows a `block` that its incoming edges branch out of, and the head of a loop starts a `loop`. No node
 * is copied and no variable is added. Other graphs get a dispatcher: one `loop` around a `br_table` over a label.
 *
 * Source: Norman Ramsey: Beyond Relooper (ICFP 2022). Known weakness: a single irreducible loop makes the whole
 * function use the dispatcher.
 */
import type { FunctionFlow } from './flow.js';
import { OP, VOID, branch, i32Const, local, unsigned } from './encode.js';
import type { Bytes } from './encode.js';

/** Emits the parts of the code that depend on instructions. */
export interface BlockEmitter {
  /** Emits the instructions of a block. The condition of its jump, if any, is left on the stack as an i32. */
  body(out: Bytes, block: number): void;
  /** Emits the code for a jump that is taken: nothing if jumps are not counted. */
  taken(out: Bytes, block: number): void;
  readonly countsJumps: boolean;
  /** Index of an i32 local for the dispatcher. */
  readonly label: number;
}

/** Emits the code of a function. Every path through it returns. */
export function structure(out: Bytes, flow: FunctionFlow, emitter: BlockEmitter): void {
  if (flow.reducible) nested(out, flow, emitter);
  else dispatched(out, flow, emitter);
  out.push(OP.unreachable);
}

/** Work that is left. A stack of tasks replaces recursion, because dominator trees can be deep. */
type PendingWork =
  | { readonly kind: 'tree'; readonly block: number; readonly depth: number }
  | {
      readonly kind: 'within';
      readonly block: number;
      readonly merges: readonly number[];
      readonly depth: number;
    }
  | { readonly kind: 'edge'; readonly from: number; readonly to: number; readonly depth: number }
  | { readonly kind: 'end' };

function nested(out: Bytes, flow: FunctionFlow, emitter: BlockEmitter): void {
  const merges = mergesBelow(flow);
  /** By merge: the nesting depth of the `block` before it. By loop head: the nesting depth of its `loop`. */
  const behind: number[] = [];
  const loops: number[] = [];
  const tasks: PendingWork[] = [{ kind: 'tree', block: 0, depth: 0 }];
  const open = (op: number, labels: number[], block: number, depth: number): void => {
    out.push(op, VOID);
    labels[block] = depth;
    tasks.push({ kind: 'end' });
  };
  for (let task = tasks.pop(); task !== undefined; task = tasks.pop()) {
    switch (task.kind) {
      case 'end':
        out.push(OP.end);
        break;
      case 'tree': {
        const { block } = task;
        const head = flow.isLoopHead[block] === true;
        if (head) open(OP.loop, loops, block, task.depth);
        tasks.push({
          kind: 'within',
          block,
          merges: merges[block] ?? [],
          depth: task.depth + (head ? 1 : 0),
        });
        break;
      }
      case 'within': {
        const [outermost, ...rest] = task.merges;
        if (outermost === undefined) {
          leaveBlock(out, flow, emitter, task.block, task.depth, tasks);
          break;
        }
        tasks.push({ kind: 'tree', block: outermost, depth: task.depth });
        open(OP.block, behind, outermost, task.depth);
        tasks.push({ kind: 'within', block: task.block, merges: rest, depth: task.depth + 1 });
        break;
      }
      case 'edge': {
        const label = labelOf(flow, task.from, task.to, behind, loops);
        if (label === undefined) tasks.push({ kind: 'tree', block: task.to, depth: task.depth });
        else branch(out, OP.br, task.depth - label - 1);
        break;
      }
    }
  }

  function leaveBlock(
    o: Bytes,
    { blocks }: FunctionFlow,
    e: BlockEmitter,
    block: number,
    depth: number,
    todo: PendingWork[],
  ): void {
    e.body(o, block);
    const { next, taken } = blocks[block] as (typeof blocks)[number];
    if (next !== undefined) todo.push({ kind: 'edge', from: block, to: next, depth });
    if (taken === undefined) return;
    if (next === undefined) {
      e.taken(o, block);
      todo.push({ kind: 'edge', from: block, to: taken, depth });
      return;
    }
    const label = labelOf(flow, block, taken, behind, loops);
    if (label !== undefined && !e.countsJumps) return branch(o, OP.brIf, depth - label - 1);
    o.push(OP.if, VOID);
    e.taken(o, block);
    todo.push({ kind: 'end' }, { kind: 'edge', from: block, to: taken, depth: depth + 1 });
  }
}

/** The depth that an edge branches to; undefined if its target is emitted in place. */
function labelOf(
  flow: FunctionFlow,
  from: number,
  to: number,
  behind: readonly number[],
  loops: readonly number[],
): number | undefined {
  if (to <= from) return loops[to];
  return flow.isMerge[to] === true ? behind[to] : undefined;
}

/** For each block, the merges that it immediately dominates, in descending order. */
function mergesBelow({ dominator, isMerge }: FunctionFlow): readonly (readonly number[])[] {
  const lists: number[][] = dominator.map(() => []);
  for (let block = dominator.length - 1; block > 0; block--)
    if (isMerge[block] === true) lists[dominator[block] as number]?.push(block);
  return lists;
}

function dispatched(out: Bytes, { blocks }: FunctionFlow, emitter: BlockEmitter): void {
  const count = blocks.length;
  out.push(OP.loop, VOID);
  for (let i = 0; i < count; i++) out.push(OP.block, VOID);
  branchToLabel(out, emitter.label, count);
  const goTo = (target: number, depth: number): void => {
    i32Const(out, target);
    local(out, OP.localSet, emitter.label);
    branch(out, OP.br, depth);
  };
  for (const [block, { next, taken }] of blocks.entries()) {
    out.push(OP.end);
    const loopDepth = count - 1 - block;
    emitter.body(out, block);
    if (taken !== undefined) {
      if (next !== undefined) out.push(OP.if, VOID);
      emitter.taken(out, block);
      goTo(taken, loopDepth + (next === undefined ? 0 : 1));
      if (next !== undefined) out.push(OP.end);
    }
    if (next !== undefined) goTo(next, loopDepth);
  }
  out.push(OP.end);
}

/** The most targets of a `br_table` here. Engines allow 65 520 (WebAssembly JavaScript Interface, limits). */
const MOST_TARGETS = 0x8000;

/** Emits a branch to the depth in a local, which is below `count`. */
function branchToLabel(out: Bytes, label: number, count: number): void {
  const table = (from: number, to: number, around: number): void => {
    local(out, OP.localGet, label);
    i32Const(out, from);
    out.push(OP.i32Sub, OP.brTable);
    unsigned(out, to - from - 1);
    for (let i = from; i < to; i++) unsigned(out, i + around);
  };
  let from = 0;
  for (; count - from > MOST_TARGETS; from += MOST_TARGETS) {
    local(out, OP.localGet, label);
    i32Const(out, from + MOST_TARGETS);
    out.push(OP.i32LtU, OP.if, VOID);
    table(from, from + MOST_TARGETS, 1);
    out.push(OP.end);
  }
  table(from, count, 0);
}
