/**
 * The names of the engines: what a user asks for. `auto` begins with the interpreter and compiles a set of programs once it has
 * run often enough to be worth it.
 */
export const ENGINE_NAMES = ['interpreter', 'wasm', 'auto'] as const;
export type EngineName = (typeof ENGINE_NAMES)[number];
