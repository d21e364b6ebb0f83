/**
 * Finds the loops of the control flow: for each instruction, the backward jumps of the loops that it is in, within its
 * function.
 *
 * Two instructions are in the same loop if each can reach the other. So loops are the strongly connected components of
 * the control flow (Tarjan 1972, without recursion). Every cycle of a component takes one of its backward jumps.
 */
import type { Placed } from '../types.js';
import type { Shape } from './shape.js';

export interface Loops {
  /** Indices of jumps, ascending; empty for an instruction outside of loops. */
  jumpsAt(index: number): readonly number[];
}

/** The loops of a program. */
export function loopsOf(code: readonly Placed[], shape: Shape): Loops {
  if (!shape.goesBack) return { jumpsAt: () => [] };
  const successors = code.map(({ instruction: { kind } }, i) => {
    const next = shape.fallsThrough[i] === 1 && i + 1 < code.length ? [i + 1] : [];
    const target = shape.targets[i] ?? -1;
    return target < 0 || kind === 'call_local' ? next : [...next, target];
  });
  const component = componentsOf(successors);
  const jumps = new Map<number, number[]>();
  successors.forEach((targets, from) => {
    const own = component[from] ?? -1;
    if (!targets.some((to) => to <= from && component[to] === own)) return;
    const found = jumps.get(own);
    if (found === undefined) jumps.set(own, [from]);
    else found.push(from);
  });
  return { jumpsAt: (index) => jumps.get(component[index] ?? -1) ?? [] };
}

/** The number of each node's component: equal for nodes that reach each other. */
function componentsOf(successors: readonly (readonly number[])[]): Int32Array {
  const component = new Int32Array(successors.length).fill(-1);
  const order = new Int32Array(successors.length).fill(-1);
  const lowest = new Int32Array(successors.length);
  const open: number[] = [];
  let count = 0;
  const close = (node: number): void => {
    for (let one = open.pop(); one !== undefined; one = open.pop()) {
      component[one] = node;
      if (one === node) return;
    }
  };
  const enter = (node: number): { node: number; next: number } => {
    order[node] = lowest[node] = count++;
    open.push(node);
    return { node, next: 0 };
  };
  for (let root = 0; root < successors.length; root++) {
    if (order[root] !== -1) continue;
    const stack = [enter(root)];
    for (let top = stack.at(-1); top !== undefined; top = stack.at(-1)) {
      const { node } = top;
      const to = successors[node]?.[top.next++];
      if (to === undefined) {
        if (lowest[node] === order[node]) close(node);
        stack.pop();
        const parent = stack.at(-1)?.node;
        if (parent !== undefined) lower(lowest, parent, lowest[node] ?? 0);
      } else if (order[to] === -1) stack.push(enter(to));
      else if (component[to] === -1) lower(lowest, node, order[to] ?? 0);
    }
  }
  return component;
}

function lower(lowest: Int32Array, node: number, value: number): void {
  if (value < (lowest[node] ?? 0)) lowest[node] = value;
}
