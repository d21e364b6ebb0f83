/**
 * Collects assertions and what is accepted; expands their sets and checks that paths are absolute. An assertion in a `policy`
 * block is about that layer alone, one at the top of a file about all layers together. The same holds for actions that are accepted
 * as unenforced. Accepted gains count for all layers.
 */
import { TARGET_NAMES, type TargetName } from '../../artifact/manifest.js';
import { assertNever } from '../../base/assert.js';
import { report } from '../../diagnostics/catalogue.js';
import { respell } from '../../diagnostics/suggest.js';
import type { Diagnostic } from '../../diagnostics/types.js';
import type { AcceptDecl, AssertDecl, Name, PlaceAssertDecl } from '../../parser/ast.js';
import type { ActionSets } from './names.js';
import { readComponents } from './paths.js';
import type { AcceptedGain, AcceptedUnenforced, Assertion, GainAssertion, Layer } from './policy.js';
import type { Env, Values } from './values.js';

export interface Claims {
  readonly assertions: Assertion[];
  readonly gainAssertions: GainAssertion[];
  readonly acceptedGains: AcceptedGain[];
  readonly unenforced: AcceptedUnenforced[];
}

export interface ClaimContext {
  readonly env: Env;
  readonly layer: Layer | undefined;
  readonly sets: ActionSets;
  readonly values: Values;
  readonly out: Diagnostic[];
}

/** Adds these statements to `claims`. A statement with an error is reported and left out. */
export function collectClaims(
  assertions: readonly AssertDecl[],
  accepts: readonly AcceptDecl[],
  context: ClaimContext,
  claims: Claims,
): void {
  const { env, layer, sets } = context;
  for (const decl of assertions) {
    const actions = sets.expand(decl.set, env.file);
    switch (decl.kind) {
      case 'assert': {
        const path = assertedPath(decl, context);
        if (path === undefined || actions === 0) break;
        const { claim, reach, span } = decl;
        claims.assertions.push({ claim, actions, reach, path, span, layer });
        break;
      }
      case 'assert-gains':
        if (actions !== 0) claims.gainAssertions.push({ actions, span: decl.span, layer });
        break;
      default:
        assertNever(decl);
    }
  }
  for (const decl of accepts) collectAccept(decl, context, claims);
}

function collectAccept(decl: AcceptDecl, { env, layer, sets, out }: ClaimContext, claims: Claims): void {
  const { span } = decl;
  const actions = sets.expand(decl.set, env.file);
  switch (decl.kind) {
    case 'accept-gains':
      if (actions !== 0) claims.acceptedGains.push({ actions, span });
      break;
    case 'accept-unenforced': {
      const target = targetNamed(decl.target, out);
      if (target !== undefined && actions !== 0) claims.unenforced.push({ actions, target, layer, span });
      break;
    }
    default:
      assertNever(decl);
  }
}

/** Returns the target with this name. Any other name is reported. */
function targetNamed({ text, span }: Name, out: Diagnostic[]): TargetName | undefined {
  const found = TARGET_NAMES.find((target) => target === text);
  if (found !== undefined || text === '') return found;
  const all = TARGET_NAMES.map((target) => `\`${target}\``).join(', ');
  const details = respell(text, TARGET_NAMES, span) ?? { help: `the targets are ${all}` };
  out.push(report('LLP2021', { name: text }, { span, ...details }));
  return undefined;
}

function assertedPath(
  decl: PlaceAssertDecl,
  { env, values, out }: ClaimContext,
): Assertion['path'] | undefined {
  const text = values.read(decl.path, env);
  if (text === undefined) return undefined;
  const { span } = decl.path;
  const plain = span.end - span.start === text.length + 2 && decl.path.parts.every((p) => p.kind === 'text');
  if (text.startsWith('/')) return readComponents(text.slice(1), text, { span, plain }, out);
  out.push(report('LLP3001', { path: text }, { span, help: `write \`"/${text}"\`` }));
  return undefined;
}
