/** Compiling for the default target, as `llpc build` does. */
import { targetOf } from '../../src/codegen/targets.js';
import { compileFor, type CompileOptions, type CompileResult } from '../../src/compile.js';
import { fileImporter } from '../../src/front/cli/io.js';
import type { SourceInput } from '../../src/parser/link.js';

export function compile(input: string | readonly SourceInput[], options: CompileOptions = {}): CompileResult {
  return compileFor(targetOf(options), input, options);
}

/** Compiles a text that may import `std`. */
export function compileWithStd(text: string): CompileResult {
  return compile([{ name: 'policy.llp', text }], { importer: fileImporter });
}

/** Compiles declarations, which stand below `llp 1;`; throws if there is a diagnostic. */
export function compileCleanly(declarations: string): CompileResult {
  const result = compile(`llp 1;\n${declarations}`);
  const [first] = result.diagnostics;
  if (first !== undefined) throw new Error(`${first.code}: ${first.message}`);
  return result;
}
