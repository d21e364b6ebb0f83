/**
 * Writes the binary format of WebAssembly: numbers, opcodes, sections. It does not depend on eBPF.
 *
 * Source: WebAssembly Core Specification 1.0 with sign-extension operators and shared memories, chapter "Binary
 * Format".
 */

/** A growing list of output bytes. */
export type Bytes = number[];

export const I32 = 0x7f;
export const I64 = 0x7e;
/** The type of a block without a result. */
export const VOID = 0x40;

// prettier-ignore
export const OP = {
  unreachable: 0x00, block: 0x02, loop: 0x03, if: 0x04, else: 0x05, end: 0x0b, br: 0x0c, brIf: 0x0d, brTable: 0x0e,
  return: 0x0f, call: 0x10, drop: 0x1a, select: 0x1b, localGet: 0x20, localSet: 0x21, localTee: 0x22,
  globalGet: 0x23, globalSet: 0x24,
  i32Load: 0x28, i64Load: 0x29, i64Load8S: 0x30, i64Load8U: 0x31, i64Load16S: 0x32, i64Load16U: 0x33,
  i64Load32S: 0x34, i64Load32U: 0x35, i32Store: 0x36, i64Store: 0x37, i64Store8: 0x3c, i64Store16: 0x3d,
  i64Store32: 0x3e, i32Const: 0x41, i64Const: 0x42,
  i32Eqz: 0x45, i32Eq: 0x46, i32Ne: 0x47, i32LtS: 0x48, i32LtU: 0x49, i32GtS: 0x4a, i32GtU: 0x4b, i32LeS: 0x4c,
  i32LeU: 0x4d, i32GeS: 0x4e, i32GeU: 0x4f,
  i64Eqz: 0x50, i64Eq: 0x51, i64Ne: 0x52, i64LtS: 0x53, i64LtU: 0x54, i64GtS: 0x55, i64GtU: 0x56, i64LeS: 0x57,
  i64LeU: 0x58, i64GeS: 0x59, i64GeU: 0x5a,
  i32Add: 0x6a, i32Sub: 0x6b, i32Mul: 0x6c, i32DivS: 0x6d, i32DivU: 0x6e, i32RemS: 0x6f, i32RemU: 0x70,
  i32And: 0x71, i32Or: 0x72, i32Xor: 0x73, i32Shl: 0x74, i32ShrS: 0x75, i32ShrU: 0x76, i32Rotl: 0x77,
  i64Add: 0x7c, i64Sub: 0x7d, i64Mul: 0x7e, i64DivS: 0x7f, i64DivU: 0x80, i64RemS: 0x81, i64RemU: 0x82,
  i64And: 0x83, i64Or: 0x84, i64Xor: 0x85, i64Shl: 0x86, i64ShrS: 0x87, i64ShrU: 0x88, i64Rotl: 0x89,
  i32WrapI64: 0xa7, i64ExtendI32S: 0xac, i64ExtendI32U: 0xad,
  i32Extend8S: 0xc0, i32Extend16S: 0xc1, i64Extend8S: 0xc2, i64Extend16S: 0xc3, i64Extend32S: 0xc4,
} as const;

/** Unsigned LEB128 of a number below 2^32. */
export function unsigned(out: Bytes, value: number): void {
  let rest = value >>> 0;
  while (rest > 0x7f) {
    out.push((rest & 0x7f) | 0x80);
    rest >>>= 7;
  }
  out.push(rest);
}

/** Signed LEB128 of a 64-bit number. */
function signed(out: Bytes, value: bigint): void {
  let rest = value;
  for (;;) {
    const low = Number(rest & 0x7fn);
    rest >>= 7n;
    if ((rest === 0n && low < 0x40) || (rest === -1n && low >= 0x40)) {
      out.push(low);
      return;
    }
    out.push(low | 0x80);
  }
}

/** Signed LEB128 of a 32-bit number: faster, and enough for most constants. */
function signed32(out: Bytes, value: number): void {
  let rest = value | 0;
  for (;;) {
    const low = rest & 0x7f;
    rest >>= 7;
    if ((rest === 0 && low < 0x40) || (rest === -1 && low >= 0x40)) {
      out.push(low);
      return;
    }
    out.push(low | 0x80);
  }
}

export function i32Const(out: Bytes, value: number): void {
  out.push(OP.i32Const);
  signed32(out, value);
}

export function i64Const(out: Bytes, value: bigint): void {
  out.push(OP.i64Const);
  if (value >= -0x8000_0000n && value < 0x8000_0000n) signed32(out, Number(value));
  else signed(out, BigInt.asIntN(64, value));
}

export function local(out: Bytes, op: number, index: number): void {
  out.push(op);
  unsigned(out, index);
}

export function global(out: Bytes, op: number, index: number): void {
  out.push(op);
  unsigned(out, index);
}

export function call(out: Bytes, index: number): void {
  out.push(OP.call);
  unsigned(out, index);
}

export function branch(out: Bytes, op: number, depth: number): void {
  out.push(op);
  unsigned(out, depth);
}

/** A load or store; `offset` is unsigned. The alignment is only a hint: 0 is correct for every address. */
export function access(out: Bytes, op: number, offset: number): void {
  out.push(op, 0);
  unsigned(out, offset);
}

export interface FunctionType {
  readonly params: readonly number[];
  readonly results: readonly number[];
}

export interface FunctionBody {
  readonly type: FunctionType;
  /** Types of the locals that follow the parameters. */
  readonly locals: readonly number[];
  /** The instructions, without the final `end`. */
  readonly code: Bytes;
  readonly exportAs?: string;
}

export interface WasmModule {
  /** Functions from the module `env`. Their indices come before those of `functions`. */
  readonly importedFunctions: readonly { readonly name: string; readonly type: FunctionType }[];
  /** Immutable i32 globals from `env`. Their indices come before those of `globals`. */
  readonly importedGlobals: readonly string[];
  /** Names of mutable i32 globals, exported, 0 at first. */
  readonly globals: readonly string[];
  readonly functions: readonly FunctionBody[];
}

/**
 * The fewest and the most pages (of 64 KiB) of a module's memory. The most is 2 GiB, so that an address, which
 * JavaScript receives as a signed 32-bit number, is never negative.
 */
export const MEMORY_PAGES = { initial: 16, maximum: 32768 } as const;

/** The bytes of a module that imports `env.memory`. */
export function encodeModule(module: WasmModule): Uint8Array<ArrayBuffer> {
  const { importedFunctions, importedGlobals, globals, functions } = module;
  const types = typeTable();
  const out: Bytes = [0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00];
  const imported = importedFunctions.map((f) => types.indexOf(f.type));
  const defined = functions.map((f) => types.indexOf(f.type));
  section(out, 1, vector(types.encoded));
  section(
    out,
    2,
    vector([...imports(importedFunctions, imported), memoryImport(), ...importedGlobals.map(globalImport)]),
  );
  section(out, 3, vector(defined.map((type) => encoded((o) => unsigned(o, type)))));
  if (globals.length > 0) section(out, 6, vector(globals.map(() => [I32, 1, OP.i32Const, 0, OP.end])));
  section(out, 7, vector(exports(module)));
  section(out, 10, vector(functions.map(body)));
  return Uint8Array.from(out);
}

function encoded(write: (out: Bytes) => void): Bytes {
  const out: Bytes = [];
  write(out);
  return out;
}

function typeTable(): { readonly encoded: Bytes[]; indexOf(type: FunctionType): number } {
  const rows: Bytes[] = [];
  const keys = new Map<string, number>();
  const indexOf = (type: FunctionType): number => {
    const row = [0x60, type.params.length, ...type.params, type.results.length, ...type.results];
    const key = row.join();
    const index = keys.get(key) ?? rows.push(row) - 1;
    keys.set(key, index);
    return index;
  };
  return { encoded: rows, indexOf };
}

function append(out: Bytes, bytes: readonly number[]): void {
  for (const byte of bytes) out.push(byte);
}

function section(out: Bytes, id: number, content: Bytes): void {
  out.push(id);
  unsigned(out, content.length);
  append(out, content);
}

function vector(items: readonly Bytes[]): Bytes {
  const out: Bytes = [];
  unsigned(out, items.length);
  for (const item of items) append(out, item);
  return out;
}

function name(out: Bytes, text: string): void {
  const bytes = new TextEncoder().encode(text);
  unsigned(out, bytes.length);
  append(out, [...bytes]);
}

function importOf(field: string, description: Bytes): Bytes {
  return encoded((out) => {
    name(out, 'env');
    name(out, field);
    append(out, description);
  });
}

function imports(list: WasmModule['importedFunctions'], types: readonly number[]): Bytes[] {
  return list.map((f, i) => importOf(f.name, [0x00, ...encoded((o) => unsigned(o, types[i] ?? 0))]));
}

function memoryImport(): Bytes {
  const limits = encoded((o) => {
    unsigned(o, MEMORY_PAGES.initial);
    unsigned(o, MEMORY_PAGES.maximum);
  });
  return importOf('memory', [0x02, 0x03, ...limits]);
}

function globalImport(field: string): Bytes {
  return importOf(field, [0x03, I32, 0]);
}

function exports({ importedFunctions, importedGlobals, globals, functions }: WasmModule): Bytes[] {
  const exportOf = (field: string, kind: number, index: number): Bytes =>
    encoded((out) => {
      name(out, field);
      out.push(kind);
      unsigned(out, index);
    });
  return [
    ...functions.flatMap((f, i) =>
      f.exportAs === undefined ? [] : [exportOf(f.exportAs, 0x00, importedFunctions.length + i)],
    ),
    ...globals.map((field, i) => exportOf(field, 0x03, importedGlobals.length + i)),
  ];
}

function body({ locals, code }: FunctionBody): Bytes {
  const content = encoded((out) => {
    unsigned(out, locals.length);
    for (const type of locals) out.push(1, type);
    append(out, code);
    out.push(OP.end);
  });
  return encoded((out) => {
    unsigned(out, content.length);
    append(out, content);
  });
}
