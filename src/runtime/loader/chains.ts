/**
 * The loader of program chains: grounds a manifest on a file system and verifies its programs.
 *
 * Input: an artifact and a tree. Output: a grounded policy, or all problems that were found; nothing is loaded in part.
 * `enforceChains` does to a modelled task what a loader on a real kernel does in the `load` steps of the manifest.
 */
import { createHash } from 'node:crypto';
import type { Artifact, ManifestMap, ManifestProgram } from '../../artifact/manifest.js';
import { renderVerifierMessage } from '../../bpf/verify/verify.js';
import { encodeState } from '../../semantics/cookie.js';
import { loadProgram } from '../engine/load-program.js';
import { createArrayTable, createHashTable, createInodeTable, type EngineMap } from '../engine/maps.js';
import { loadKernelProgram, type KernelProgram } from '../kernel/program-set.js';
import { ancestry } from '../kernel/resolve.js';
import { chdir } from '../kernel/syscalls/index.js';
import { prepend, setNoNewPrivs, type CallResult, type Task } from '../kernel/task.js';
import type { Vfs } from '../kernel/vfs.js';
import { judgeAssertions } from './assertions.js';
import type { GroundedMap, GroundedPolicy, LoadResult } from './grounded.js';
import { groundInodeMap } from './inode-maps.js';
import { hasProblem, problemOf, type LoadProblem } from './problems.js';
import { resolveLiteral } from './resolve.js';

/** Grounds an artifact on the tree of a kernel. A loaded policy can come with warnings. */
export function groundChains(artifact: Artifact, vfs: Vfs): LoadResult<GroundedPolicy> {
  const problems: LoadProblem[] = checkDigests(artifact);
  if (problems.length > 0) return { kind: 'refused', problems };
  const tables = new Map<string, EngineMap>();
  const maps = new Map<string, GroundedMap>();
  for (const map of artifact.manifest.maps)
    tables.set(map.name, makeTable(map, vfs, maps, artifact, problems));
  const chains = loadChains(artifact, tables, problems);
  if (!hasProblem(problems)) problems.push(...judgeAssertions(artifact.manifest, maps, vfs));
  if (hasProblem(problems)) return { kind: 'refused', problems };
  return { kind: 'loaded', value: { artifact, maps, chains, plan: undefined }, problems };
}

function checkDigests({ manifest, bytecode }: Artifact): LoadProblem[] {
  return manifest.programs.flatMap(({ name, bytecode: { file, sha256 } }) => {
    const bytes = bytecode.get(file);
    if (bytes === undefined)
      return [problemOf('LLP5007', { program: name, why: `its bytecode \`${file}\` is missing` })];
    const digest = createHash('sha256').update(bytes).digest('hex');
    if (digest === sha256) return [];
    return [
      problemOf('LLP5007', {
        program: name,
        why: `\`${file}\` is not the file that was built: its digest differs`,
      }),
    ];
  });
}

function makeTable(
  map: ManifestMap,
  vfs: Vfs,
  maps: Map<string, GroundedMap>,
  artifact: Artifact,
  problems: LoadProblem[],
): EngineMap {
  if (map.type !== 'inode') return plainTable(map, artifact, problems);
  const grounded = groundInodeMap(map, vfs, artifact.manifest, problems);
  if (grounded === undefined) return createInodeTable(map.name, 1);
  const { places, numbers } = grounded;
  const table = createInodeTable(map.name, Math.max(1, places.size + map.raw.length));
  if (map.layout.classes > 0) {
    for (const [inode, place] of places) {
      const { lo, hi } = encodeState(
        map.layout,
        { self: place.self, below: place.below, exact: true },
        numbers.get(inode) ?? 0,
      );
      table.update(inode, lo, hi);
    }
  }
  for (const { path, value } of map.raw) addRaw(table, vfs, path, value, problems);
  maps.set(map.name, grounded);
  return table;
}

function addRaw(
  table: ReturnType<typeof createInodeTable>,
  vfs: Vfs,
  path: string,
  value: string,
  problems: LoadProblem[],
): void {
  const found = resolveLiteral(vfs, path.split('/'));
  if (found.kind === 'absent') {
    problems.push(
      problemOf('LLP5001', { path, why: found.why }, 'make it, or take its value out of the manifest'),
    );
    return;
  }
  const inode = found.path.at(-1)?.inode.ino ?? 0;
  table.update(inode, parseInt(value.slice(8), 16) | 0, parseInt(value.slice(0, 8), 16) | 0);
}

/** Maximum number of bytes of a map's values. A manifest from a file could else make the loader allocate any size. */
const MOST_MAP_BYTES = 2 ** 30;

function plainTable(
  map: ManifestMap & { readonly type: 'array' | 'hash' },
  { manifest }: Artifact,
  problems: LoadProblem[],
): EngineMap {
  const bytes = Math.ceil(map.valueSize / 8) * 8 * map.maxEntries;
  if (bytes > MOST_MAP_BYTES) {
    const program = manifest.programs.find((p) => p.maps.includes(map.name))?.name ?? map.name;
    const why = `its map \`${map.name}\` takes ${bytes} bytes, more than ${MOST_MAP_BYTES}`;
    problems.push(problemOf('LLP5007', { program, why }));
    return createHashTable(map.name, map.keySize, 0, 1);
  }
  return map.type === 'array'
    ? createArrayTable(map.name, map.valueSize, map.maxEntries)
    : createHashTable(map.name, map.keySize, map.valueSize, map.maxEntries);
}

/** Loads the programs of every chain. Returns the last program of each chain. */
function loadChains(
  { manifest, bytecode }: Artifact,
  tables: ReadonlyMap<string, EngineMap>,
  problems: LoadProblem[],
): KernelProgram[] {
  const loaded = new Map<string, KernelProgram>();
  const lasts: KernelProgram[] = [];
  for (const { programs } of manifest.chains) {
    for (const name of programs) {
      const row = manifest.programs.find((p) => p.name === name);
      const bytes = row === undefined ? undefined : bytecode.get(row.bytecode.file);
      if (row === undefined || bytes === undefined) {
        problems.push(
          problemOf('LLP5007', { program: name, why: 'no program of this name is in the manifest' }),
        );
        return [];
      }
      const program = loadOne(
        row,
        bytes,
        tables,
        row.previous === null ? undefined : loaded.get(row.previous),
        problems,
      );
      if (program === undefined) return [];
      loaded.set(name, program);
    }
    const last = loaded.get(programs.at(-1) ?? '');
    if (last !== undefined) lasts.push(last);
  }
  return lasts;
}

function loadOne(
  row: ManifestProgram,
  bytes: Uint8Array,
  tables: ReadonlyMap<string, EngineMap>,
  previous: KernelProgram | undefined,
  problems: LoadProblem[],
): KernelProgram | undefined {
  const { name, hook, triggerMask, maps } = row;
  const outcome = loadProgram({ name, hook, triggerMask, bytes, maps }, tables);
  if (outcome.kind === 'refused') {
    problems.push(
      ...outcome.errors.map((e) => problemOf('LLP5007', { program: name, why: renderVerifierMessage(e) })),
    );
    return undefined;
  }
  if (row.previous !== null && previous === undefined) {
    problems.push(
      problemOf('LLP5008', { program: name, why: `\`${row.previous}\` is not loaded before it` }),
    );
    return undefined;
  }
  const added = loadKernelProgram(outcome.program, previous);
  if (added.ok) return added.program;
  problems.push(
    problemOf('LLP5008', {
      program: name,
      why: `${added.errno}: it cannot stand after \`${row.previous ?? 'nothing'}\``,
    }),
  );
  return undefined;
}

/**
 * Enforces a grounded policy on a task: sets `no_new_privs`, prepends each chain, then calls `chdir` on the current working
 * directory, so that it gets a tag. Returns the first error of the kernel; a `chdir` that the policy denies is not an error.
 */
export function enforceChains(policy: GroundedPolicy, task: Task): CallResult {
  setNoNewPrivs(task);
  for (const last of policy.chains) {
    const result = prepend(task, last);
    if (!result.ok) return result;
  }
  if (policy.artifact.manifest.load.some((s) => s.step === 'chdir_current')) chdir(task, currentPath(task));
  return { ok: true };
}

/** Returns the absolute path of the working directory. A walk that starts at `/` needs no tag. */
function currentPath(task: Task): string {
  return '/' + ancestry(task.kernel.vfs, task.cwd).names.join('/');
}
