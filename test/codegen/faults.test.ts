/**
 * Seeded faults: each row breaks one program of a real policy in one way, and says whether the verifier or the proof catches it.
 * Then every single-field mutation of every program must be caught or be one of the few that change nothing.
 */
import { describe, expect, it } from 'vitest';
import { defined } from '../../src/base/assert.js';
import { decode } from '../../src/bpf/decode.js';
import { encodeInstructions } from '../../src/bpf/encode.js';
import { reg, i16, i32, type Instruction } from '../../src/bpf/types.js';
import { verifyProgram } from '../../src/bpf/verify/verify.js';
import { emitChain } from '../../src/codegen/v8/emit.js';
import type { Emitted } from '../../src/codegen/v8/emit.js';
import { landlockV8 } from '../../src/codegen/v8/target.js';
import { buildPlan } from '../../src/codegen/v8/plan.js';
import { checkedOf } from '../support/policy.js';

const POLICY = `llp 1;
policy "faults" {
  default deny;
  dir "/srv" {
    allow open, read, readdir, chdir;
    dir "uploads" { allow write, create; here { deny write; } }
    dir "hidden" { deny walk; deny all; }
    file "tool" { allow execute; }
  }
}`;

const meaning = checkedOf(POLICY);
const plan = buildPlan(meaning.policy);
const chain = defined(plan.chains[0], 'a chain');
const programs = emitChain(chain);

function programNamed(name: string): Emitted {
  return defined(
    programs.find((p) => p.plan.name === name),
    `a program ${name}`,
  );
}

type Verdict = 'verifier' | 'proof' | 'nothing';

/** What catches a program with these instructions in the place of one. */
function judge(original: Emitted, instructions: readonly Instruction[]): Verdict {
  const bytes = encodeInstructions(instructions);
  const hook = `fs_${original.plan.kind}` as const;
  const triggerMask = original.plan.kind === 'pick' ? original.plan.triggers : 0;
  const maps = original.maps.map((name) => ({ name, type: 'inode' as const, kind: 'inode' as const }));
  const source = { name: original.plan.name, hook, triggerMask, bytes, maps };
  if (verifyProgram(source).kind === 'refused') return 'verifier';
  const changed = programs.map((p) => (p === original ? { ...p, bytes } : p));
  const artifact = landlockV8.artifact({ ...meaning, plan, code: [{ chain, programs: changed }] });
  return landlockV8.prove(artifact, meaning).diagnostics.length > 0 ? 'proof' : 'nothing';
}

const instructionsOf = (program: Emitted): Instruction[] =>
  decode(program.bytes).instructions.map((p) => p.instruction);

/** Replaces the n-th instruction that fits. */
function change<K extends Instruction['kind']>(
  kind: K,
  nth: number,
  make: (op: Extract<Instruction, { kind: K }>) => Instruction,
): (ops: readonly Instruction[]) => Instruction[] {
  return (ops) => {
    let seen = 0;
    return ops.map((op) =>
      op.kind === kind && seen++ === nth ? make(op as Extract<Instruction, { kind: K }>) : op,
    );
  };
}

const NOOP: Instruction = {
  kind: 'alu',
  width: 64,
  op: 'mov',
  dst: reg(0),
  src: { kind: 'reg', reg: reg(0) },
};
const imm = (n: number): { kind: 'imm'; imm: ReturnType<typeof i32> } => ({ kind: 'imm', imm: i32(n) });

const WALK = 'fs_walk';
const GET = 'fs_get';
const PICK = defined(
  programs.find(
    (p) => p.plan.kind === 'pick' && p.plan.check.kind === 'bit' && p.plan.check.region === 'varies',
  ),
  'a pick',
).plan.name;
const SELF_PICK = defined(
  programs.find(
    (p) => p.plan.kind === 'pick' && p.plan.check.kind === 'bit' && p.plan.check.region === 'deny',
  ),
  'a pick of objects',
).plan.name;
const CONSTANT = 'fs_pick_deny';

interface Row {
  readonly fault: string;
  readonly program: string;
  readonly mutate: (ops: readonly Instruction[]) => Instruction[];
  readonly caughtBy: Verdict;
}

const row = (fault: string, program: string, caughtBy: Verdict, mutate: Row['mutate']): Row => ({
  fault,
  program,
  mutate,
  caughtBy,
});
const swap = (op: 'jeq' | 'jne'): 'jeq' | 'jne' => (op === 'jeq' ? 'jne' : 'jeq');
const alu = (nth: number, make: (op: Extract<Instruction, { kind: 'alu' }>) => Instruction): Row['mutate'] =>
  change('alu', nth, make);
const jump = (
  nth: number,
  make: (op: Extract<Instruction, { kind: 'jump' }>) => Instruction,
): Row['mutate'] => change('jump', nth, make);
const last = (ops: readonly Instruction[], kind: Instruction['kind']): number =>
  ops.filter((o) => o.kind === kind).length - 1;

const ROWS: readonly Row[] = [
  row('another bit is judged', PICK, 'proof', (ops) =>
    alu(last(ops, 'alu'), (op) => ({ ...op, src: imm(2 ** 20) }))(ops),
  ),
  row('two bits are judged', PICK, 'proof', (ops) =>
    alu(last(ops, 'alu'), (op) => ({
      ...op,
      src: op.src.kind === 'imm' ? imm(op.src.imm | (op.src.imm << 1)) : op.src,
    }))(ops),
  ),
  row(
    'the verdict is inverted',
    CONSTANT,
    'proof',
    alu(0, (op) => ({ ...op, src: imm(0) })),
  ),
  row('no bit is judged', PICK, 'proof', (ops) =>
    alu(last(ops, 'alu'), (op) => ({ ...op, src: imm(0) }))(ops),
  ),
  row(
    'the branch on a map hit is swapped',
    WALK,
    'proof',
    jump(0, (op) => ({ ...op, op: swap('jne') })),
  ),
  row(
    'the branch on the start of a session is swapped',
    WALK,
    'proof',
    jump(1, (op) => ({ ...op, op: swap('jne') })),
  ),
  row(
    'the branch on a missing tag is swapped',
    WALK,
    'proof',
    jump(2, (op) => ({ ...op, op: swap('jeq') })),
  ),
  row(
    'DOT is taken for a normal name',
    WALK,
    'proof',
    jump(3, (op) => ({ ...op, src: imm(0) })),
  ),
  row(
    'DOT and DOTDOT are exchanged',
    WALK,
    'proof',
    jump(3, (op) => ({ ...op, src: imm(3) })),
  ),
  row(
    'DOTDOT is taken for ROOT',
    WALK,
    'proof',
    jump(4, (op) => ({ ...op, src: imm(1) })),
  ),
  row(
    'the test for exact is dropped',
    WALK,
    'proof',
    jump(5, (op) => ({ ...op, src: imm(0) })),
  ),
  row(
    'the test for exact looks at another bit',
    WALK,
    'proof',
    jump(5, (op) => ({ ...op, src: imm(1) })),
  ),
  row('unknown allows', WALK, 'proof', (ops) =>
    ops.map((op) =>
      op.kind === 'alu' && op.src.kind === 'imm' && op.src.imm === -1 ? { ...op, src: imm(0) } : op,
    ),
  ),
  row(
    'the state is not stored',
    WALK,
    'proof',
    change('store', 0, () => NOOP),
  ),
  row(
    'half of the state is stored',
    WALK,
    'proof',
    change('store', 0, (op) => ({ ...op, size: 4 })),
  ),
  row(
    'the state is stored over the chain pointer',
    WALK,
    'verifier',
    change('store', 0, (op) => ({ ...op, offset: i16(8) })),
  ),
  row('the region is shifted too little', WALK, 'proof', (ops) =>
    ops.map((op) => (op.kind === 'alu' && op.op === 'rsh' ? { ...op, src: imm(31) } : op)),
  ),
  row('the region is not copied up', WALK, 'proof', (ops) =>
    ops.map((op) => (op.kind === 'alu' && op.op === 'lsh' ? { ...op, src: imm(0) } : op)),
  ),
  row('the region is overwritten and not joined', WALK, 'proof', (ops) =>
    ops.map((op) => (op.kind === 'alu' && op.op === 'or' ? { ...op, op: 'mov' } : op)),
  ),
  row(
    'the tag is not looked up',
    PICK,
    'proof',
    change('call_helper', 1, () => NOOP),
  ),
  row(
    'the map is asked with a wrong helper',
    PICK,
    'verifier',
    change('call_helper', 0, () => ({ kind: 'call_helper', helper: i32(61) })),
  ),
  row(
    'a helper of another hook is called',
    PICK,
    'verifier',
    change('call_helper', 0, () => ({ kind: 'call_helper', helper: i32(62) })),
  ),
  row('the cookie is read from the wrong offset', PICK, 'verifier', (ops) =>
    ops.map((op) => (op.kind === 'load' && op.offset === 0 ? { ...op, offset: i16(16) } : op)),
  ),
  row('the lookup is read with the wrong width', PICK, 'verifier', (ops) =>
    ops.map((op) => (op.kind === 'load' && op.size === 1 ? { ...op, size: 2 } : op)),
  ),
  row(
    'a branch goes one instruction too far',
    PICK,
    'proof',
    jump(0, (op) => ({ ...op, offset: i16(op.offset - 1) })),
  ),
  row(
    'the exit is gone',
    CONSTANT,
    'verifier',
    change('exit', 0, () => NOOP),
  ),
  row(
    'r0 is not set',
    CONSTANT,
    'verifier',
    alu(0, (op) => ({ ...op, dst: reg(1) })),
  ),
  row(
    'an object that is denied everywhere but itself is allowed by its region',
    SELF_PICK,
    'proof',
    jump(2, (op) => ({ ...op, src: imm(0) })),
  ),
  row(
    'a session start is taken for a place',
    SELF_PICK,
    'proof',
    jump(1, (op) => ({ ...op, op: swap('jeq') })),
  ),
  row('the tag is the state and not its region', GET, 'proof', (ops) =>
    ops.map((op) => (op.kind === 'alu' && op.op === 'rsh' ? { ...op, src: imm(0) } : op)),
  ),
  row(
    'tags are set without a walk',
    GET,
    'proof',
    jump(0, (op) => ({ ...op, op: swap('jeq') })),
  ),
  row(
    'the tag is set on the chain',
    GET,
    'verifier',
    change('load', 2, (op) => ({ ...op, offset: i16(8) })),
  ),
];

describe('seeded faults', () => {
  it('leave the unbroken programs alone', () => {
    for (const program of programs)
      expect(judge(program, instructionsOf(program)), program.plan.name).toBe('nothing');
    expect(ROWS.length).toBeGreaterThanOrEqual(20);
  });

  it.each(ROWS)('$fault ($program): $caughtBy', ({ program, mutate, caughtBy }) => {
    const original = programNamed(program);
    const before = instructionsOf(original);
    const after = mutate(before);
    expect(after, 'the fault changes something').not.toEqual(before);
    expect(judge(original, after)).toBe(caughtBy);
  });
});

/** Every change of one field by one step. */
function* mutants(
  ops: readonly Instruction[],
): Generator<{ readonly at: number; readonly what: string; readonly ops: Instruction[] }> {
  for (const [at, op] of ops.entries()) {
    for (const [what, changed] of changes(op))
      yield { at, what, ops: ops.map((o, i) => (i === at ? changed : o)) };
  }
}

function changes(op: Instruction): [string, Instruction][] {
  const out: [string, Instruction][] = [];
  if ((op.kind === 'alu' || op.kind === 'jump') && op.src.kind === 'imm') {
    const value = op.src.imm;
    for (const next of [value + 1, value - 1, value ^ 1, value ^ 2, value << 1]) {
      if (next !== value && Math.abs(next) < 2 ** 31) out.push([`imm ${next}`, { ...op, src: imm(next) }]);
    }
  }
  if (op.kind === 'jump') {
    for (const next of [op.offset + 1, op.offset - 1])
      out.push([`offset ${next}`, { ...op, offset: i16(next) }]);
    for (const next of ['jeq', 'jne', 'jset', 'jgt', 'jslt'] as const)
      if (next !== op.op) out.push([next, { ...op, op: next }]);
  }
  if (op.kind === 'alu') {
    for (const next of ['add', 'or', 'and', 'xor', 'mov', 'lsh', 'rsh', 'arsh'] as const)
      if (next !== op.op) out.push([next, { ...op, op: next }]);
    out.push(['32 bits', { ...op, width: 32 }]);
  }
  if (op.kind === 'load') out.push(['offset', { ...op, offset: i16(op.offset + 8) }]);
  return out;
}

const NOT_ZERO = 'the value is only asked whether it is 0';
const SAME_LOOKUPS = 'of the four lookups only 3 is not below 3';
const REGION = 'a state that is not exact is its own region, and all ones is too';
const HALVES = 'the halves share no bit';
const UPPER = 'the upper half is 0 already, or nobody looks at it';
const NEXT = 'the instruction that it goes to falls through for what comes this way';

/** Mutants that nothing catches are the same program in other words; each with the reason. */
const SAME: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  fs_walk: {
    '4: jgt': NOT_ZERO,
    '6: jgt': NOT_ZERO,
    '6: offset 3': NEXT,
    '10: offset 3': NEXT,
    '13: jslt': SAME_LOOKUPS,
    '14: offset 2': REGION,
    '15: imm -2': REGION,
    '15: imm -3': REGION,
    '15: or': REGION,
    '17: 32 bits': UPPER,
    '19: add': HALVES,
    '19: xor': HALVES,
    '21: 32 bits': UPPER,
  },
  varies: {
    '4: jgt': NOT_ZERO,
    '6: jgt': NOT_ZERO,
    '6: offset 3': NEXT,
    '10: offset 3': NEXT,
    '13: jslt': SAME_LOOKUPS,
    '14: offset 2': REGION,
    '15: imm -2': REGION,
    '15: imm -3': REGION,
    '15: or': REGION,
    '16: arsh': UPPER,
    '17: 32 bits': UPPER,
  },
  deny: {
    '4: jgt': NOT_ZERO,
    '9: imm 2': NOT_ZERO,
    '9: imm 3': NOT_ZERO,
    '9: or': NOT_ZERO,
    '9: 32 bits': UPPER,
    '11: 32 bits': UPPER,
  },
  constant: { '0: imm 2': NOT_ZERO, '0: imm 3': NOT_ZERO, '0: 32 bits': UPPER },
  fs_get: { '3: 32 bits': UPPER, '5: add': HALVES, '5: xor': HALVES },
};

function kindOf({ plan }: Emitted): string {
  if (plan.kind !== 'pick') return plan.name;
  return plan.check.kind === 'bit' ? plan.check.region : 'constant';
}

describe('mutations of one field', () => {
  it.each(programs.map((p) => p.plan.name))('%s: caught, or the same program for a known reason', (name) => {
    const original = programNamed(name);
    const survivors = new Set<string>();
    for (const mutant of mutants(instructionsOf(original))) {
      if (judge(original, mutant.ops) === 'nothing') survivors.add(`${mutant.at}: ${mutant.what}`);
    }
    expect([...survivors].sort()).toEqual(Object.keys(SAME[kindOf(original)] ?? {}).sort());
  });
});
