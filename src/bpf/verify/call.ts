/**
 * Calls of helpers and of local functions.
 *
 * For a helper it checks that the program may call it, and each argument by the tables of `abi/helpers.ts`. A local
 * function has its own frame, and pointers into that frame are lost when it returns.
 */
import { helperAbi } from '../../abi/helpers.js';
import type { ArgKind, HelperAbi } from '../../abi/helpers.js';
import { UNKNOWN } from './scalar.js';
import { ARG_NAMES, SANE, UNSET, current, describe, newFrame, regOf, replaceValues } from './state.js';
import type { State, Value } from './state.js';
import { checkReadable, readReg } from './access.js';
import type { StepEnv, VerifierMap } from './types.js';
import { assertNever } from '../../base/assert.js';

const PLAIN_MAP_HELPERS: ReadonlySet<number> = new Set([1, 2, 3]);

/** Checks a call of a helper and applies it: r0 is the result, r1 to r5 become unset. */
export function callHelper(number: number, state: State, env: StepEnv): void {
  const result = helperResult(number, state, env);
  const { regs } = current(state);
  regs.fill(UNSET, 1, 6);
  regs[0] = result;
}

function helperResult(number: number, state: State, env: StepEnv): Value {
  const helper = helperAbi(number);
  if (env.target.kind === 'raw' && !PLAIN_MAP_HELPERS.has(number)) {
    // A raw program may call only its declared helpers. The ABI's other helpers take handles, which it does not have.
    if (helper !== undefined || !env.target.helpers.has(number))
      env.report('helper', `there is no helper ${number}`);
    return UNKNOWN;
  }
  if (helper === undefined) {
    env.report('helper', `there is no helper ${number}`);
    return SANE;
  }
  if (env.target.kind === 'hook' && !env.target.hook.helpers.includes(number)) {
    env.report('helper', `\`${env.target.hook.name}\` may not call \`${helper.name}\``);
    return SANE;
  }
  helper.args.forEach((kind, i) => checkArgument(helper, kind, i + 1, state, env));
  return resultOf(helper, state, env);
}

function resultOf(helper: HelperAbi, state: State, env: StepEnv): Value {
  const map = regOf(state, 1);
  if (helper.returns === 'scalar' || map.kind !== 'map') return UNKNOWN;
  return { kind: 'value_or_null', map: map.map, id: env.freshId() };
}

/** The map in r1; undefined if r1 does not hold a map. */
function mapArgument(state: State, env: StepEnv): VerifierMap | undefined {
  const value = regOf(state, 1);
  return value.kind === 'map' ? env.maps[value.map] : undefined;
}

function checkArgument(helper: HelperAbi, kind: ArgKind, r: number, state: State, env: StepEnv): void {
  const value = readReg(state, r, env);
  const map = mapArgument(state, env);
  const what = `argument ${r} of \`${helper.name}\``;
  const expected = (fits: boolean): void => {
    if (!fits) env.report('helper', `${what} is ${found(value, map)}, expected ${ARG_NAMES[kind]}`);
  };
  switch (kind) {
    case 'inode_map':
      return expected(value.kind === 'map' && map?.type === 'inode');
    case 'map':
      return expected(value.kind === 'map' && map !== undefined && map.type !== 'inode');
    case 'map_key':
    case 'map_value': {
      if (map === undefined || map.type === 'inode') return; // the map argument has been reported
      const size = kind === 'map_key' ? map.keySize : map.valueSize;
      return checkReadable(value, size, what, state, env);
    }
    case 'inode':
    case 'chain':
    case 'tag_object':
      return expected(value.kind === 'handle' && value.handle === kind);
    case 'scalar':
      return expected(value.kind === 'scalar');
    default:
      return assertNever(kind);
  }
}

function found(value: Value, map: VerifierMap | undefined): string {
  return value.kind === 'map' && map !== undefined ? `the map \`${map.name}\`` : describe(value);
}

/** Enters a local function: it receives r1 to r5, and the caller keeps only r6 to r9. */
export function enterFunction(state: State, call: number): void {
  const { regs } = current(state);
  const args = regs.slice(1, 6);
  regs.fill(UNSET, 0, 6);
  state.frames.push(newFrame(call, args));
}

/** Leaves a local function: r0 is the result, and pointers to its stack become unset. Returns the index of the call. */
export function leaveFunction(state: State, env: StepEnv): number {
  const { regs, call } = current(state);
  const frame = state.frames.length - 1;
  const result = regs[0] ?? UNSET;
  state.frames.pop();
  const isLost = (value: Value): boolean => value.kind === 'stack' && value.frame === frame;
  if (isLost(result)) env.report('pointer', 'a return of r0, which points to the stack of the function');
  current(state).regs[0] = isLost(result) ? SANE : result;
  replaceValues(state, (value) => (isLost(value) ? UNSET : value));
  return call;
}
