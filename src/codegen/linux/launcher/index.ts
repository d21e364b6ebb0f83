/**
 * Launchers: `launcherOf` makes a static ELF executable of an enforcement plan, for x86-64 or aarch64.
 *
 * The stages: `planSteps` → system-call plan (`printSteps` shows it) → `stepForms` → forms → `assemble` → `elfFile`.
 * Same plan, same bytes.
 */
import type { EnforcementPlan } from '../../../artifact/enforcement-plan.js';
import { assemble, lengthsOf } from './asm/assemble.js';
import type { Architecture, CpuForm } from './asm/forms.js';
import { makeConstants } from './constants.js';
import { elfFile, elfLayout } from './elf.js';
import { startForms } from './execute-forms.js';
import { stepForms, type Generator } from './generate.js';
import { makeMemory } from './memory.js';
import { planSteps } from './plan-steps.js';
import { reportForms } from './report-forms.js';

export { ARCHITECTURES, type Architecture } from './asm/forms.js';
export { planSteps } from './plan-steps.js';
export { printSteps } from './print.js';

/** Returns the bytes of the launcher of a plan. */
export function launcherOf(plan: EnforcementPlan, architecture: Architecture): Uint8Array {
  const to = makeGenerator(architecture);
  const steps = stepForms(planSteps(plan, architecture), to);
  return executableOf([...startForms(to), ...steps, ...to.behind, ...reportForms(to)], to);
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
  const length = lengthsOf(forms, to.architecture).reduce((sum, n) => sum + n, 0);
  const { codeAt, zerosAt } = elfLayout(constants.length, length);
  const code = assemble(forms, to.architecture, codeAt, to.memory.addresses(zerosAt));
  return elfFile(to.architecture, constants, code, to.memory.size());
}
