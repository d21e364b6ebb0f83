/**
 * Linked files → the checked policy.
 *
 * Input: syntax trees whose imports are found, and values for parameters. Output: layers with merged scopes, expanded sets
 * and absolute paths, and a diagnostic for each independent mistake. Statements with errors are left out of the result, so
 * that later checks can report more errors; a result with errors must not be compiled.
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
  const claims: Claims = { assertions: [], gainAssertions: [], acceptedGains: [], unenforced: [] };
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

/** Returns the layers of a file, and adds the file's assertions and what it accepts to `claims`. */
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

/** Returns the sets of the entry files by name, own names before imported ones. `checkDeclarations` reports their errors. */
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

/** Reports each value given for a parameter that no file declares. */
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

/** Checks the declared sets and parameters, so that errors in unused declarations are reported too. */
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
