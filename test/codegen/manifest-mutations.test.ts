/**
 * The proof of a build on manifests with one wrong value. Numbers go up and down by one, words become others of their kind,
 * lists lose an element, double one or change their order. The proof has to refuse each, except in fields that no verdict
 * depends on.
 */
import { expect, test } from 'vitest';
import { ACTIONS } from '../../src/abi/actions.js';
import { mapsArtifact } from '../../src/codegen/linux/maps-artifact.js';
import { proveMaps } from '../../src/codegen/linux/prove.js';
import { landlockV8 } from '../../src/codegen/v8/target.js';
import type { Manifest } from '../../src/artifact/manifest.js';
import { defined } from '../../src/base/assert.js';
import { compile } from '../../src/index.js';
import { corpus } from '../faults/corpus.js';
import { checkedOf } from '../support/policy.js';
import { SEED, cases } from '../support/random.js';

type Json = null | boolean | number | string | Json[] | { [key: string]: Json };

/** Values that stand in the place of each other. */
const KINDS: readonly (readonly string[])[] = [
  ['allow', 'deny', 'forbid', 'bit'],
  ['dir', 'file'],
  ['fs_walk', 'fs_pick', 'fs_get'],
  ['inode', 'array'],
  ['never', 'always'],
  ['under', 'at'],
  ['place', 'gains'],
  ['open', 'map_update', 'load_program', 'no_new_privs', 'prepend', 'chdir_current'],
  ACTIONS,
];

/** What may stand in the place of a value. */
function* changed(value: Json): Generator<Json> {
  if (typeof value === 'number') yield* [value + 1, value - 1];
  else if (typeof value === 'boolean') yield !value;
  else if (value === null) yield 'x';
  else if (typeof value === 'string') {
    yield `${value}x`;
    yield* KINDS.filter((kind) => kind.includes(value)).flatMap((kind) =>
      kind.filter((v) => v !== value).slice(0, 3),
    );
  } else if (Array.isArray(value)) {
    for (const i of value.keys()) yield value.filter((_, j) => j !== i);
    const [first, second] = value;
    if (first !== undefined) yield [first, ...value];
    if (second !== undefined && JSON.stringify(first) !== JSON.stringify(second))
      yield [second, defined(first, 'there is one'), ...value.slice(2)];
  }
}

/** Every changed manifest, by the field that is changed. Indices are left out of its name. */
function* mutants(value: Json, where: string): Generator<readonly [where: string, value: Json]> {
  for (const one of changed(value)) yield [where, one];
  if (typeof value !== 'object' || value === null) return;
  const isArray = Array.isArray(value);
  for (const [key, inner] of Object.entries(value)) {
    const at = isArray ? `${where}[]` : where === '' ? key : `${where}.${key}`;
    if (meansNothing(at)) continue;
    for (const [place, made] of mutants(inner, at))
      yield [
        place,
        isArray ? value.map((v, i) => (i === Number(key) ? made : v)) : { ...value, [key]: made },
      ];
  }
}

/** Fields that the proof does not look at, each with the reason. */
const MEANS_NOTHING: readonly (readonly [field: RegExp, reason: string])[] = [
  [/^chains\[\]\.certificate/, 'the proof writes it'],
  [/^sources/, 'the names and digests of texts: people look them up'],
  [/\bspan\b|^programs\[\]\.spans/, 'the place in a text that an explanation shows; golden manifests pin it'],
];

function meansNothing(where: string): boolean {
  return MEANS_NOTHING.some(([field]) => field.test(where));
}

/** Of each field, the changes that this run tries. */
const OF_EACH_FIELD = cases(24);

function* sample(manifest: Manifest): Generator<readonly [where: string, wrong: Manifest]> {
  const byField = new Map<string, Json[]>();
  for (const [where, value] of mutants(manifest as unknown as Json, ''))
    byField.set(where, [...(byField.get(where) ?? []), value]);
  for (const [where, values] of byField) {
    const stride = Math.ceil(values.length / OF_EACH_FIELD);
    for (let i = SEED % stride; i < values.length; i += stride)
      yield [where, values[i] as unknown as Manifest];
  }
}

test.each(corpus().map((policy) => [policy.name, policy.text] as const))(
  'prove: %s: refuses a manifest with one wrong value',
  (_, text) => {
    const { artifact, stages } = compile(text);
    const { manifest, bytecode } = defined(artifact, 'the corpus compiles');
    const meaning = { policy: defined(stages.policy, 'it checks'), hierarchies: stages.hierarchies ?? [] };
    const accepted = new Set<string>();
    for (const [where, wrong] of sample(manifest)) {
      if (landlockV8.prove({ manifest: wrong, bytecode }, meaning).diagnostics.length === 0)
        accepted.add(where);
    }
    expect([...accepted]).toEqual([]);
  },
);

/** No program reads a map, so only its verdicts count. */
const meansNothingOnLinux = (where: string): boolean =>
  where === 'maps[].name' || where === 'maps[].classes[].decision.bit';

test.each(corpus().map((policy) => [policy.name, policy.text] as const))(
  'prove for linux: %s: refuses a manifest with one wrong value',
  (_, text) => {
    const { policy, hierarchies, sources } = checkedOf(text);
    const artifact = mapsArtifact(policy, sources);
    expect(proveMaps(artifact, { policy, hierarchies }).diagnostics).toEqual([]);
    const accepted = new Set<string>();
    for (const [where, manifest] of sample(artifact.manifest)) {
      if (meansNothingOnLinux(where)) continue;
      if (proveMaps({ ...artifact, manifest }, { policy, hierarchies }).diagnostics.length === 0)
        accepted.add(where);
    }
    expect([...accepted]).toEqual([]);
  },
);
