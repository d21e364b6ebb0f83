/**
 * Reads a chain back from an artifact, and checks that its classes and programs fit together.
 *
 * Input: a manifest that was read back from its text, and the index of a layer. Output: the chain with the check of each
 * program, or the reason why no policy needs such a chain. This file shares no code with the passes that wrote the chain
 * (partition, plan, manifest writer). It implements the rules of "The walk as a state machine" and of the ABI again.
 */
import { ACTIONS, TRIGGERS, type ActionName } from '../../../abi/actions.js';
import type {
  InodeMap,
  LoadStep,
  Manifest,
  ManifestChain,
  ManifestClass,
  ManifestProgram,
} from '../../../artifact/manifest.js';
import type { Check } from '../../../semantics/machine.js';
import { isRefuted, refuted, type Refuted } from './refuted.js';

/** One chain of a manifest with its map, its classes and its programs. */
export interface ReadChain {
  readonly row: ManifestChain;
  readonly map: InodeMap;
  /** The class of each action: an index into `map.classes`. */
  readonly classOf: ReadonlyMap<ActionName, number>;
  /** In chain order. */
  readonly programs: readonly ReadProgram[];
}

/** A program and the check that it has to make. */
export interface ReadProgram {
  readonly row: ManifestProgram;
  readonly check: Check;
}

/** Returns the chain with an index, or the fault in it. */
export function readChain(manifest: Manifest, index: number): ReadChain | Refuted {
  const [row, map] = [manifest.chains[index], manifest.maps[index]];
  if (row === undefined || map?.type !== 'inode')
    return refuted('the manifest', 'a layer has no chain or no map');
  const classOf = readMap(map);
  if (isRefuted(classOf)) return classOf;
  const rows = row.programs.map((name) => manifest.programs.filter((p) => p.name === name));
  if (rows.some((found) => found.length !== 1))
    return refuted(row.name, 'a program is not there exactly once');
  const programs: ReadProgram[] = [];
  for (const program of rows.flat()) {
    const check = checkOf(program, map, classOf);
    if (check === undefined) return refuted(program.name, 'its triggers are judged in different ways');
    programs.push({ row: program, check });
  }
  const chain = { row, map, classOf, programs };
  return checkPrograms(chain) ?? chain;
}

/** Returns the class of each action in a map, or the fault in its classes. */
export function readMap(map: InodeMap): ReadonlyMap<ActionName, number> | Refuted {
  if (map.raw.length > 0) return refuted(map.name, 'it has values that no scope gives');
  const classOf = new Map<ActionName, number>();
  const problem = readClasses(map, classOf) ?? checkLayout(map);
  return problem === undefined ? classOf : refuted(map.name, problem);
}

/** Fills `classOf`. Returns a fault unless every action is in exactly one class, and every bit of the state has one class. */
function readClasses({ classes, layout }: InodeMap, classOf: Map<ActionName, number>): string | undefined {
  const bits = new Set<number>();
  for (const [index, { actions, decision }] of classes.entries()) {
    for (const action of actions) {
      if (classOf.has(action)) return `\`${action}\` is in two classes`;
      classOf.set(action, index);
    }
    if (decision.kind !== 'bit') continue;
    if (bits.has(decision.bit) || decision.bit >= layout.classes)
      return `bit ${decision.bit} is of no one class`;
    bits.add(decision.bit);
  }
  if (!inOrder(classes)) return 'its classes, or the actions of one, are not in order';
  const missing = ACTIONS.find((action) => !classOf.has(action));
  if (missing !== undefined) return `\`${missing}\` is in no class`;
  return bits.size === layout.classes ? undefined : 'a bit of the state is of no class';
}

/** Returns true if actions are in the order of their bits and classes in the order of their first actions. */
function inOrder(classes: readonly ManifestClass[]): boolean {
  const ascend = (bits: readonly number[]): boolean =>
    bits.every((bit, i) => i === 0 || bit > (bits[i - 1] ?? bit));
  const bits = classes.map((c) => c.actions.map((action) => ACTIONS.indexOf(action)));
  return bits.every(ascend) && ascend(bits.map(([first = -1]) => first));
}

/** Returns a fault unless the fields of a half follow each other without a gap and fill its 32 bits. */
function checkLayout({ layout }: InodeMap): string | undefined {
  const { classes, inexactBit, placeShift, placeBits } = layout;
  const fits = inexactBit === classes && placeShift === classes + 1 && placeShift + placeBits === 32;
  return fits ? undefined : 'the parts of its layout overlap, or leave bits over';
}

/** Returns the check of all triggers of a program (for `fs_walk`, of `walk`); undefined when they differ. */
function checkOf(
  { hook, triggers }: ManifestProgram,
  { classes }: InodeMap,
  classOf: ReadonlyMap<ActionName, number>,
): Check | undefined {
  if (hook === 'fs_get') return { kind: 'allow' };
  const judged: readonly ActionName[] = hook === 'fs_walk' ? ['walk'] : triggers;
  const decisions = judged.map((action) => decisionOf(classes, classOf, action));
  const [first] = decisions;
  if (first === undefined) return undefined;
  return decisions.every((d) => JSON.stringify(d) === JSON.stringify(first)) ? first : undefined;
}

function decisionOf(
  classes: readonly ManifestClass[],
  classOf: ReadonlyMap<ActionName, number>,
  action: ActionName,
): Check {
  return classes[classOf.get(action) ?? -1]?.decision ?? { kind: 'deny' };
}

/** Returns a fault unless the programs are those that the chain needs: each action has its judge, in the order of the ABI. */
function checkPrograms({ row, map, classOf, programs }: ReadChain): Refuted | undefined {
  const hooks = programs.map((p) => p.row.hook);
  const stateful = map.classes.some((c) => c.decision.kind === 'bit');
  const walks = stateful || decisionOf(map.classes, classOf, 'walk').kind !== 'allow';
  const count = (hook: ManifestProgram['hook']): number => hooks.filter((h) => h === hook).length;
  if (count('fs_walk') !== (walks ? 1 : 0))
    return refuted(row.name, 'it has not the `fs_walk` that it needs');
  if (count('fs_get') !== (stateful ? 1 : 0))
    return refuted(row.name, 'it has not the `fs_get` that it needs');
  if (count('fs_pick') === 0 && stateful) return refuted(row.name, 'nothing stands before its `fs_get`');
  for (const [i, program] of programs.entries()) {
    const problem = checkRow(program.row, programs[i - 1]?.row, map) ?? misplaced(hooks, i);
    if (problem !== undefined) return refuted(program.row.name, problem);
  }
  for (const action of TRIGGERS) {
    const judges = programs.filter((p) => p.row.triggers.includes(action));
    const { kind } = decisionOf(map.classes, classOf, action);
    // An action that is allowed everywhere needs no program. The only `fs_pick` before an `fs_get` may have such a trigger.
    const mayBridge = stateful && count('fs_pick') === 1;
    const fits = kind === 'allow' ? judges.length === 0 || mayBridge : judges.length === 1;
    if (!fits) return refuted(row.name, `${judges.length} programs judge \`${action}\``);
  }
  return undefined;
}

function checkRow(
  row: ManifestProgram,
  before: ManifestProgram | undefined,
  map: InodeMap,
): string | undefined {
  if (row.maps.some((name) => name !== map.name)) return 'it looks into a map of another layer';
  if (row.previous !== (before?.name ?? null)) return 'it does not follow the program before it';
  const triggers = TRIGGERS.filter((name) => row.triggers.includes(name));
  const mask = triggers.reduce((sum, name) => sum + 2 ** TRIGGERS.indexOf(name), 0);
  if (mask !== row.triggerMask || triggers.join() !== row.triggers.join())
    return 'its trigger mask is not that of its triggers';
  return (row.hook === 'fs_pick') === (mask !== 0) ? undefined : 'its triggers do not suit its hook';
}

/** Returns a fault if an `fs_walk` is not first or an `fs_get` is not last. */
function misplaced(hooks: readonly string[], i: number): string | undefined {
  if (hooks[i] === 'fs_walk' && i > 0) return 'it does not come first';
  return hooks[i] === 'fs_get' && i < hooks.length - 1 ? 'it does not come last' : undefined;
}

/** Returns the load steps that these chains need, in order. */
export function loadStepsOf(chains: readonly ReadChain[]): LoadStep[] {
  const holds = chains.some((c) => c.programs.some((p) => p.row.hook === 'fs_get'));
  return [
    ...chains.flatMap(({ map: { name: map } }): LoadStep[] => [
      { step: 'open', map },
      { step: 'map_update', map },
    ]),
    ...chains.flatMap((c) => c.row.programs.map((program): LoadStep => ({ step: 'load_program', program }))),
    { step: 'no_new_privs' },
    ...chains.flatMap((c): LoadStep[] => {
      const program = c.row.programs.at(-1);
      return program === undefined ? [] : [{ step: 'prepend', program }];
    }),
    ...(holds ? [{ step: 'chdir_current' } as const] : []),
  ];
}
