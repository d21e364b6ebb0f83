/**
 * The part of the WebAssembly JavaScript interface that the engine uses. Declared here because the libraries of TypeScript have it
 * only together with the whole of a browser.
 *
 * Source: WebAssembly JavaScript Interface, W3C.
 */

export interface WasmMemory {
  readonly buffer: SharedArrayBuffer;
  /** Grows by pages of 64 KiB; throws a RangeError when there are none. */
  grow(pages: number): number;
}

/** Opaque: compiled, not yet instantiated. */
export interface WasmModuleObject {
  readonly __brand: 'WebAssembly.Module';
}

export type ImportValue = number | WasmMemory | ((...args: number[]) => number);

export interface WasmApi {
  readonly Memory: new (limits: {
    readonly initial: number;
    readonly maximum: number;
    readonly shared: true;
  }) => WasmMemory;
  /** Compiles at once; throws a CompileError for bytes that are no valid module. */
  readonly Module: new (bytes: Uint8Array) => WasmModuleObject;
  readonly Instance: new (
    module: WasmModuleObject,
    imports: { readonly env: Readonly<Record<string, ImportValue>> },
  ) => { readonly exports: Readonly<Record<string, unknown>> };
  readonly RuntimeError: new (message?: string) => Error;
}

export const wasm = (globalThis as unknown as { readonly WebAssembly: WasmApi }).WebAssembly;
