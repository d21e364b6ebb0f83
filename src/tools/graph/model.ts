/**
 * The model that `llpc graph` draws, as plain data. `extract.ts` extracts it from the automaton; it is then printed as
 * DOT, Mermaid or SVG.
 */
import type { ActionMask, ActionName } from '../../abi/actions.js';

export interface GraphModel {
  /** The action that the colours show; undefined if they show all rights. */
  readonly action: ActionName | undefined;
  /** The path whose walk is highlighted. */
  readonly path: string | undefined;
  readonly layers: readonly LayerGraph[];
}

export interface LayerGraph {
  readonly name: string;
  readonly default: 'allow' | 'deny';
  /** The classes whose verdict is not the same everywhere, in the order of the marks of a row. */
  readonly classes: readonly GraphClass[];
  /** Lines about the actions that are allowed or denied everywhere. */
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

/** A summary of rights: the strongest kind of action that they allow. */
export type RightsKind = 'nothing' | 'look' | 'change' | 'run' | 'change-run';
/** A verdict. `silent`: the programs of the layer were not run. */
export type GraphEffect = 'allow' | 'deny' | 'forbid' | 'error' | 'silent';

export interface GraphNode {
  /** The identifier in DOT and Mermaid, unique in the model. */
  readonly id: string;
  /** The last component of the path, shortened; a summary of the names if several places are folded into the node. */
  readonly name: string;
  /** Small texts beside the name: `glob`, `file`, `optional`, the number of folded places. */
  readonly tags: readonly string[];
  readonly edge: 'root' | 'literal' | 'glob' | 'rest';
  readonly optional: boolean;
  readonly rows: readonly GraphRow[];
  /** The full paths and all actions. */
  readonly tooltip: string;
  /** Ids of the scopes (in `Layer.scopes`) for this place. */
  readonly scopes: readonly number[];
  /** The number of places that are folded into the node. */
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
      /** The verdict on the action of the drawing. `walked`: the verdict at the end of the highlighted walk. */
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

/** The row that gives a node its colour in formats with one colour for each node: the row for objects beneath it. */
export function colourRow(node: GraphNode): GraphRow | undefined {
  return node.rows.findLast((r) => r.kind !== 'walked');
}
