/** `llpc/unplugin/esbuild`: the plugin for esbuild. */
import { llp as plugin } from './index.js';

export const llp = plugin.esbuild;
export type { LlpcOptions } from './index.js';
