/**
 * The names of the engines, as a user gives them. `auto` starts with the interpreter, and compiles a set of programs to
 * WebAssembly once it has run so often that compiling pays.
 */
export const ENGINE_NAMES = ['interpreter', 'wasm', 'auto'] as const;
export type EngineName = (typeof ENGINE_NAMES)[number];
