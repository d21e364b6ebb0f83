/**
 * Decides that the bytes of a chain are the walk machine: for every state and input each program makes the step of
 * `semantics/machine.ts` and denies exactly what its class says.
 *
 * Input: a chain that was read back, and the bytes of its programs. Output: how many paths there are, or the first path on
 * which a program differs. The states are all that a map can hold, whatever links bring together at load: every mask, with
 * every number of a place.
 *
 * Method: the masks and the place of a state are open bits (`bits.ts`). What is not a matter of single bits, such as whether
 * the object is in the map, is decided when the program or the machine asks for it, and each way is run. So a path stands for
 * every value of the bits that are still open at its end. Weakness: a program that does something that the compiler never
 * emits is refused, although it could be right.
 */
import { createHash, type Hash } from 'node:crypto';
import { HOOKS, LOOKUP, type Lookup } from '../../../abi/hooks.js';
import type { Certificate, InodeMap } from '../../../artifact/manifest.js';
import { assertNever } from '../../../base/assert.js';
import type { Placed } from '../../../bpf/types.js';
import { renderVerifierMessage, verifyProgram } from '../../../bpf/verify/verify.js';
import { step, type MachineState } from '../../../semantics/machine.js';
import { negated, type Bit, type OpenBits } from './bits.js';
import type { ReadChain, ReadProgram } from './chain.js';
import { execute, type Executed, type Inputs } from './execute.js';
import { createPaths, type Paths } from './paths.js';
import { refuted, type Refuted } from './refuted.js';
import { maskBits, statesOf, type OpenState, type OpenStates } from './states.js';

/** What was run. */
export interface Run extends Pick<Certificate, 'paths' | 'digest'> {
  readonly kind: 'run';
}

const ENOMEM = -12;
const LOOKUPS: readonly Lookup[] = [LOOKUP.NORMAL, LOOKUP.ROOT, LOOKUP.DOT, LOOKUP.DOTDOT];

/** Runs every program of a chain on all paths. `bytesOf`: the bytes of a program by its name. */
export function runChain(chain: ReadChain, bytesOf: (program: string) => Uint8Array): Run | Refuted {
  const states = statesOf(chain.map);
  const hash = createHash('sha256');
  let count = 0;
  for (const program of chain.programs) {
    const { name } = program.row;
    const result = runProgram(chain.map, program, bytesOf(name), states, hash);
    if (typeof result === 'string') return refuted(name, result);
    count += result;
  }
  return { kind: 'run', paths: count, digest: hash.digest('hex') };
}

/** The most paths of a program: what the compiler emits has some forty. */
const MOST_PATHS = 512;

/** Number of paths, or what went wrong. */
function runProgram(
  map: InodeMap,
  program: ReadProgram,
  bytes: Uint8Array,
  states: OpenStates,
  hash: Hash,
): number | string {
  const { name, hook, triggerMask, instructions, maps } = program.row;
  const tables = maps.map((table) => ({ name: table, type: 'inode' as const }));
  const verified = verifyProgram({ name, hook, triggerMask, bytes, maps: tables });
  if (verified.kind === 'refused') return verified.errors.map(renderVerifierMessage).join('; ');
  if (verified.code.length !== instructions) return 'it has another number of instructions';
  if (maps.length !== (verified.code.some(readsMap) ? 1 : 0)) return 'it names other maps than it asks';
  const code = new Map<number, Placed>(verified.code.map((placed) => [placed.slot, placed]));
  const paths = createPaths();
  let count = 0;
  do {
    if (++count > MOST_PATHS) return 'it has too many paths';
    const inputs = inputsOf(paths, states);
    const actual = execute(code, HOOKS[hook], inputs);
    if (typeof actual === 'string') return actual;
    const expected = expect(map, program, inputs, states);
    const difference = compare(expected, resultOf(actual, expected, inputs), inputs);
    if (difference !== undefined) return `${difference} on ${paths.text()}`;
    hash.update(`${name} ${paths.text()} ${inputs.known(expected.denies).join()}\n`);
  } while (paths.next());
  return count;
}

function readsMap({ instruction }: Placed): boolean {
  return instruction.kind === 'ld_imm64' && instruction.source.kind === 'map';
}

/** Inputs that are decided when they are read. */
interface MachineInputs extends Inputs {
  readonly cookieState: () => OpenState;
  readonly mapState: () => OpenState;
  readonly tagState: () => OpenState;
}

function inputsOf(paths: Paths, states: OpenStates): MachineInputs {
  const one = <T>(name: string, among: readonly T[]): T => among[paths.choose(name, among.length)] as T;
  const cookieState = (): OpenState => one('cookie', states.cookie);
  const mapState = (): OpenState => one('map', states.map);
  const tagState = (): OpenState => one('tag', states.tag);
  // Few paths decide a bit.
  let someKnown = false;
  return {
    cookieState,
    mapState,
    tagState,
    cookie: () => cookieState().bits,
    map: () => mapState().bits,
    tag: () => tagState().bits,
    lookup: () => one('lookup', LOOKUPS),
    setTag: () => one('setTag', [0, ENOMEM]),
    known(bits, open) {
      if (open !== undefined) {
        paths.choose(variableName(open), 2);
        someKnown = true;
      }
      return someKnown ? bits.map((bit) => valueOf(paths, bit)) : bits;
    },
  };
}

function variableName(variable: number): string {
  return `bit ${variable}`;
}

function valueOf(paths: Paths, bit: Bit): Bit {
  if (bit === 0 || bit === 1) return bit;
  const value = paths.chosen(variableName(Math.abs(bit)));
  return value === undefined ? bit : bit < 0 ? 1 - value : value;
}

/** What a program does, or has to do. */
interface Result {
  /** Any of these bits denies. */
  readonly denies: OpenBits;
  /** The cookie afterwards; undefined where it is not written. */
  readonly cookie: OpenBits | undefined;
  readonly tag: OpenBits | undefined;
}

/** What the machine does. */
function expect(
  map: InodeMap,
  { row, check }: ReadProgram,
  inputs: MachineInputs,
  states: OpenStates,
): Result {
  const next = (): MachineState => {
    // The map is looked at first: with a hit the state before does not matter.
    const found = inputs.mapState().state;
    const input = {
      map: found,
      get tag() {
        return inputs.tagState().state;
      },
      get lookup() {
        return inputs.lookup() as Lookup;
      },
    };
    return found ?? step(inputs.cookieState().state, input);
  };
  const denied = (): Bit =>
    check.kind === 'bit'
      ? negated(maskBits(states, next().self)[check.bit] ?? 0)
      : check.kind === 'allow'
        ? 0
        : 1;
  const judged = (cookie?: OpenBits, tag?: OpenBits): Result => ({ denies: [denied()], cookie, tag });
  switch (row.hook) {
    case 'fs_pick':
      return judged();
    case 'fs_walk':
      return check.kind === 'deny' ? judged() : judged(storedBits(inputs, states, next()));
    case 'fs_get': {
      const { state, bits } = inputs.cookieState();
      if (state === undefined) return judged();
      const upper = bits.slice(32);
      return { denies: [inputs.setTag() === 0 ? 0 : 1], cookie: undefined, tag: [...upper, ...upper] };
    }
    default:
      return assertNever(row.hook);
  }
}

/** The state that the step leads to, with the place of what it comes from. */
function storedBits(inputs: MachineInputs, states: OpenStates, state: MachineState): OpenBits {
  const map = inputs.mapState();
  if (map.state !== undefined) return map.bits;
  const cookie = inputs.cookieState();
  if (cookie.state === undefined) {
    const tag = inputs.tagState();
    return tag.state === undefined ? states.unknown.bits : tag.bits;
  }
  const lookup = inputs.lookup();
  if (lookup === LOOKUP.DOT) return cookie.bits;
  if (lookup === LOOKUP.DOTDOT && cookie.state.exact) return states.unknown.bits;
  return states.encode(state, cookie.place);
}

/** What a program did, with what is decided by now. A cookie that is written as it was, where it may be, is not written. */
function resultOf(actual: Executed, expected: Result, { cookie, known }: MachineInputs): Result {
  const written = actual.cookie && known(actual.cookie);
  const unchanged =
    written === undefined || (expected.cookie === undefined && sameBits(written, known(cookie())));
  return {
    denies: known(actual.result).slice(0, 32),
    cookie: unchanged ? undefined : written,
    tag: actual.tag && known(actual.tag),
  };
}

/** Where the machine denies, it does not matter what is written. */
function compare(expected: Result, actual: Result, { known }: MachineInputs): string | undefined {
  const [denies = 0] = known(expected.denies);
  const fits =
    denies === 1
      ? actual.denies.includes(1)
      : actual.denies.every((bit) => bit === 0 || bit === denies) &&
        (denies === 0 || actual.denies.includes(denies));
  if (!fits) return 'the program does not deny what the machine denies';
  if (!sameBits(expected.tag && known(expected.tag), actual.tag)) return 'the program sets another tag';
  if (denies === 1 || sameBits(expected.cookie && known(expected.cookie), actual.cookie)) return undefined;
  return 'the program leaves another cookie';
}

function sameBits(a: OpenBits | undefined, b: OpenBits | undefined): boolean {
  if (a === undefined || b === undefined) return a === b;
  return a.every((bit, i) => bit === b[i]);
}
