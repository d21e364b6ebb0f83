/**
 * Programs that try what they must not, one rule each: refused for the reason that their header states, with the text that
 * `test/golden/hostile` holds. The same programs with the fault repaired are accepted, and run without a fault.
 */
import { expect, it, test } from 'vitest';
import {
  renderVerifierError,
  verifyProgram,
  verifyRawProgram,
  verifySet,
} from '../../src/bpf/verify/verify.js';
import type { Verification, VerifierMap, VerifierRule } from '../../src/bpf/verify/verify.js';
import { createInterpreter, loadProgram } from '../../src/runtime/engine/interpreter.js';
import { createArrayTable, createHashTable, createInodeTable } from '../../src/runtime/engine/maps.js';
import type { EngineMap } from '../../src/runtime/engine/maps.js';
import { runRaw, type RawRun } from '../../src/runtime/engine/raw.js';
import { matchGolden } from '../support/golden.js';
import { chainsOf, hostilePrograms } from '../support/hostile.js';
import type { Program } from '../support/hostile.js';

const ALL = hostilePrograms();

interface Refusal {
  readonly rule: string;
  readonly text: string;
}

function verified({ on, bytes, maps, triggerMask }: Program): Verification {
  if (on.kind === 'raw') return verifyRawProgram({ bytes, maps, memorySize: on.memorySize });
  return verifyProgram({ name: 'hostile', hook: on.hook, triggerMask, bytes, maps });
}

function check(program: Program): readonly Refusal[] {
  const verification = verified(program);
  const errors = verification.kind === 'refused' ? verification.errors : [];
  const set = verifySet(chainsOf(program)).map((text) => ({ rule: 'size', text: `size: ${text}` }));
  return [...errors.map((e) => ({ rule: e.rule, text: renderVerifierError(e) })), ...set];
}

const refusals = new Map(ALL.map(({ name, program }) => [name, check(program)]));
const named = ALL.map((hostile) => [hostile.name, hostile] as const);
const repaired = ALL.flatMap(({ name, repaired: twin }) =>
  twin === undefined ? [] : [[name, twin] as const],
);

it('hostile programs: there are more than 240, and most have a repaired form', () => {
  expect(ALL.length).toBeGreaterThan(240);
  expect(repaired.length).toBeGreaterThan(140);
  expect(shown.length).toBeGreaterThan(30);
});

it('hostile programs: each rule of the verifier has one', () => {
  const known: Readonly<Record<VerifierRule, true>> = {
    whole_instructions: true,
    known_opcode: true,
    reserved_field: true,
    register_range: true,
    jump_target: true,
    fall_through: true,
    size: true,
    subtype: true,
    loop: true,
    budget: true,
    unreachable: true,
    call: true,
    uninitialised: true,
    read_only: true,
    pointer: true,
    alignment: true,
    shift: true,
    division: true,
    context: true,
    stack: true,
    memory: true,
    map: true,
    map_value: true,
    helper: true,
    unsupported: true,
  };
  expect(new Set(ALL.map(({ rule }) => rule))).toEqual(new Set(Object.keys(known)));
});

test.each(named)('verifyProgram: refuses %s for its reason', (name, { rule, follows }) => {
  const rules = (refusals.get(name) ?? []).map((r) => r.rule);
  expect(rules[0]).toBe(rule);
  expect(new Set(rules)).toEqual(new Set(follows === undefined ? [rule] : [rule, follows]));
});

const shown = ALL.flatMap(({ name, program, memory }) =>
  memory === undefined ? [] : [[name, program.bytes, memory] as const],
);

test.each(shown)('runRaw: %s faults', (_, bytes, memory) => {
  const { kind } = runRaw('interpreter', bytes, memory);
  expect(kind).toBe('fault');
});

/** Programs whose names begin alike. */
const groups = [...new Set(ALL.map(({ name }) => name.replace(/-.*/, '')))];

test.each(groups)('verifyProgram: the messages for %s-… are those of the golden file', (group) => {
  const own = ALL.filter(({ name }) => name.startsWith(`${group}-`) || name === group);
  const text = own.map(({ name, tries }) => {
    const lines = (refusals.get(name) ?? []).map((r) => `${r.text}\n`);
    return `${name}: ${tries}\n${lines.join('').replace(/^(?=.)/gm, '  ')}`;
  });
  matchGolden(`hostile/${group}.txt`, text.join('\n'));
});

test.each(repaired)('verifyProgram: accepts %s when repaired, and it runs without a fault', (_, program) => {
  expect(check(program)).toEqual([]);
  expect(faultsOf(program)).toEqual([]);
});

/** What goes wrong in runs of an accepted program, on contexts or memory of all zeros and all ones. */
function faultsOf({ on, bytes, maps, triggerMask }: Program): readonly string[] {
  if (on.kind === 'raw') {
    const memories = [0, 255].map((fill) => new Uint8Array(on.memorySize).fill(fill));
    const run = (engine: 'interpreter' | 'wasm'): readonly RawRun[] =>
      memories.map((memory) => runRaw(engine, bytes, memory));
    expect(run('interpreter')).toMatchObject(run('wasm'));
    return run('wasm').flatMap((r) => (r.kind === 'returned' ? [] : [JSON.stringify(r)]));
  }
  const tables = new Map(maps.map((map) => [map.name, tableOf(map)]));
  const source = { name: 'hostile', hook: on.hook, triggerMask, bytes, maps: [...tables.keys()] };
  const loaded = loadProgram(source, tables);
  if (loaded.kind === 'refused') return loaded.errors.map((e) => e.message);
  const engine = createInterpreter();
  for (const cookie of [0, -1]) {
    const context = { cookieLo: cookie, cookieHi: cookie, chain: 1, object: 5, lookup: 3, triggers: 1 };
    engine.run(loaded.program, context, { tagHi: 0, getTag: () => 0, setTag: () => 0 });
  }
  return engine.fault === undefined ? [] : [engine.fault];
}

/** A hash map has a value for the key 0, which the programs look up. */
function tableOf(map: VerifierMap): EngineMap {
  if (map.type === 'inode') return createInodeTable(map.name, 4);
  const { name, keySize, valueSize, maxEntries } = map;
  if (map.type === 'array') return createArrayTable(name, valueSize, maxEntries);
  const table = createHashTable(name, keySize, valueSize, maxEntries);
  table.update(new Uint8Array(keySize), new Uint8Array(valueSize), 0);
  return table;
}
