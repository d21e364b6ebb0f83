/**
 * The instruction forms of the assembler, the same for every architecture, and constructors that read as assembly.
 *
 * A form is what both x86-64 and aarch64 can do in one or two instructions. The registers are named by their use: a system
 * call takes `a0` to `a5` and returns in `ret`; `s0` to `s5` survive it. A system call destroys `a0`, and nothing else that
 * a form can name. Flags never outlive a form: a comparison and its branch are one form.
 */

export const ARCHITECTURES = ['x86-64', 'aarch64'] as const;
export type Architecture = (typeof ARCHITECTURES)[number];

export type CpuReg =
  'ret' | 'a0' | 'a1' | 'a2' | 'a3' | 'a4' | 'a5' | 's0' | 's1' | 's2' | 's3' | 's4' | 's5';

/** Bytes that a load or a store moves. A load fills the rest of the register with zeros. */
export type AccessWidth = 1 | 4 | 8;
export type CpuCondition = 'eq' | 'ne' | 'lt' | 'ge' | 'below' | 'atLeast';
export type CpuOperation = 'add' | 'sub' | 'and' | 'or';

export type CpuForm =
  | { readonly kind: 'label'; readonly name: string }
  /** A constant: any value of 64 bits, signed or unsigned. */
  | { readonly kind: 'constant'; readonly to: CpuReg; readonly value: bigint }
  /** The address of a label of code or data, which lies below 4 GiB. */
  | { readonly kind: 'address'; readonly to: CpuReg; readonly label: string }
  | { readonly kind: 'move'; readonly to: CpuReg; readonly from: CpuReg }
  /** The stack pointer. The kernel leaves it at the number of arguments when a program starts. */
  | { readonly kind: 'stack'; readonly to: CpuReg }
  | {
      readonly kind: 'load' | 'store';
      readonly reg: CpuReg;
      readonly base: CpuReg;
      readonly offset: number;
      readonly width: AccessWidth;
    }
  | {
      readonly kind: 'operate';
      readonly operation: CpuOperation;
      readonly to: CpuReg;
      readonly by: CpuReg | number;
    }
  /** Compares two registers, or a register with a constant of 32 bits, signed, and branches. */
  | {
      readonly kind: 'branch';
      readonly when: CpuCondition;
      readonly left: CpuReg;
      readonly right: CpuReg | number;
      readonly to: string;
    }
  | { readonly kind: 'jump' | 'call'; readonly to: string }
  /** First and last form of a subroutine. */
  | { readonly kind: 'enter' | 'leave' }
  /** A system call by its number, which differs between architectures. */
  | { readonly kind: 'syscall'; readonly number: number }
  /** A system call whose number is in `ret`. */
  | { readonly kind: 'syscall-by-number' };

export const label = (name: string): CpuForm => ({ kind: 'label', name });
export const constant = (to: CpuReg, value: number | bigint): CpuForm => ({
  kind: 'constant',
  to,
  value: BigInt(value),
});
export const address = (to: CpuReg, name: string): CpuForm => ({ kind: 'address', to, label: name });
export const move = (to: CpuReg, from: CpuReg): CpuForm => ({ kind: 'move', to, from });
export const stack = (to: CpuReg): CpuForm => ({ kind: 'stack', to });
export const load = (reg: CpuReg, base: CpuReg, offset = 0, width: AccessWidth = 8): CpuForm => ({
  kind: 'load',
  reg,
  base,
  offset,
  width,
});
export const store = (reg: CpuReg, base: CpuReg, offset = 0, width: AccessWidth = 8): CpuForm => ({
  kind: 'store',
  reg,
  base,
  offset,
  width,
});

const operate =
  (operation: CpuOperation) =>
  (to: CpuReg, by: CpuReg | number): CpuForm => ({ kind: 'operate', operation, to, by });
export const add = operate('add');
export const sub = operate('sub');
export const and = operate('and');
export const or = operate('or');

export const branch = (when: CpuCondition, left: CpuReg, right: CpuReg | number, to: string): CpuForm => ({
  kind: 'branch',
  when,
  left,
  right,
  to,
});
export const jump = (to: string): CpuForm => ({ kind: 'jump', to });
export const call = (to: string): CpuForm => ({ kind: 'call', to });
export const enter = (): CpuForm => ({ kind: 'enter' });
export const leave = (): CpuForm => ({ kind: 'leave' });
export const syscall = (number: number): CpuForm => ({ kind: 'syscall', number });
export const syscallByNumber = (): CpuForm => ({ kind: 'syscall-by-number' });
