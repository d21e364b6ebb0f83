/**
 * What `llpc graph` draws, as plain data: extracted from the automaton by `extract.ts`, then printed as DOT, as Mermaid or as SVG.
 * Types, and a look-up.
 */
import type { ActionMask, ActionName } from '../../abi/actions.js';

export interface GraphModel {
  /** What the colours are about: one action, or everything. */
  readonly action: ActionName | undefined;
  /** The path whose walk is highlighted. */
  readonly path: string | undefined;
  readonly layers: readonly LayerGraph[];
}

export interface LayerGraph {
  readonly name: string;
  readonly default: 'allow' | 'deny';
  /** The classes that are not the same everywhere, in the order of the marks of a row. */
  readonly classes: readonly GraphClass[];
  /** What the classes that are the same everywhere get, if there are any. */
  readonly everywhere: readonly string[];
  readonly root: GraphNode;
}

export interface GraphClass {
  /** `a`, `b`, … */
  readonly letter: string;
  readonly actions: ActionMask;
  readonly text: string;
  readonly kind: RightsKind;
}

/** What rights come to: the strongest thing that they let a program do. */
export type RightsKind = 'nothing' | 'look' | 'change' | 'run' | 'change-run';
/** `silent`: the programs of the layer were not asked. */
export type GraphEffect = 'allow' | 'deny' | 'forbid' | 'error' | 'silent';

export interface GraphNode {
  /** A name in DOT and Mermaid; unique in the model. */
  readonly id: string;
  /** Last component, of several places when they are folded into one node; shortened. */
  readonly name: string;
  /** What stands small beside the name: `glob`, `file`, `optional`, how many are folded. */
  readonly tags: readonly string[];
  readonly edge: 'root' | 'literal' | 'glob' | 'rest';
  readonly optional: boolean;
  readonly rows: readonly GraphRow[];
  /** What a pointer shows: the whole paths, and every action. */
  readonly tooltip: string;
  /** Of `Layer.scopes`, those that speak here. */
  readonly scopes: readonly number[];
  /** How many places are folded in it. */
  readonly places: number;
  readonly onPath: boolean;
  readonly children: readonly GraphNode[];
}

export type GraphRow =
  | {
      readonly kind: 'rights';
      readonly label: string;
      readonly mask: ActionMask;
      readonly text: string;
      readonly rights: RightsKind;
    }
  | {
      /** A verdict on the action that is asked; `walked`: that at the end of the highlighted walk. */
      readonly kind: 'effect' | 'walked';
      readonly label: string;
      readonly effect: GraphEffect;
      readonly text: string;
    };

/** Every node of a layer, parents first. */
export function nodesOf(root: GraphNode): GraphNode[] {
  const all = [root];
  for (let i = 0; i < all.length; i++) all.push(...(all[i]?.children ?? []));
  return all;
}

/** The row that colours a node where it has one colour only: what lies beneath. */
export function colourRow(node: GraphNode): GraphRow | undefined {
  return node.rows.findLast((r) => r.kind !== 'walked');
}
