/** Helper calls: which a hook may make, and what each argument must be (tables of `abi/helpers.ts`). */
import { helperAbi } from '../abi/helpers.js';
import type { ArgKind, HelperAbi } from '../abi/helpers.js';
import { ARG_NAMES, SCALAR, UNSET, describe } from './verify-state.js';
import type { State, Value } from './verify-state.js';
import { checkReadable, readReg } from './verify-access.js';
import type { StepEnv, VerifierMap } from './verify-types.js';
import { assertNever } from '../assert.js';

/** The state after a call: r0 is the result, r1 to r5 are lost. */
export function checkCall(number: number, state: State, env: StepEnv): State {
  const helper = helperAbi(number);
  if (helper === undefined) {
    env.report('helper', `there is no helper ${number}`);
    return afterCall(state, SCALAR);
  }
  if (!env.hook.helpers.includes(number)) {
    env.report('helper', `\`${env.hook.name}\` may not call \`${helper.name}\``);
    return afterCall(state, SCALAR);
  }
  helper.args.forEach((kind, i) => checkArgument(helper, kind, i + 1, state, env));
  return afterCall(state, resultOf(helper, state, env));
}

function afterCall(state: State, result: Value): State {
  return { ...state, regs: state.regs.map((v, r) => (r === 0 ? result : r <= 5 ? UNSET : v)) };
}

function resultOf(helper: HelperAbi, state: State, env: StepEnv): Value {
  const map = state.regs[1];
  if (helper.returns === 'scalar' || map?.kind !== 'map') return SCALAR;
  return { kind: 'value_or_null', map: map.map, id: env.slot };
}

/** The map in r1, if it is one. */
function mapArgument(state: State, env: StepEnv): VerifierMap | undefined {
  const value = state.regs[1];
  return value?.kind === 'map' ? env.maps[value.map] : undefined;
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
      if (map === undefined || map.type === 'inode') return; // reported for the map
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
