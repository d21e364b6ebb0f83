/** The names of the engines: what a user asks for. `auto` is the fastest that there is. */
export const ENGINE_NAMES = ['interpreter', 'wasm', 'auto'] as const;
export type EngineName = (typeof ENGINE_NAMES)[number];
