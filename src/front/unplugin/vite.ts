/** `llpc/unplugin/vite`: the plugin for Vite. */
import { llp as plugin } from './index.js';

export const llp = plugin.vite;
export type { LlpcOptions } from './index.js';
