/**
 * Decides that the bytes of a chain implement the walk machine: on every state and input, each program makes the step of
 * `semantics/machine.ts` and denies exactly as the check of its class does.
 *
 * Input: a chain that was read back, the bytes of its programs, and the states of the objects that scopes name. Links can
 * bring scopes together at load, so the states with all classes, no class, one class, and all classes but one are added.
 * Output: statistics of the runs, or the first run that differs.
 *
 * Method: inputs are chosen on demand. A program and the machine run with the inputs that are chosen so far. When one of
 * them reads an input that is not chosen, the run is repeated with each value of that input. A run that reads only chosen
 * inputs stands for all values of the others, so few runs cover the whole product of states and inputs.
 */
import { createHash, type Hash } from 'node:crypto';
import { LOOKUP, type Lookup } from '../../../abi/hooks.js';
import type { Certificate, InodeMap } from '../../../artifact/manifest.js';
import { assertNever } from '../../../base/assert.js';
import { encodeState, placeLimit, type CookieLayout, type CookieValue } from '../../../semantics/cookie.js';
import { regionOf, step, verdict, type MachineState } from '../../../semantics/machine.js';
import { createInodeTable, type InodeTable } from '../../../runtime/engine/maps.js';
import { createInterpreter, loadProgram } from '../../../runtime/engine/interpreter.js';
import type {
  HookContext,
  Interpreter,
  LoadedProgram,
  Observer,
  TagStore,
} from '../../../runtime/engine/types.js';
import type { ReadChain, ReadProgram } from './chain.js';
import { refuted, type Refuted } from './refuted.js';
import type { PlaceMasks } from './verdicts.js';

/** Statistics of the runs, for the certificate. */
export interface Run extends Pick<Certificate, 'states' | 'inputs' | 'runs' | 'cases' | 'digest'> {
  readonly kind: 'run';
}

/** A state with its encoding. Without a state the value is 0: the start of a session, no entry, or no tag. */
interface Valued {
  readonly state: MachineState | undefined;
  readonly value: CookieValue;
}

interface Domains {
  readonly cookie: readonly Valued[];
  readonly map: readonly Valued[];
  readonly tag: readonly Valued[];
  readonly lookup: readonly Lookup[];
  /** Return values of `landlock_set_tag`: 0 or −ENOMEM. */
  readonly setTag: readonly number[];
}

type InputName = keyof Domains;
/** The chosen value of each input, as an index into its domain; undefined while it is not chosen. */
type Assignment = { readonly [K in InputName]: number | undefined };

const UNDECIDED: Assignment = {
  cookie: undefined,
  map: undefined,
  tag: undefined,
  lookup: undefined,
  setTag: undefined,
};
const UNKNOWN_COOKIE: CookieValue = { lo: 0xffffffff, hi: 0xffffffff };
const INODE = 1;
const CHAIN = 1;
const ENOMEM = -12;

/** Runs every program of a chain on every state and input. `bytesOf` returns the bytes of a program by its name. */
export function runChain(
  chain: ReadChain,
  bytesOf: (program: string) => Uint8Array,
  places: readonly PlaceMasks[],
): Run | Refuted {
  const domains = buildDomains(chain.map, places);
  const hash = createHash('sha256');
  let runs = 0;
  let cases = 0;
  for (const program of chain.programs) {
    const { name } = program.row;
    const result = runProgram(chain.map, program, bytesOf(name), domains, hash);
    if (typeof result === 'string') return refuted(name, result);
    runs += result;
    cases += casesOf(program, domains);
  }
  const inputs = domains.map.length * domains.tag.length * domains.lookup.length;
  return { kind: 'run', states: domains.cookie.length, inputs, runs, cases, digest: hash.digest('hex') };
}

/** Returns the number of combinations of inputs that the hook of a program can see. */
function casesOf({ row }: ReadProgram, domains: Domains): number {
  const inputs = domains.map.length * domains.tag.length * domains.lookup.length;
  return domains.cookie.length * (row.hook === 'fs_get' ? domains.setTag.length : inputs);
}

function buildDomains(map: InodeMap, places: readonly PlaceMasks[]): Domains {
  const { layout } = map;
  const never = deniedRegions(map);
  const all = [...places, ...basis(layout.classes)];
  const mapped = dedupe(all.map((s) => ({ self: s.self, below: s.below & ~never, exact: true })));
  const regions = dedupe([...mapped.map(regionOf), { self: 0, below: 0, exact: false }]);
  const none: Valued = { state: undefined, value: { lo: 0, hi: 0 } };
  const withPlaces = (states: readonly MachineState[]): Valued[] =>
    states.flatMap((state, i) =>
      samplePlaces(layout, i).map((p) => ({ state, value: encodeState(layout, state, p) })),
    );
  const values = withPlaces(mapped);
  // The encoding of unknown can be a cookie and, through `fs_get`, a tag.
  const tag = [...withPlaces(regions), { state: { self: 0, below: 0, exact: false }, value: UNKNOWN_COOKIE }];
  return {
    cookie: [none, ...values, ...tag],
    map: [none, ...values],
    tag: [none, ...tag],
    lookup: [LOOKUP.NORMAL, LOOKUP.ROOT, LOOKUP.DOT, LOOKUP.DOTDOT],
    setTag: [0, ENOMEM],
  };
}

/**
 * Returns the bits that are allowed in no region: the class is denied at first, and no entry allows it beneath its object.
 * Links can bring entries together, but they cannot add one.
 */
function deniedRegions(map: InodeMap): number {
  const allowed = new Set(map.entries.flatMap((e) => e.region.allow));
  return map.classes.reduce((bits, { actions, decision }, i) => {
    const initially = map.default === 'allow' || actions.includes('walk');
    return decision.kind !== 'bit' || initially || allowed.has(i) ? bits : bits | (1 << decision.bit);
  }, 0);
}

/** Returns states with all bits, none, one, or all but one, so that each class has each pair of verdicts in some state. */
function basis(classes: number): PlaceMasks[] {
  const all = (1 << classes) - 1;
  const masks = [0, all];
  for (let bit = 0; bit < classes; bit++) masks.push(1 << bit, all & ~(1 << bit));
  return masks.flatMap((m) => [
    { self: m, below: m },
    { self: m, below: all & ~m },
    { self: m, below: 0 },
    { self: 0, below: m },
  ]);
}

function dedupe(states: readonly MachineState[]): MachineState[] {
  return [...new Map(states.map((s) => [`${s.self},${s.below},${s.exact}`, s])).values()];
}

/** Returns no place (0), and a place number whose bits vary with `i`. */
function samplePlaces(layout: CookieLayout, i: number): number[] {
  const limit = placeLimit(layout);
  if (limit <= 1) return [0];
  return [0, 1 + ((Math.imul(i + 1, 0x9e3779b1) >>> 0) % (limit - 1))];
}

/** Runs one program on every state and input. Returns the number of runs, or the first difference as text. */
function runProgram(
  map: InodeMap,
  program: ReadProgram,
  bytes: Uint8Array,
  domains: Domains,
  hash: Hash,
): number | string {
  const harness = createHarness(program, bytes);
  if (typeof harness === 'string') return harness;
  const pending: Assignment[] = [UNDECIDED];
  let runs = 0;
  for (let assignment = pending.pop(); assignment !== undefined; assignment = pending.pop()) {
    runs++;
    const actual = runOnce(harness, assignment, domains);
    const expected = expect(map, program, assignment, domains);
    const open = expected.read.concat(actual.read).find((name) => assignment?.[name] === undefined);
    if (open !== undefined) {
      for (let i = domains[open].length - 1; i >= 0; i--) pending.push({ ...assignment, [open]: i });
      continue;
    }
    const difference = compare(expected, actual);
    const shown = JSON.stringify(describe(assignment, domains));
    if (difference !== undefined) return `${difference} on ${shown}`;
    hash.update(`${program.row.name} ${shown} ${JSON.stringify(actual)}\n`);
  }
  return runs;
}

function describe(assignment: Assignment, domains: Domains): Record<string, unknown> {
  const shown: Record<string, unknown> = {};
  for (const name of Object.keys(assignment) as InputName[]) {
    const index = assignment[name];
    if (index === undefined) continue;
    const value = domains[name][index];
    shown[name] = typeof value === 'object' ? hex(value.value) : value;
  }
  return shown;
}

function hex({ lo, hi }: CookieValue): string {
  return (hi >>> 0).toString(16).padStart(8, '0') + (lo >>> 0).toString(16).padStart(8, '0');
}

interface Result {
  readonly allowed: boolean;
  /** The cookie afterwards; undefined when it does not matter (after a denial) or was not changed. */
  readonly cookie: string | undefined;
  /** The tag that was set. */
  readonly tag: string | undefined;
  readonly read: readonly InputName[];
}

function compare(expected: Result, actual: Result): string | undefined {
  const effect = (allowed: boolean): string => (allowed ? 'allows' : 'denies');
  if (expected.allowed !== actual.allowed)
    return `the machine ${effect(expected.allowed)} and the program ${effect(actual.allowed)}`;
  if (expected.tag !== actual.tag)
    return `the machine tags ${expected.tag ?? 'nothing'} and the program ${actual.tag ?? 'nothing'}`;
  if (!expected.allowed || expected.cookie === actual.cookie) return undefined;
  return `the machine leaves the cookie ${expected.cookie ?? 'as it is'} and the program ${actual.cookie ?? 'as it is'}`;
}

/** Runs the machine and notes which inputs it reads. */
function expect(
  map: InodeMap,
  { row, check }: ReadProgram,
  assignment: Assignment,
  domains: Domains,
): Result {
  const read: InputName[] = [];
  const take = <K extends InputName>(name: K): Domains[K][number] => {
    if (!read.includes(name)) read.push(name);
    return domains[name][assignment[name] ?? 0] as Domains[K][number];
  };
  const next = (): MachineState => {
    const input = {
      get map() {
        return take('map').state;
      },
      get tag() {
        return take('tag').state;
      },
      get lookup() {
        return take('lookup');
      },
    };
    // The map comes first: after a hit, the old state is not read.
    return input.map ?? step(take('cookie').state, input);
  };
  const allows = (): boolean =>
    check.kind === 'bit' ? verdict(check, next()) === 'allow' : check.kind === 'allow';
  const done = (allowed: boolean, cookie?: string, tag?: string): Result => ({ allowed, cookie, tag, read });
  const stored = (): string => hex(storedValue(map.layout, assignment, domains, next()));
  switch (row.hook) {
    case 'fs_pick':
      return done(allows());
    case 'fs_walk':
      return allows() ? done(true, stored()) : done(false);
    case 'fs_get': {
      const { state, value } = take('cookie');
      if (state === undefined) return done(true);
      return done(take('setTag') === 0, undefined, hex({ lo: value.hi, hi: value.hi }));
    }
    default:
      return assertNever(row.hook);
  }
}

/** Returns the encoding of the state after the step, with the place number of the value that it comes from. */
function storedValue(
  layout: CookieLayout,
  assignment: Assignment,
  domains: Domains,
  state: MachineState,
): CookieValue {
  const map = domains.map[assignment.map ?? 0] as Valued;
  const cookie = domains.cookie[assignment.cookie ?? 0] as Valued;
  const tag = domains.tag[assignment.tag ?? 0] as Valued;
  const unknown = UNKNOWN_COOKIE;
  if (map.state !== undefined) return map.value;
  if (cookie.state === undefined) return tag.state === undefined ? unknown : tag.value;
  const lookup = domains.lookup[assignment.lookup ?? 0];
  if (lookup === LOOKUP.DOT) return cookie.value;
  if (lookup === LOOKUP.DOTDOT && cookie.state.exact) return unknown;
  const place = cookie.value.hi >>> layout.placeShift;
  return encodeState(layout, state, layout.placeBits > 0 ? place : 0);
}

interface Harness {
  readonly engine: Interpreter;
  readonly program: LoadedProgram;
  readonly tables: readonly InodeTable[];
  readonly context: HookContext;
}

function createHarness({ row }: ReadProgram, bytes: Uint8Array): Harness | string {
  const { name, hook, triggerMask, maps } = row;
  const tables = maps.map((map) => createInodeTable(map, 1));
  const source = { name, hook, triggerMask, bytes, maps };
  const loaded = loadProgram(source, new Map(tables.map((t) => [t.name, t])));
  if (loaded.kind === 'refused') return loaded.errors.map((e) => e.message).join('; ');
  const context = { cookieLo: 0, cookieHi: 0, chain: CHAIN, object: INODE, lookup: 0 };
  return { engine: createInterpreter(), program: loaded.program, tables, context };
}

const FIELD_INPUT: Readonly<Record<string, InputName>> = { cookie: 'cookie', inode_lookup: 'lookup' };

function runOnce(
  { engine, program, tables, context }: Harness,
  assignment: Assignment,
  domains: Domains,
): Result {
  const at = <K extends InputName>(name: K): Domains[K][number] =>
    domains[name][assignment[name] ?? 0] as Domains[K][number];
  const { lo, hi } = at('cookie').value;
  context.cookieLo = lo | 0;
  context.cookieHi = hi | 0;
  context.lookup = at('lookup');
  const mapValue = at('map').value;
  // Value 0 stands for no entry, because a lookup without an entry returns 0.
  for (const table of tables) {
    table.cells.fill(0);
    table.size = 0;
    table.update(INODE, mapValue.lo, mapValue.hi);
  }
  const read: InputName[] = [];
  let tag: string | undefined;
  const note = (name: InputName | undefined): void => {
    if (name !== undefined && !read.includes(name)) read.push(name);
  };
  const observer: Observer = {
    readContext: (field) => note(FIELD_INPUT[field]),
    mapLookup: () => note('map'),
    getTag: () => note('tag'),
  };
  const tags: TagStore = {
    tagHi: at('tag').value.hi | 0,
    getTag: () => at('tag').value.lo | 0,
    setTag: (_inode, _chain, tagLo, tagHi) => {
      note('setTag');
      tag = hex({ lo: tagLo, hi: tagHi });
      return at('setTag');
    },
  };
  engine.fault = undefined;
  const allowed = engine.run(program, context, tags, observer) === 0;
  const [before, after] = [hex({ lo, hi }), hex({ lo: context.cookieLo, hi: context.cookieHi })];
  const stored = program.hook === 'fs_walk';
  const fault = engine.fault === undefined ? undefined : `fault: ${engine.fault}`;
  return { allowed, cookie: fault ?? (stored || before !== after ? after : undefined), tag, read };
}
