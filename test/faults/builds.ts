/** Builds the corpus, and says what the builds find. Bundled with a fault in it by `apply.ts`, and run as a process of its own. */
import { targetOf } from '../../src/codegen/targets.js';
import { compileFor } from '../../src/compile.js';
import { corpus } from './corpus.js';

/** The first policy that is not built, and why; undefined when all are built. */
function firstRefusal(): string | undefined {
  for (const { name, text } of corpus()) {
    try {
      const { artifact, diagnostics } = compileFor(targetOf({}), text);
      const error = diagnostics.find((d) => d.severity === 'error');
      if (error !== undefined) return `${name}: ${error.code} ${error.message}`;
      if (artifact === undefined) return `${name}: no artifact`;
    } catch (error) {
      return `${name}: ${String(error)}`;
    }
  }
  return undefined;
}

console.log(JSON.stringify(firstRefusal() ?? null));
