/** From a compilation to a picture: the model of what was asked for, and its printers. */
import type { ActionName } from '../../abi/actions.js';
import { assertNever } from '../../base/assert.js';
import type { CompileResult } from '../../compile.js';
import { report } from '../../diagnostics/catalogue.js';
import type { Diagnostic } from '../../diagnostics/types.js';
import { MAX_NODES, extractGraph, type LayerInput } from './extract.js';
import type { GraphModel } from './model.js';
import type { GraphTrail } from './trail.js';

export const PICTURES = ['svg', 'dot', 'mermaid'] as const;
export type Picture = (typeof PICTURES)[number];

export interface GraphRequest {
  readonly action: ActionName | undefined;
  readonly path: string | undefined;
  readonly layer: string | undefined;
  readonly full: boolean;
}

export type Drawn =
  | { readonly kind: 'ok'; readonly model: GraphModel }
  | { readonly kind: 'refused'; readonly diagnostics: readonly Diagnostic[] }
  /** The layer that was asked for is none of these. */
  | { readonly kind: 'no layer'; readonly name: string; readonly layers: readonly string[] };

/** The model of a compilation without errors; with a path, one that went as far as the bytecode. */
export async function drawGraph(result: CompileResult, asked: GraphRequest): Promise<Drawn> {
  const { action, path, full } = asked;
  let trails: readonly GraphTrail[] = [];
  if (path !== undefined && result.artifact !== undefined) {
    const { walkPath } = await import('../query/walk-path.js');
    const walked = walkPath(result.artifact, result.sources, action ?? 'open', path);
    if (walked.kind === 'refused') return walked;
    trails = walked.trails;
  }
  const { policy, hierarchies = [] } = result.stages;
  const layers = (policy?.layers ?? []).flatMap((layer, i): LayerInput[] => {
    const automaton = hierarchies[i];
    return automaton === undefined ? [] : [{ layer, automaton, trail: trails[i] }];
  });
  const { layer: name } = asked;
  const chosen = name === undefined ? layers : layers.filter(({ layer }) => layer.name === name);
  if (name !== undefined && chosen.length === 0)
    return { kind: 'no layer', name, layers: layers.map(({ layer }) => layer.name) };
  const model = extractGraph(chosen, { sets: policy?.sets ?? [], action, path, full });
  if (model !== undefined) return { kind: 'ok', model };
  const help = full
    ? 'leave out `--full`, so that places that say the same are folded'
    : 'draw one layer with `--layer`, or one action with `--action`';
  return { kind: 'refused', diagnostics: [report('LLP4006', { limit: String(MAX_NODES) }, { help })] };
}

/** Each printer is loaded when it is asked for: only SVG needs the layout library. */
export async function printGraph(model: GraphModel, picture: Picture): Promise<string> {
  switch (picture) {
    case 'svg':
      return (await import('./svg.js')).printSvg(model);
    case 'dot':
      return (await import('./dot.js')).printDot(model);
    case 'mermaid':
      return (await import('./mermaid.js')).printMermaid(model);
    default:
      return assertNever(picture);
  }
}
