/** What `llpc diff` compares: policies, several of which are layers, or a manifest with the meaning that its maps record. */
import { maskOf } from '../../abi/actions.js';
import { hasError } from '../../analyse.js';
import type { InodeMap, Manifest, ManifestRule, ManifestSpan, MapEntry } from '../../artifact/manifest.js';
import { assert } from '../../base/assert.js';
import type { DiffSide, LocatedText } from '../../tools/diff/diff.js';
import { report } from '../../diagnostics/catalogue.js';
import { locate } from '../../diagnostics/json.js';
import type { Diagnostic, NamedSource, Span } from '../../diagnostics/types.js';
import { buildHierarchy } from '../../ir/hierarchy/build-hierarchy.js';
import type { Layer, Rule, Scope } from '../../ir/check/policy.js';
import { sumEffects } from '../../ir/check/scopes.js';
import { compileFiles } from './compile-files.js';
import { loadFile } from './load-files.js';
import { UsageError, type Options } from './options.js';
import { printable } from '../../base/printable.js';
import { placeFinder } from './source-lines.js';

export type ReadSide =
  | { readonly kind: 'ok'; readonly side: DiffSide }
  | {
      readonly kind: 'refused';
      readonly diagnostics: readonly Diagnostic[];
      readonly sources: readonly NamedSource[];
    };

export async function readSide(files: readonly string[], options: Options): Promise<ReadSide> {
  const [first, ...others] = files;
  if (first?.endsWith('.json') !== true) return readPolicies(files, options);
  if (others.length > 0) throw new UsageError('a manifest stands alone: its layers are in it');
  return readManifest(first, options);
}

async function readPolicies(files: readonly string[], options: Options): Promise<ReadSide> {
  const { stages, diagnostics, sources } = await compileFiles(files, options, 'check');
  const { policy, hierarchies } = stages;
  if (policy === undefined || hierarchies === undefined || hasError(diagnostics)) {
    return { kind: 'refused', diagnostics: diagnostics.filter((d) => d.severity === 'error'), sources };
  }
  return {
    kind: 'ok',
    side: { layers: policy.layers, hierarchies, locate: (span) => textAt(span, sources) },
  };
}

/** A rule of a text in one line. */
export function textAt(span: Span, sources: readonly NamedSource[]): LocatedText | undefined {
  const location = locate(span, sources);
  if (location === null) return undefined;
  const text = sources[span.source]?.text.slice(span.start, span.end) ?? '';
  return { location, text: printable(text.replace(/\s+/g, ' ').trim()) };
}

async function readManifest(file: string, options: Options): Promise<ReadSide> {
  const { artifact, diagnostics } = await loadFile(file, options);
  if (artifact === undefined) return { kind: 'refused', diagnostics, sources: [] };
  const { manifest } = artifact;
  const spans: ManifestSpan[] = [];
  const layers: Layer[] = [];
  for (const [i, map] of manifest.maps.entries()) {
    if (map.type !== 'inode' || map.raw.length > 0) return written(file, map.name);
    layers.push(layerOf(map, manifest.chains[i]?.name ?? map.name, spans));
  }
  const hierarchies = layers.map((layer) => {
    const built = buildHierarchy(layer);
    assert(built.kind === 'ok', 'what was compiled can be decided');
    return built.automaton;
  });
  return { kind: 'ok', side: { layers, hierarchies, locate: finder(manifest, file, spans) } };
}

function written(file: string, map: string): ReadSide {
  const why = `its map \`${map}\` has values without rules: only what llpc compiled can be compared`;
  return { kind: 'refused', diagnostics: [report('LLP5006', { file, why }, {})], sources: [] };
}

/** The layer that a map was made from. A span is an index into `spans`. */
function layerOf(map: InodeMap, name: string, spans: ManifestSpan[]): Layer {
  const spanOf = (span: ManifestSpan): Span => {
    spans.push(span);
    return { source: 0, start: spans.length - 1, end: spans.length };
  };
  const scopes = map.entries.map((entry, id) => scopeOf(entry, id, spanOf));
  return { name, span: { source: 0, start: 0, end: 0 }, default: map.default, scopes };
}

function scopeOf(entry: MapEntry, id: number, spanOf: (span: ManifestSpan) => Span): Scope {
  const rules = entry.rules.map((rule) => ruleOf(rule, spanOf));
  const { object, optional, within, components: path } = entry;
  const [region, self] = [sumEffects(rules, false), sumEffects(rules, true)];
  return { id, path, object, optional, within, spans: [spanOf(entry.span)], region, self, rules };
}

function ruleOf({ effect, self, actions, span }: ManifestRule, spanOf: (span: ManifestSpan) => Span): Rule {
  return { effect, self, actions: maskOf(...actions), span: spanOf(span), via: [] };
}

function finder(manifest: Manifest, file: string, spans: readonly ManifestSpan[]): DiffSide['locate'] {
  const find = placeFinder(manifest, file, []);
  return ({ start }) => {
    const span = spans[start];
    const place = span === undefined ? undefined : find(span);
    if (place === undefined) return undefined;
    const { text, ...location } = place;
    return { location, text: text ?? null };
  };
}
