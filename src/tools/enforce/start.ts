/** Starts a command by a launcher that has no name in any folder. */
import fs from 'node:fs';
import type { EnforcementPlan } from '../../artifact/enforcement-plan.js';
import { launcherOf } from '../../codegen/linux/launcher/index.js';
import { runChild, type Ended } from './child.js';
import { EnforceFault, noFolder } from './fault.js';
import { thisArchitecture } from './machine.js';
import { inSomeFolder, unnamedProgram } from './unnamed-file.js';

/** The path by which a child executes the first descriptor that it gets beside the standard streams. */
export const GIVEN_PROGRAM = '/proc/self/fd/3';

/** Errors that are about the folder of the program, not about the command. */
const OF_THE_FOLDER: readonly string[] = ['EACCES', 'EPERM', 'ENOEXEC', 'ENOENT'];

/** Starts a command under a plan, and returns how it ended. Throws an `EnforceFault` if the launcher cannot be started. */
export async function startUnder(
  plan: EnforcementPlan,
  command: readonly string[],
  folders: readonly string[],
): Promise<Ended> {
  return withLauncher(plan, folders, (program) =>
    runChild(GIVEN_PROGRAM, command, { descriptors: [program], argv0: 'llpc' }),
  );
}

/**
 * Calls `run` with a descriptor of the launcher, in another folder again where programs of the first one cannot be executed.
 * The descriptor is closed afterwards.
 */
export async function withLauncher(
  plan: EnforcementPlan,
  folders: readonly string[],
  run: (program: number) => Promise<Ended>,
): Promise<Ended> {
  const bytes = launcherOf(plan, thisArchitecture());
  const faults: string[] = [];
  for (const folder of folders) {
    const made = inSomeFolder([folder], (at) => unnamedProgram(at, bytes));
    if (made.kind === 'failed') {
      faults.push(...made.faults.map(({ code }) => `${folder}: ${code}`));
      continue;
    }
    const ended = await run(made.fd).finally(() => fs.closeSync(made.fd));
    if (ended.kind !== 'not-started') return ended;
    if (!OF_THE_FOLDER.includes(ended.code)) throw new EnforceFault(`cannot start: ${ended.code}`);
    faults.push(`${folder}: ${ended.code}`);
  }
  throw noFolder(faults);
}
