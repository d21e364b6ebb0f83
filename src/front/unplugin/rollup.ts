/** `llpc/unplugin/rollup`: the plugin for Rollup. */
import { llp as plugin } from './index.js';

export const llp = plugin.rollup;
export type { LlpcOptions } from './index.js';
