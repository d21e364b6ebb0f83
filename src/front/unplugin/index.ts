/**
 * `llpc/unplugin`: `import policy from './app.llp'` in Vite, Rollup, esbuild and webpack. The default export of the
 * module is the artifact that `loadPolicy` takes. Diagnostics become errors and warnings of the bundler. The imports of
 * the policy are watched.
 *
 * The plugin is the export `llp` of `llpc/unplugin/vite`, `/rollup`, `/esbuild` and `/webpack`. For other bundlers that
 * unplugin supports, use a member of `llp` from this module.
 */
import { resolve } from 'node:path';
import { createUnplugin, type UnpluginMessage } from 'unplugin';
import { compileModule, type LlpcOptions, type Message } from './compile-module.js';
import { setUpEsbuild } from './esbuild-setup.js';

export type { LlpcOptions } from './compile-module.js';

/** The id of a policy without a query. A query such as `?raw` asks for something else than the module. */
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
        // It throws in Rollup and Vite; webpack goes on with the module.
        if (errors.length > 0) this.error(logOf(errors, id, meta.framework));
        return code ?? 'export default undefined;\n';
      },
    },
  };
});

/**
 * Joins messages to one message of a bundler, at the place of the first. Rollup and Vite show the message, place and
 * frame of an error, and perhaps only the message of a warning; webpack shows only the message. Their columns count
 * from 0.
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
