/**
 * Launchers: `launcherOf` makes a static ELF executable of an enforcement plan, for x86-64 or aarch64.
 *
 * The stages: `planSteps` → system-call plan (`printSteps` shows it) → `stepForms` → forms → `assemble` → `elfFile`.
 * Same plan, same bytes.
 */
import type { EnforcementPlan } from '../../../artifact/enforcement-plan.js';
import type { Architecture } from './asm/forms.js';
import { startForms } from './execute-forms.js';
import { stepForms } from './generate.js';
import { executableOf, makeGenerator } from './generator.js';
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
