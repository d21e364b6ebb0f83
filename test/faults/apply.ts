/** Puts a seeded fault into the sources as they are loaded: by the bundler for builds, by the test runner for tests. Files stay. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import { build, type Plugin } from 'esbuild';
import { FAULTS, type Fault } from './faults.js';

/** The text of a file with the fault in it; a fault that does not fit the text once is a mistake in the list. */
export function withFault(fault: Fault, text: string): string {
  const parts = text.split(fault.find);
  if (parts.length !== 2)
    throw new Error(`${fault.file}: "${fault.name}" fits ${parts.length - 1} places, and must fit one`);
  return parts.join(fault.replace);
}

/** A plugin of the test runner that puts in the fault with this name (`LLP_FAULT`), if there is one. */
export function faultPlugin(name: string | undefined): {
  name: string;
  enforce: 'pre';
  transform: (code: string, id: string) => string | undefined;
} {
  const fault = FAULTS.find((f) => f.name === name);
  if (name !== undefined && fault === undefined) throw new Error(`there is no fault "${name}"`);
  return {
    name: 'seeded-fault',
    enforce: 'pre',
    transform: (code, id) =>
      fault !== undefined && relative(process.cwd(), id) === fault.file ? withFault(fault, code) : undefined,
  };
}

/** What the builds of the corpus find with a fault in the compiler; undefined when they find nothing. */
export async function foundByBuild(fault: Fault | undefined): Promise<string | undefined> {
  // Beneath dist, so that the standard library is found from there.
  const folder = mkdtempSync(resolve('dist/faults-'));
  try {
    const outfile = join(folder, 'builds.mjs');
    await build({
      entryPoints: ['test/faults/builds.ts'],
      bundle: true,
      platform: 'node',
      format: 'esm',
      packages: 'external',
      outfile,
      logLevel: 'error',
      plugins: fault === undefined ? [] : [bundled(fault)],
    });
    const { stdout, stderr, status } = spawnSync(process.execPath, [outfile], {
      encoding: 'utf8',
      timeout: 60_000,
    });
    if (status !== 0)
      return `the compiler ends: ${stderr.split('\n').find((l) => l.includes('Error')) ?? 'no answer'}`;
    return (JSON.parse(stdout) as string | null) ?? undefined;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function bundled(fault: Fault): Plugin {
  return {
    name: 'seeded-fault',
    setup: ({ onLoad }) => {
      const path = resolve(fault.file);
      onLoad({ filter: /\.ts$/ }, (file) =>
        file.path === path
          ? { contents: withFault(fault, readFileSync(path, 'utf8')), loader: 'ts' }
          : undefined,
      );
    },
  };
}

/** Whether the named test fails with the fault in the sources. */
export function foundByTest(fault: Fault): boolean {
  const args = ['node_modules/vitest/vitest.mjs', 'run', fault.caughtBy];
  const { status } = spawnSync(process.execPath, args, {
    encoding: 'utf8',
    env: { ...process.env, LLP_FAULT: fault.name },
  });
  return status !== 0;
}
