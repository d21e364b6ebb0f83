/**
 * Writes a static ELF executable without a C library: constants, code, and memory that starts as zeros.
 *
 *     file      ELF header | program headers | constants | code
 *     memory    0x400000  r--  headers and constants
 *               ........  r-x  code
 *               ........  rw-  zeros; not in the file
 *
 * The file has no holes: the bytes of a page that two segments share are mapped twice, at addresses that differ by a multiple
 * of 64 KiB, the largest page of aarch64. The stack is not executable. Source: System V ABI, chapters 4 and 5; elf(5).
 */
import type { Architecture } from './asm/forms.js';

const HEADER = 64;
const PROGRAM_HEADER = 56;
const SEGMENTS = 4;
const PAGE = 0x10000;
const BASE = 0x400000;
/** The address of the first byte of the constants. */
export const CONSTANTS_AT = BASE + HEADER + SEGMENTS * PROGRAM_HEADER;

const MACHINE: Readonly<Record<Architecture, number>> = { 'x86-64': 62, aarch64: 183 };
const PT_LOAD = 1;
const PT_GNU_STACK = 0x6474e551;
const EXECUTE = 1;
const WRITE = 2;
const READ = 4;

/** Where code and zeros lie, given how many constants and how much code there is. */
export interface ElfLayout {
  readonly codeAt: number;
  readonly zerosAt: number;
}

export function elfLayout(constants: number, code: number): ElfLayout {
  const codeAt = nextSegment(CONSTANTS_AT + constants);
  return { codeAt, zerosAt: roundUp(codeAt + code, PAGE) };
}

/** Returns the file. Execution starts at the first byte of the code. */
export function elfFile(
  architecture: Architecture,
  constants: Uint8Array,
  code: Uint8Array,
  zeros: number,
): Uint8Array {
  const { codeAt, zerosAt } = elfLayout(constants.length, code.length);
  const start = CONSTANTS_AT - BASE + constants.length;
  const file = Buffer.alloc(start + code.length);
  writeHeader(file, MACHINE[architecture], codeAt);
  const segment = (at: number, type: number, flags: number, fields: readonly number[]): void => {
    const header = HEADER + at * PROGRAM_HEADER;
    file.writeUInt32LE(type, header);
    file.writeUInt32LE(flags, header + 4);
    fields.forEach((field, i) => file.writeBigUInt64LE(BigInt(field), header + 8 + 8 * i));
  };
  // Offset, virtual address, physical address, size in the file, size in memory, alignment.
  segment(0, PT_LOAD, READ, [0, BASE, BASE, start, start, PAGE]);
  segment(1, PT_LOAD, READ | EXECUTE, [start, codeAt, codeAt, code.length, code.length, PAGE]);
  segment(2, PT_LOAD, READ | WRITE, [0, zerosAt, zerosAt, 0, zeros, PAGE]);
  segment(3, PT_GNU_STACK, READ | WRITE, [0, 0, 0, 0, 0, 16]);
  file.set(constants, CONSTANTS_AT - BASE);
  file.set(code, start);
  return file;
}

function writeHeader(file: Buffer, machine: number, entry: number): void {
  file.set([0x7f, 0x45, 0x4c, 0x46, 2, 1, 1]); // 64 bits, little-endian, version 1
  file.writeUInt16LE(2, 16); // an executable at fixed addresses
  file.writeUInt16LE(machine, 18);
  file.writeUInt32LE(1, 20);
  file.writeBigUInt64LE(BigInt(entry), 24);
  file.writeBigUInt64LE(BigInt(HEADER), 32);
  file.writeUInt16LE(HEADER, 52);
  file.writeUInt16LE(PROGRAM_HEADER, 54);
  file.writeUInt16LE(SEGMENTS, 56);
}

/** The address of the next byte of the file in a segment of its own. */
function nextSegment(end: number): number {
  return roundUp(end, PAGE) + (end % PAGE);
}

function roundUp(value: number, unit: number): number {
  return Math.ceil(value / unit) * unit;
}
