/** The texts of the legend, which explain colours and signs. They are the same in every format. */
import type { GraphModel, GraphNode, LayerGraph, RightsKind } from './model.js';
import { nodesOf } from './model.js';
import { visible } from './text.js';

/** The words of the legend for each kind of rights. */
export const KIND_WORDS: Readonly<Record<RightsKind, string>> = {
  nothing: 'nothing',
  look: 'looks only',
  change: 'changes',
  run: 'executes',
  'change-run': 'changes and executes',
};

export function titleOf(model: GraphModel, layer: LayerGraph): string {
  const about = model.action === undefined ? '' : `, ${model.action}`;
  const path = model.path === undefined ? '' : `, the walk of ${model.path}`;
  return visible(`policy "${layer.name}", default ${layer.default}${about}${path}`);
}

/** The explanations of the signs that occur in a layer. */
export function signsOf(root: GraphNode): string[] {
  const nodes = nodesOf(root);
  const some = (test: (node: GraphNode) => boolean, text: string): string[] =>
    nodes.some(test) ? [text] : [];
  const labelled = (label: string) => (n: GraphNode) => n.rows.some((r) => r.label === label);
  return [
    ...some(labelled('itself'), 'itself: the directory (here); beneath: what it holds and no scope names'),
    ...some((n) => n.optional, 'dashed box, optional: may be absent when the policy is loaded'),
    ...some((n) => n.edge === 'glob', 'dotted line, glob: every name that it matches and no other box has'),
    ...some((n) => n.rows.length === 0, 'name alone: no scope, the rights of the directory that it is in'),
    ...some(
      (n) => n.places > 1 && n.tags.some((t) => t.startsWith('×')),
      '×n: so many places that say the same, folded into one box',
    ),
    ...some((n) => n.onPath, 'thick: the walk'),
  ];
}
