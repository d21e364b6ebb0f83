/** Compiling for the default target, as `llpc build` does. */
import { targetOf } from '../../src/codegen/targets.js';
import { compileFor, type CompileOptions, type CompileResult } from '../../src/compile.js';
import type { SourceInput } from '../../src/parser/link.js';

export function compile(input: string | readonly SourceInput[], options: CompileOptions = {}): CompileResult {
  return compileFor(targetOf(options), input, options);
}
