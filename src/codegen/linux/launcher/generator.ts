/** What all makers of forms share: constants, memory, labels, and the names of subroutines. */
import { SYSCALL_NUMBERS, type SyscallName } from '../../../abi/syscall-numbers.js';
import { defined } from '../../../base/assert.js';
import { assemble, encodeForms, lengthOf } from './asm/assemble.js';
import type { Architecture, CpuForm } from './asm/forms.js';
import { makeConstants, type Constants } from './constants.js';
import { elfFile, elfLayout } from './elf.js';
import { makeMemory, type ZeroMemory } from './memory.js';

export interface Generator {
  readonly architecture: Architecture;
  readonly constants: Constants;
  readonly memory: ZeroMemory;
  /** Returns a label that was not used before. */
  readonly fresh: (what: string) => string;
  /** The forms that stand behind the steps. */
  readonly behind: CpuForm[];
}

/** Labels of subroutines, and of code that does not return. */
export const SUBROUTINE = { append: 'append', foreign: 'append-foreign', decimal: 'decimal' } as const;
/** Needs the address of a message in `a0` and the result of the call in `ret`. */
export const REPORT = 'report';
/** Needs the address of a message in `a0`. */
export const REFUSE = 'refuse';

/** The path as messages show it. */
export const SHOWN_PATH = [4, 4] as const;

/** Returns the number of a call, which the architecture must have. */
export function numberOf(name: SyscallName, architecture: Architecture): number {
  return defined(SYSCALL_NUMBERS[name][architecture] ?? undefined, `${architecture} has the call ${name}`);
}

export function makeGenerator(architecture: Architecture): Generator {
  let labels = 0;
  return {
    architecture,
    constants: makeConstants(),
    memory: makeMemory(),
    fresh: (what) => `${what}.${labels++}`,
    behind: [],
  };
}

/** Returns the executable of forms, which all belong to one generator. */
export function executableOf(forms: readonly CpuForm[], to: Generator): Uint8Array {
  const constants = to.constants.whole();
  const encoded = encodeForms(forms, to.architecture);
  const { codeAt, zerosAt } = elfLayout(constants.length, lengthOf(encoded));
  const code = assemble(forms, to.architecture, codeAt, to.memory.addresses(zerosAt), encoded);
  return elfFile(to.architecture, constants, code, to.memory.size());
}
