/** Compiles a policy again, with other texts. */
import { targetOf } from '../../codegen/targets.js';
import { compileFor, type CompileOptions, type CompileResult } from '../../compile.js';
import type { NamedSource } from '../../diagnostics/types.js';
import type { Importer } from '../../parser/link.js';

/** The options of the first compilation that its result does not keep. */
export type RecompileOptions = Pick<CompileOptions, 'defines' | 'target'>;

/** Compiles again. `texts`: by the `id` of the source; sources that it lacks keep their text. */
export function recompile(
  { sources }: CompileResult,
  texts: ReadonlyMap<string, string>,
  options: RecompileOptions,
): CompileResult {
  const textOf = (source: NamedSource): string => texts.get(source.id) ?? source.text;
  const importer: Importer = (name) => {
    const source = sources.find((s) => s.name === name);
    return source === undefined
      ? { kind: 'missing', why: 'it was not read' }
      : { kind: 'ok', text: textOf(source) };
  };
  const entry = sources.slice(0, 1).map((s) => ({ ...s, text: textOf(s) }));
  return compileFor(targetOf(options), entry, { ...options, importer });
}
