/** `llpc graph`: draws the hierarchy of a policy. */
import { basename, dirname } from 'node:path';
import { hasError } from '../../compile.js';
import type { CompileResult } from '../../compile.js';
import { nearestName } from '../../diagnostics/suggest.js';
import type { Diagnostic } from '../../diagnostics/types.js';
import { drawGraph, PICTURES, printGraph, type Picture } from '../../tools/graph/draw.js';
import { readAction, UsageError } from './arguments.js';
import { compileFiles } from './compile-files.js';
import { writeFiles } from './io.js';
import type { Options } from './options.js';
import { fail, print } from './output.js';
import { inputProblem, writeProblem } from './problems.js';

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
  if (drawn.kind === 'no layer') throw noLayer(drawn.name, drawn.layers);
  const text = await printGraph(drawn.model, pictureOf(options));
  if (out === undefined) {
    print(text);
    return 0;
  }
  const replaced = inputProblem(out, positionals);
  if (replaced !== undefined) return refuse([replaced], []);
  try {
    writeFiles(dirname(out), [[basename(out), text]]);
  } catch (error) {
    return refuse([writeProblem(out, error)], []);
  }
  return 0;
}

function noLayer(name: string, layers: readonly string[]): UsageError {
  const near = nearestName(name, layers);
  const help =
    near === undefined ? `they are ${layers.map((n) => `\`${n}\``).join(', ')}` : `did you mean \`${near}\`?`;
  return new UsageError(`there is no layer \`${name}\`: ${help}`);
}

async function refuse(
  diagnostics: readonly Diagnostic[],
  sources: CompileResult['sources'],
): Promise<number> {
  return fail(
    diagnostics.filter((d) => d.severity === 'error'),
    sources,
    'text',
  );
}

function pictureOf({ format }: Options): Picture {
  return PICTURES.find((picture) => picture === format) ?? 'svg';
}
