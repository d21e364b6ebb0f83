/**
 * The proof of a build: reads the artifact back from its text and its bytes, and decides that it means the policy.
 *
 * Input: an artifact, the checked policy and its automata. Output: the artifact with a certificate for each chain, or an error
 * that names the faulty part and the reason. The proof decides that:
 *
 * - the verdict on every path, action and kind of object is that of the automaton (`verdicts.ts`);
 * - the entries require the same objects as the scopes, and have the same rules (`entries.ts`);
 * - the programs are exactly those that the chain needs, on the right triggers, in the right order (`chain.ts`);
 * - the bytes of each program implement the walk machine with the check of its class (`bytes.ts`);
 * - the manifest has all assertions of the policy and all steps of the loader.
 *
 * It does not look at what only people see: spans and their notes, the names and digests of the sources. It uses no code that
 * made the artifact (partition, plan, selection, manifest writer).
 */
import { createHash } from 'node:crypto';
import {
  MANIFEST_FORMAT,
  MANIFEST_VERSION,
  type Artifact,
  type Certificate,
  type Manifest,
} from '../../../artifact/manifest.js';
import { unsealedText } from '../../../artifact/text.js';
import { assert } from '../../../base/assert.js';
import { report } from '../../../diagnostics/catalogue.js';
import type { Diagnostic } from '../../../diagnostics/types.js';
import type { CheckedPolicy } from '../../../ir/check/policy.js';
import type { HierarchyAutomaton } from '../../../ir/hierarchy/automaton.js';
import type { Meaning } from '../../target.js';
import { runChain } from './bytes.js';
import { loadStepsOf, readChain, type ReadChain } from './chain.js';
import { certified, claimsMeant, claimsRead } from './claims.js';
import { checkEntries } from './entries.js';
import { isRefuted, refuted, type Refuted } from './refuted.js';
import { decideVerdicts } from './verdicts.js';

/** Returns the artifact with its certificates, or an error that says where it differs from the policy. */
export function prove(
  artifact: Artifact,
  meaning: Meaning,
): { readonly artifact: Artifact; readonly diagnostics: readonly Diagnostic[] } {
  const result = decide(artifact, meaning);
  if (isRefuted(result)) {
    const { part, reason } = result;
    const [layer] = meaning.policy.layers;
    const place = layer === undefined ? {} : { span: layer.span };
    return { artifact, diagnostics: [report('LLP4002', { part, reason }, place)] };
  }
  return { artifact: certified(artifact, result), diagnostics: [] };
}

/** Returns a certificate for each chain, or the first fault. */
function decide({ manifest, bytecode }: Artifact, { policy, hierarchies }: Meaning): Certificate[] | Refuted {
  const read = JSON.parse(unsealedText(manifest)) as Manifest;
  const chains: ReadChain[] = [];
  for (const index of policy.layers.keys()) {
    const chain = readChain(read, index);
    if (isRefuted(chain)) return chain;
    chains.push(chain);
  }
  const wrong = checkFrame(read, policy, chains);
  if (wrong !== undefined) return wrong;
  const certificates: Certificate[] = [];
  for (const [i, chain] of chains.entries()) {
    const [layer, automaton] = [policy.layers[i], hierarchies[i]];
    assert(layer !== undefined && automaton !== undefined, 'a layer has an automaton');
    const certificate = checkEntries(chain.map, layer) ?? decideChain(chain, automaton, bytecode);
    if (isRefuted(certificate)) return certificate;
    certificates.push(certificate);
  }
  return certificates;
}

function decideChain(
  chain: ReadChain,
  automaton: HierarchyAutomaton,
  bytecode: Artifact['bytecode'],
): Certificate | Refuted {
  const verdicts = decideVerdicts(chain, automaton);
  if (isRefuted(verdicts)) return verdicts;
  const bytes = new Map<string, Uint8Array>();
  for (const { row } of chain.programs) {
    const found = bytecode.get(row.bytecode.file);
    if (found === undefined || sha256(found) !== row.bytecode.sha256)
      return refuted(row.name, 'its bytes are not those that the manifest names');
    bytes.set(row.name, found);
  }
  const run = runChain(chain, (name) => bytes.get(name) ?? new Uint8Array());
  if (isRefuted(run)) return run;
  return { places: verdicts.places, paths: run.paths, digest: run.digest };
}

function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

/** Checks the parts of a manifest that are about all chains together. */
function checkFrame(
  read: Manifest,
  policy: CheckedPolicy,
  chains: readonly ReadChain[],
): Refuted | undefined {
  const { layers } = policy;
  const wrong = (reason: string): Refuted => refuted('the manifest', reason);
  if (read.format !== MANIFEST_FORMAT || read.version !== MANIFEST_VERSION || read.target !== 'landlock-v8')
    return wrong('it is of another form, or for another target');
  if (read.policy !== layers[0]?.name) return wrong('it is named after another policy');
  if (read.chains.length !== layers.length || read.maps.length !== layers.length)
    return wrong('it has not one chain and one map for each layer');
  if (chains.some((c, i) => c.row.name !== layers[i]?.name))
    return wrong('its chains are not in the order of the layers');
  if (new Set(read.maps.map((m) => m.name)).size !== read.maps.length) return wrong('two maps have one name');
  const inChains = chains.flatMap((c) => c.row.programs);
  if (JSON.stringify(read.programs.map((p) => p.name)) !== JSON.stringify(inChains))
    return wrong('its programs are not those of its chains, in their order');
  if (JSON.stringify(read.load) !== JSON.stringify(loadStepsOf(chains)))
    return wrong('its load steps are others');
  if (JSON.stringify(claimsRead(read)) !== JSON.stringify(claimsMeant(policy, chains)))
    return wrong('it does not assert what the policy asserts');
  return undefined;
}
