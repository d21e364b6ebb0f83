/** `llpc graph`: the hierarchy of a policy as a picture. */
import { basename, dirname } from 'node:path';
import type { ActionName } from '../../abi/actions.js';
import { hasError } from '../../analyse.js';
import { assertNever } from '../../base/assert.js';
import type { CompileResult } from '../../compile.js';
import { report } from '../../diagnostics/catalogue.js';
import { nearestName } from '../../diagnostics/suggest.js';
import type { Diagnostic } from '../../diagnostics/types.js';
import { MAX_NODES, extractGraph, type LayerInput } from '../../tools/graph/extract.js';
import type { GraphModel } from '../../tools/graph/model.js';
import type { Trail } from '../../tools/graph/trail.js';
import { compileFiles } from './compile-files.js';
import { isOneOf, writeFiles } from './io.js';
import { PICTURES, UsageError, type Options, type Picture } from './options.js';
import { writeProblem } from './write-problem.js';
import { print, printDiagnostics } from './output.js';
import { readAction } from './read-action.js';

export async function graphCommand(options: Options): Promise<number> {
  const { positionals, path, out } = options;
  if (positionals.length === 0) throw new UsageError('which policy? Name at least one file');
  if (path === '') throw new UsageError('`--path`: the empty path names nothing');
  if (out === '') throw new UsageError('`--out`: name a file');
  const action = options.action === undefined ? undefined : readAction(options.action);
  const result = await compileFiles(positionals, options, path === undefined ? 'check' : 'build');
  const { diagnostics, sources } = result;
  if (hasError(diagnostics)) return refuse(diagnostics, sources);
  const drawn = await drawGraph(result, { ...options, action });
  if (drawn.kind === 'refused') return refuse(drawn.diagnostics, sources);
  const text = await printGraph(drawn.model, pictureOf(options));
  if (out === undefined) {
    print(text);
    return 0;
  }
  if (isOneOf(out, positionals))
    return refuse([report('LLP5013', { path: out, why: 'it is one of the files that are read' }, {})], []);
  try {
    writeFiles(dirname(out), [[basename(out), text]]);
  } catch (error) {
    return refuse([writeProblem(out, error)], []);
  }
  return 0;
}

async function refuse(
  diagnostics: readonly Diagnostic[],
  sources: CompileResult['sources'],
): Promise<number> {
  const errors = diagnostics.filter((d) => d.severity === 'error');
  await printDiagnostics(errors, sources, 'text');
  return 1;
}

function pictureOf({ format }: Options): Picture {
  return PICTURES.find((picture) => picture === format) ?? 'svg';
}

export interface GraphRequest {
  readonly action: ActionName | undefined;
  readonly path: string | undefined;
  readonly layer: string | undefined;
  readonly full: boolean;
}

export type Drawn =
  | { readonly kind: 'ok'; readonly model: GraphModel }
  | { readonly kind: 'refused'; readonly diagnostics: readonly Diagnostic[] };

/** The model of a compilation without errors; with a path, one that went as far as the bytecode. */
export async function drawGraph(result: CompileResult, asked: GraphRequest): Promise<Drawn> {
  const { action, path, full } = asked;
  let trails: readonly Trail[] = [];
  if (path !== undefined && result.artifact !== undefined) {
    const { walkPath } = await import('./walk-path.js');
    const walked = await walkPath(result.artifact, result.sources, action ?? 'open', path);
    if (walked.kind === 'refused') return walked;
    trails = walked.trails;
  }
  const { policy, hierarchies = [] } = result.stages;
  const layers = (policy?.layers ?? []).flatMap((layer, i): LayerInput[] => {
    const automaton = hierarchies[i];
    return automaton === undefined ? [] : [{ layer, automaton, trail: trails[i] }];
  });
  const chosen = chooseLayer(layers, asked.layer);
  const model = extractGraph(chosen, { sets: policy?.sets ?? [], action, path, full });
  if (model !== undefined) return { kind: 'ok', model };
  const help = full
    ? 'leave out `--full`, so that places that say the same are folded'
    : 'draw one layer with `--layer`, or one action with `--action`';
  return { kind: 'refused', diagnostics: [report('LLP4006', { limit: String(MAX_NODES) }, { help })] };
}

function chooseLayer(layers: readonly LayerInput[], name: string | undefined): readonly LayerInput[] {
  if (name === undefined) return layers;
  const found = layers.filter(({ layer }) => layer.name === name);
  if (found.length > 0) return found;
  const names = layers.map(({ layer }) => layer.name);
  const near = nearestName(name, names);
  const help =
    near === undefined ? `they are ${names.map((n) => `\`${n}\``).join(', ')}` : `did you mean \`${near}\`?`;
  throw new UsageError(`there is no layer \`${name}\`: ${help}`);
}

/** Each printer is loaded when it is asked for: only SVG needs the layout library. */
async function printGraph(model: GraphModel, picture: Picture): Promise<string> {
  switch (picture) {
    case 'svg':
      return (await import('../../tools/graph/svg.js')).printSvg(model);
    case 'dot':
      return (await import('../../tools/graph/dot.js')).printDot(model);
    case 'mermaid':
      return (await import('../../tools/graph/mermaid.js')).printMermaid(model);
    default:
      return assertNever(picture);
  }
}
