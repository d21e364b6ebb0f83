/** The instructions of the filter, run by an interpreter of classic BPF, against the table of calls that they are made from. */
import { describe, expect, it } from 'vitest';
import type { ActionName } from '../../../src/abi/actions.js';
import { FILTERED_CALLS } from '../../../src/abi/filtered-calls.js';
import { SYSCALL_NUMBERS } from '../../../src/abi/syscall-numbers.js';
import { filterProgram, type FilterInstruction } from '../../../src/codegen/linux/launcher/filter-steps.js';
import { cases, fc } from '../../support/random.js';

const ALLOW = 0x7fff0000;
const ERRNO = 0x00050000;
const EACCES = 13;
const ENOSYS = 38;
const ARCH = { 'x86-64': 0xc000003e, aarch64: 0xc00000b7 } as const;

/** Runs classic BPF on `struct seccomp_data`. Knows the instructions that a filter of calls can have. */
function run(program: readonly FilterInstruction[], data: DataView): number {
  let accumulator = 0;
  for (let at = 0; ; at++) {
    const step = program[at];
    if (step === undefined) throw new Error('the program has no end');
    const { code, yes, no, k } = step;
    const jump = (holds: boolean): void => void (at += holds ? yes : no);
    if (code === 0x20) accumulator = data.getUint32(k, true);
    else if (code === 0x15) jump(accumulator === k);
    else if (code === 0x35) jump(accumulator >= k);
    else if (code === 0x45) jump((accumulator & k) !== 0);
    else if (code === 0x06) return k;
    else throw new Error(`unknown instruction ${code}`);
  }
}

const known = Object.values(SYSCALL_NUMBERS);
const arbitraryFilter = fc.record({
  actions: fc.subarray(Object.keys(FILTERED_CALLS) as ActionName[]),
  ioUring: fc.boolean(),
});
const arbitraryCall = fc.record({
  architecture: fc.constantFrom('x86-64' as const, 'aarch64' as const),
  arch: fc.option(fc.nat(0xffffffff), { freq: 10 }),
  number: fc.oneof(
    { weight: 8, arbitrary: fc.nat({ max: known.length - 1 }).map((i) => ({ index: i })) },
    { weight: 2, arbitrary: fc.nat(0xffffffff).map((number) => ({ number })) },
  ),
  args: fc.array(fc.oneof(fc.nat(0xffffffff), fc.constantFrom(0, 0x200, 0x201)), {
    minLength: 12,
    maxLength: 12,
  }),
});

describe('filter', () => {
  it('denies what the table of calls says, on each architecture', () => {
    fc.assert(
      fc.property(arbitraryFilter, arbitraryCall, (filter, { architecture, arch, number, args }) => {
        const own = arch === null || arch === ARCH[architecture];
        const nr = 'number' in number ? number.number : (known[number.index]?.[architecture] ?? 0xfffffff0);
        const data = new DataView(new ArrayBuffer(64));
        data.setUint32(0, nr, true);
        data.setUint32(4, arch ?? ARCH[architecture], true);
        args.forEach((arg, i) => data.setUint32(16 + 4 * i, arg, true));

        const names = Object.entries(SYSCALL_NUMBERS)
          .filter(([, numbers]) => numbers[architecture] === nr)
          .map(([name]) =>
            name === 'unlinkat' && ((args[4] ?? 0) & 0x200) !== 0 ? 'unlinkat:removedir' : name,
          );
        const isDenied = filter.actions.some((a) => FILTERED_CALLS[a]?.some((name) => names.includes(name)));
        const isX32 = architecture === 'x86-64' && nr >= 0x40000000;
        const isClosed = filter.ioUring && names.includes('io_uring_setup');
        const expected = !own
          ? 0x80000000
          : isX32 || isClosed
            ? ERRNO | ENOSYS
            : isDenied
              ? ERRNO | EACCES
              : ALLOW;
        expect(run(filterProgram(filter, architecture), data)).toBe(expected);
      }),
      { numRuns: cases(5000) },
    );
  });

  it('fits what the kernel takes, with jumps of 8 bits', () => {
    const actions = Object.keys(FILTERED_CALLS) as ActionName[];
    const program = filterProgram({ actions, ioUring: true }, 'x86-64');
    expect(program.length).toBeLessThan(4096);
    expect(program.every(({ yes, no }) => yes < 256 && no < 256)).toBe(true);
  });
});
