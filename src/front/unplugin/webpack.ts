/** `llpc/unplugin/webpack`: the plugin for webpack. */
import { llp as plugin } from './index.js';

export const llp = plugin.webpack;
export type { LlpcOptions } from './index.js';
