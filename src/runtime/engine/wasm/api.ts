/**
 * Types of the WebAssembly JavaScript interface, as far as the engine uses it. They are declared here because
 * TypeScript has them only in its library for browsers.
 *
 * Source: WebAssembly JavaScript Interface, W3C.
 */

export interface WasmMemory {
  readonly buffer: SharedArrayBuffer;
  /** Grows by pages of 64 KiB. Throws a RangeError if that many are not available. */
  grow(pages: number): number;
}

/** A compiled module, opaque. */
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
  /** Compiles synchronously. Throws a CompileError for bytes that are not a valid module. */
  readonly Module: new (bytes: Uint8Array) => WasmModuleObject;
  readonly Instance: new (
    module: WasmModuleObject,
    imports: { readonly env: Readonly<Record<string, ImportValue>> },
  ) => { readonly exports: Readonly<Record<string, unknown>> };
  readonly RuntimeError: new (message?: string) => Error;
}

export const wasm = (globalThis as unknown as { readonly WebAssembly: WasmApi }).WebAssembly;
