/**
 * Linked files → the checked policy.
 *
 * Input: syntax trees whose imports are found, and values for parameters. Output: layers with merged scopes, sets
 * expanded, paths absolute; every independent mistake as a diagnostic. The result is there even with errors, without
 * what they are about, so that later checks can say what they find; it must not be compiled then.
 */
import { report } from '../../diagnostics/catalogue.js';
import { didYouMean } from '../../diagnostics/suggest.js';
import type { Diagnostic, Outcome, Span } from '../../diagnostics/types.js';
import { defined } from '../../base/assert.js';
import { collectClaims, type Claims } from './claims.js';
import { checkPolicy, MAX_EXPANDED, NO_ARGS, type Context } from './items.js';
import { checkTest } from './tests.js';
import type { Linked } from '../../parser/linked.js';
import { ActionSets, collectNames, type FileNames } from './names.js';
import type { CheckedPolicy, Layer, NamedSet } from './policy.js';
import { Values, type Defines } from './values.js';

export function check(linked: Linked, defines: Defines): Outcome<CheckedPolicy> {
  const out: Diagnostic[] = [];
  const names = collectNames(linked, out);
  const context: Checking = {
    linked,
    names,
    sets: new ActionSets(names, out),
    values: new Values(names, defines, out),
    out,
    budget: { items: MAX_EXPANDED },
  };
  checkDefines(linked, defines, out);
  checkDeclarations(context);
  const claims: Claims = { assertions: [], gainAssertions: [], acceptedGains: [] };
  const layers = linked.entries.flatMap((index) => checkFile(context, index, claims));
  const tests = linked.entries.flatMap((index) =>
    fileOf(context, index).tests.map((test) =>
      checkTest(test, { file: index, args: NO_ARGS }, context.values, out),
    ),
  );
  checkLayers(linked, layers, out);
  return { value: { layers, tests, sets: namedSets(linked, names), ...claims }, diagnostics: out };
}

interface Checking extends Context {
  readonly linked: Linked;
}

/** The layers of a file, and what is claimed of them and of all together. */
function checkFile(context: Checking, index: number, claims: Claims): Layer[] {
  const { policies, assertions, accepts } = fileOf(context, index);
  const { sets, values, out } = context;
  const env = { file: index, args: NO_ARGS };
  const layers = policies.map((policy) => {
    const layer = checkPolicy(context, policy, index);
    collectClaims(policy.assertions, policy.accepts, { env, layer, sets, values, out }, claims);
    return layer;
  });
  collectClaims(assertions, accepts, { env, layer: undefined, sets, values, out }, claims);
  return layers;
}

function fileOf(context: Checking, index: number): Linked['files'][number]['file'] {
  return defined(context.linked.files[index], 'a file').file;
}

/** Own names before imported ones. What is wrong with a set is reported where it is declared. */
function namedSets(linked: Linked, names: readonly FileNames[]): NamedSet[] {
  const sets = new ActionSets(names, []);
  const found = linked.entries.flatMap((index) =>
    [...(names[index]?.actions ?? [])].map(([name, { decl, file }]) => ({
      name,
      actions: sets.expand(decl.set, file),
    })),
  );
  return found.filter((s, i) => s.actions !== 0 && found.findIndex((t) => t.name === s.name) === i);
}

/** A value for a parameter that no file declares is a misspelling. */
function checkDefines(linked: Linked, defines: Defines, out: Diagnostic[]): void {
  const known = linked.files.flatMap((f) => f.file.params.map((p) => p.name.text));
  for (const name of Object.keys(defines).sort()) {
    if (known.includes(name)) continue;
    out.push(
      report(
        'LLP2010',
        { name },
        { help: didYouMean(name, known) ?? 'declare it with `param`, or leave `-D` out' },
      ),
    );
  }
}

/** Sets and parameters that nothing uses are checked too. */
function checkDeclarations({ linked, sets, values, out }: Checking): void {
  linked.files.forEach(({ file }, index) => {
    file.actions.forEach((decl) => sets.expand(decl.set, index));
    for (const fragment of file.fragments) {
      const seen = new Map<string, Span>();
      for (const { name } of fragment.params) {
        const first = seen.get(name.text);
        if (first === undefined) seen.set(name.text, name.span);
        else
          out.push(
            report(
              'LLP2004',
              { kind: 'parameter', name: name.text },
              { span: name.span, notes: [{ message: 'declared here first', span: first }] },
            ),
          );
      }
    }
    for (const param of file.params) {
      if (param.default !== undefined) values.read(param.default, { file: index, args: NO_ARGS });
    }
  });
}

function checkLayers(linked: Linked, layers: readonly Layer[], out: Diagnostic[]): void {
  if (layers.length === 0 && linked.entries.every((i) => linked.files[i]?.complete)) {
    const file = linked.files[linked.entries[0] ?? 0]?.file;
    const span = file === undefined ? {} : { span: { ...file.span, end: file.span.start } };
    out.push(report('LLP2013', {}, { ...span, help: 'write `policy "name" { … }`' }));
  }
}
