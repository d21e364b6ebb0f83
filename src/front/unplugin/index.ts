/**
 * `llpc/unplugin`: `import policy from './app.llp'` in Vite, Rollup, esbuild and webpack. The module's default export is the
 * artifact that `loadPolicy` takes; what the compiler finds is an error or a warning of the bundler; imports of the policy are
 * watched.
 *
 * Named `llp` in each of `llpc/unplugin/vite`, `/rollup`, `/esbuild` and `/webpack`; those of other bundlers that unplugin
 * knows are members of `llp` here.
 */
import { resolve } from 'node:path';
import { createUnplugin, type UnpluginMessage } from 'unplugin';
import { compileModule, type LlpcOptions, type Message } from './compile-module.js';
import { setUpEsbuild } from './esbuild-setup.js';

export type { LlpcOptions } from './compile-module.js';

/** A policy without a query: `?raw` and the like ask for something else. */
const POLICY = /^[^\0?]+\.llp$/;

export const llp = createUnplugin<LlpcOptions | undefined, false>((options = {}, meta) => {
  if (meta.framework === 'esbuild')
    return { name: 'llpc', esbuild: { setup: (build) => setUpEsbuild(build, options) } };
  return {
    name: 'llpc',
    load: {
      filter: { id: POLICY },
      handler(id) {
        const { code, files, messages } = compileModule(id, options);
        for (const file of files) this.addWatchFile(file);
        for (const m of messages) if (m.severity === 'warning') this.warn(logOf([m], id, meta.framework));
        const errors = messages.filter((m) => m.severity === 'error');
        // Ends the hook in Rollup and its kin; webpack goes on with the module.
        if (errors.length > 0) this.error(logOf(errors, id, meta.framework));
        return code ?? 'export default undefined;\n';
      },
    },
  };
});

/**
 * One message of a bundler, at the place of the first. Rollup and its kin show an error's message, place and frame, of a warning
 * perhaps only the message; webpack shows the message alone. Columns of a place are from 0 there, those in the text from 1.
 */
function logOf(
  messages: readonly Message[],
  id: string,
  framework: string,
): UnpluginMessage & { readonly frame?: string } {
  const rendered = messages.map((m) => m.rendered).join('\n\n');
  if (framework === 'webpack' || framework === 'rspack') return { message: rendered };
  const [first] = messages;
  const place = first?.place;
  if (place === undefined) return { id, message: rendered };
  const file = resolve(place.file);
  const log = { id: file, loc: { file, line: place.line, column: place.column - 1 } };
  if (first?.severity === 'warning') return { ...log, message: rendered };
  const end = rendered.indexOf('\n');
  return { ...log, message: rendered.slice(0, end), frame: rendered.slice(end + 1) };
}
