/** Makes the sides of a comparison from a compiled policy, or from the maps of a manifest. */
import { maskOf } from '../../abi/actions.js';
import type { InodeMap, Manifest, ManifestRule, ManifestSpan, MapEntry } from '../../artifact/manifest.js';
import { assert } from '../../base/assert.js';
import { printable } from '../../base/text.js';
import type { CompileResult } from '../../compile.js';
import { locate } from '../../diagnostics/json.js';
import type { NamedSource, Span } from '../../diagnostics/types.js';
import type { Layer, Rule, Scope } from '../../ir/check/policy.js';
import { sumEffects } from '../../ir/check/scopes.js';
import { buildHierarchy } from '../../ir/hierarchy/build-hierarchy.js';
import type { SourcePlace } from '../query/source-lines.js';
import type { DiffSide, LocatedText } from './diff.js';

/** Returns the side of a compilation; undefined if the compilation stopped before the automata. */
export function sideOfPolicy({
  stages,
  sources,
}: Pick<CompileResult, 'stages' | 'sources'>): DiffSide | undefined {
  const { policy, hierarchies } = stages;
  if (policy === undefined || hierarchies === undefined) return undefined;
  return { layers: policy.layers, hierarchies, locate: (span) => textAt(span, sources) };
}

/** Returns the text of a span in one line, with its location. */
export function textAt(span: Span, sources: readonly NamedSource[]): LocatedText | undefined {
  const location = locate(span, sources);
  if (location === null) return undefined;
  const text = sources[span.source]?.text.slice(span.start, span.end) ?? '';
  return { location, text: printable(text.replace(/\s+/g, ' ').trim()) };
}

export type ManifestSide =
  { readonly kind: 'ok'; readonly side: DiffSide } | { readonly kind: 'refused'; readonly why: string };

/** Returns the side of a manifest that the compiler wrote. `placeOf` finds the text of a span. */
export function sideOfManifest(
  manifest: Manifest,
  placeOf: (span: ManifestSpan) => SourcePlace | undefined,
): ManifestSide {
  const spans: ManifestSpan[] = [];
  const layers: Layer[] = [];
  for (const [i, map] of manifest.maps.entries()) {
    if (map.type !== 'inode' || map.raw.length > 0) return refused(map.name);
    layers.push(layerOf(map, manifest.chains[i]?.name ?? map.name, spans));
  }
  const hierarchies = layers.map((layer) => {
    const built = buildHierarchy(layer);
    assert(built.kind === 'ok', 'what was compiled can be decided');
    return built.automaton;
  });
  return { kind: 'ok', side: { layers, hierarchies, locate: finder(placeOf, spans) } };
}

function refused(map: string): ManifestSide {
  const why = `its map \`${map}\` has values without rules: only what llpc compiled can be compared`;
  return { kind: 'refused', why };
}

/** Returns the layer that a map was made from. The spans of the result are indices into `spans`. */
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

function finder(
  placeOf: (span: ManifestSpan) => SourcePlace | undefined,
  spans: readonly ManifestSpan[],
): DiffSide['locate'] {
  return ({ start }) => {
    const span = spans[start];
    const place = span === undefined ? undefined : placeOf(span);
    if (place === undefined) return undefined;
    const { text, ...location } = place;
    return { location, text: text ?? null };
  };
}
