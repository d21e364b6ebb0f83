/** Finds out what this machine can hold, by a short program that asks the kernel. */
import { spawn } from 'node:child_process';
import fs from 'node:fs';
import { NEWEST_LANDLOCK_ABI } from '../../abi/landlock.js';
import type { Machine } from '../../artifact/enforcement-plan.js';
import type { Architecture } from '../../codegen/linux/launcher/asm/forms.js';
import { PROBE_MASKS, probeOf } from '../../codegen/linux/launcher/probe.js';
import { EnforceFault, noFolder } from './fault.js';
import { inSomeFolder, temporaryFolders, unnamedProgram } from './unnamed-file.js';

/** Returns the architecture of this process. */
export function thisArchitecture(): Architecture {
  if (process.platform !== 'linux') throw new EnforceFault(`it needs Linux, and this is ${process.platform}`);
  if (process.arch === 'x64') return 'x86-64';
  if (process.arch === 'arm64') return 'aarch64';
  throw new EnforceFault(`launchers are made for x86-64 and aarch64, and this is ${process.arch}`);
}

/** What was found out of this machine. */
export interface FoundMachine {
  readonly machine: Machine;
  /** Where temporary files may be made; first a folder from which programs can be executed. */
  readonly folders: readonly string[];
}

/** Returns what the kernel of this machine can hold. */
export async function thisMachine(): Promise<FoundMachine> {
  const bytes = probeOf(thisArchitecture());
  const faults: string[] = [];
  const folders = temporaryFolders();
  for (const folder of folders) {
    const made = inSomeFolder([folder], (at) => unnamedProgram(at, bytes));
    const code = made.kind === 'made' ? await exitCodeOf(made.fd) : made.faults[0]?.code;
    if (typeof code === 'number') return { machine: machineOf(code), folders: [folder, ...folders] };
    faults.push(`${folder}: ${code ?? ''}`);
  }
  throw noFolder(faults);
}

function machineOf(code: number): Machine {
  return { abi: Math.min(code % PROBE_MASKS, NEWEST_LANDLOCK_ABI), masks: code >= PROBE_MASKS };
}

/** Runs an unnamed program. Returns its exit code, or the code of the error if it cannot be started; closes the file. */
function exitCodeOf(fd: number): Promise<number | string> {
  return new Promise((resolve) => {
    const child = spawn('/proc/self/fd/3', [], { stdio: ['ignore', 'ignore', 'ignore', fd] });
    fs.closeSync(fd);
    child.once('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message));
    child.once('exit', (code, signal) => resolve(code ?? signal ?? 0));
  });
}
