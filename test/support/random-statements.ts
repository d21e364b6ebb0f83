/**
 * Random programs as trees of statements, before they become instructions (`random-lowering.ts`).
 *
 * Input: random numbers (`Draw`). Output: a tree of statements. Every tree is a valid program, because the lowering brings
 * registers, places and counts into range. So a tree stays valid when any statement is dropped.
 */
import type { AluOp, AtomicOp, JumpOp, Size, Width } from '../../src/bpf/types.js';

/** A number from 0 to n − 1. */
export type Draw = (n: number) => number;

/** What programs may hold beside arithmetic, stack, memory and forward jumps. */
export interface Features {
  readonly loops: boolean;
  readonly calls: boolean;
  readonly maps: boolean;
  readonly atomics: boolean;
}
export const ALL_FEATURES: Features = { loops: true, calls: true, maps: true, atomics: true };

/** A number that stands for a register. The lowering maps it to a free one. */
export type Pick = number;
export type Source =
  { readonly kind: 'reg'; readonly reg: Pick } | { readonly kind: 'imm'; readonly imm: number };

export interface Condition {
  readonly width: Width;
  readonly op: JumpOp;
  readonly left: Pick;
  readonly right: Source;
}

/** Where an access goes. `unit` is the 8 bytes, `within` the place in them; `index` is a register that is masked. */
export interface Place {
  readonly area: 'stack' | 'memory' | 'table' | 'entry';
  readonly unit: number;
  readonly within: number;
  readonly index: Pick | undefined;
  /** The width of the mask. */
  readonly width: Width;
  /** The register that holds the address. */
  readonly pointer: Pick;
  /** Of `entries`; 4 and above are not there. A register is masked to 0 to 7. */
  readonly key: Source;
}

export type Statement =
  | {
      readonly kind: 'alu';
      readonly width: Width;
      readonly op: AluOp;
      readonly dst: Pick;
      readonly src: Source;
    }
  | { readonly kind: 'neg'; readonly width: Width; readonly dst: Pick }
  | {
      readonly kind: 'endian';
      readonly order: 'le' | 'be' | 'swap';
      readonly bits: 16 | 32 | 64;
      readonly dst: Pick;
    }
  | {
      readonly kind: 'movsx';
      readonly width: Width;
      readonly bits: 8 | 16 | 32;
      readonly dst: Pick;
      readonly src: Pick;
    }
  | { readonly kind: 'constant'; readonly dst: Pick; readonly lo: number; readonly hi: number }
  | {
      readonly kind: 'load';
      readonly place: Place;
      readonly size: Size;
      readonly signed: boolean;
      readonly dst: Pick;
    }
  | { readonly kind: 'store'; readonly place: Place; readonly size: Size; readonly src: Source }
  | {
      readonly kind: 'atomic';
      readonly place: Place;
      readonly width: Width;
      readonly op: AtomicOp;
      readonly fetch: boolean;
      readonly src: Pick;
    }
  | {
      readonly kind: 'if';
      readonly condition: Condition;
      readonly then: readonly Statement[];
      readonly otherwise: readonly Statement[];
      readonly wide: boolean;
    }
  | {
      readonly kind: 'loop';
      readonly counter: 'reg' | 'stack';
      readonly form: LoopForm;
      readonly pick: Pick;
      readonly trips: number;
      readonly body: readonly Statement[];
    }
  | { readonly kind: 'call'; readonly callee: number }
  | { readonly kind: 'leave'; readonly condition: Condition };

/** How a counter ends its loop: down to zero, up to a bound, or up to a bound in 32 bits with the test at the top. */
export type LoopForm = 'down' | 'up' | 'top';

/** The statements of the program and of its local functions; a function calls only later ones. */
export interface Tree {
  readonly main: readonly Statement[];
  readonly functions: readonly (readonly Statement[])[];
  /** What registers start with: one pair of halves each for r0 to r9. */
  readonly registers: readonly (readonly [number, number])[];
}

const ALU: readonly AluOp[] = [
  'add',
  'sub',
  'mul',
  'div',
  'sdiv',
  'or',
  'and',
  'lsh',
  'rsh',
  'mod',
  'smod',
  'xor',
  'mov',
  'arsh',
];
// prettier-ignore
const JUMPS: readonly JumpOp[] = ['jeq', 'jgt', 'jge', 'jset', 'jne', 'jsgt', 'jsge', 'jlt', 'jle', 'jslt', 'jsle'];
const ATOMICS: readonly AtomicOp[] = ['add', 'or', 'and', 'xor', 'xchg', 'cmpxchg'];
const EDGES = [0, 1, 2, 31, 32, 63, 0x7fff, 0x8000, 0xffff, 0x7fffffff, -0x80000000, -1, -2] as const;
const MOVSX = [
  [32, 8],
  [32, 16],
  [64, 8],
  [64, 16],
  [64, 32],
] as const;
/** Registers that programs start with. */
export const REGISTERS = 10;

const one = <T>(draw: Draw, list: readonly T[]): T => list[draw(list.length)] as T;
const coin = (draw: Draw): boolean => draw(2) === 0;
const width = (draw: Draw): Width => (coin(draw) ? 64 : 32);
const pick = (draw: Draw): Pick => draw(60);

/** 32 bits, signed: an edge, a small number or any. */
function word(draw: Draw): number {
  const kind = draw(4);
  if (kind === 0) return one(draw, EDGES);
  if (kind === 1) return draw(256) - 128;
  return (draw(0x10000) << 16) | draw(0x10000);
}

const source = (draw: Draw): Source =>
  coin(draw) ? { kind: 'reg', reg: pick(draw) } : { kind: 'imm', imm: word(draw) };

const condition = (draw: Draw): Condition => ({
  width: width(draw),
  op: one(draw, JUMPS),
  left: pick(draw),
  right: source(draw),
});

function place(draw: Draw, features: Features): Place {
  const areas = features.maps
    ? (['stack', 'memory', 'memory', 'table', 'entry'] as const)
    : (['stack', 'memory'] as const);
  return {
    area: one(draw, areas),
    unit: draw(8),
    within: draw(8),
    index: draw(3) === 0 ? pick(draw) : undefined,
    width: width(draw),
    pointer: pick(draw),
    key: coin(draw) ? { kind: 'imm', imm: draw(6) } : { kind: 'reg', reg: pick(draw) },
  };
}

function arithmetic(draw: Draw): Statement {
  const kind = draw(12);
  if (kind === 0) return { kind: 'neg', width: width(draw), dst: pick(draw) };
  if (kind === 1) {
    const order = one(draw, ['le', 'be', 'swap'] as const);
    return { kind: 'endian', order, bits: one(draw, [16, 32, 64] as const), dst: pick(draw) };
  }
  if (kind === 2) {
    const [to, bits] = one(draw, MOVSX);
    return { kind: 'movsx', width: to, bits, dst: pick(draw), src: pick(draw) };
  }
  if (kind === 3) return { kind: 'constant', dst: pick(draw), lo: word(draw), hi: word(draw) };
  return { kind: 'alu', width: width(draw), op: one(draw, ALU), dst: pick(draw), src: source(draw) };
}

function access(draw: Draw, features: Features): Statement {
  const at = place(draw, features);
  const size = one(draw, [1, 2, 4, 8] as const);
  const kind = draw(features.atomics ? 6 : 4);
  if (kind < 2) return { kind: 'load', place: at, size, signed: size < 8 && coin(draw), dst: pick(draw) };
  if (kind < 4) return { kind: 'store', place: at, size, src: source(draw) };
  const op = one(draw, ATOMICS);
  const fetch = op === 'xchg' || op === 'cmpxchg' || coin(draw);
  return { kind: 'atomic', place: at, width: width(draw), op, fetch, src: pick(draw) };
}

/** How deep a statement lies: bodies get shorter, and loops nest at most twice. */
interface Depth {
  readonly level: number;
  readonly loops: number;
  /** The functions that may be called from here: those from this number on. */
  readonly callees: number;
  readonly functions: number;
}

function statements(draw: Draw, features: Features, most: number, depth: Depth): Statement[] {
  const list: Statement[] = [];
  for (let n = draw(most + 1); n > 0; n--) list.push(statement(draw, features, depth));
  return list;
}

function statement(draw: Draw, features: Features, depth: Depth): Statement {
  const kind = draw(20);
  const inner = { ...depth, level: depth.level + 1 };
  const body = (d: Depth): Statement[] => statements(draw, features, 4, d);
  if (kind < 9) return arithmetic(draw);
  if (kind < 14) return access(draw, features);
  if (kind === 14) return { kind: 'leave', condition: condition(draw) };
  if (kind === 15 && features.calls && depth.callees < depth.functions)
    return { kind: 'call', callee: depth.callees + draw(depth.functions - depth.callees) };
  if (kind === 16 && features.loops && depth.loops < 2) {
    const form = one(draw, ['down', 'up', 'top'] as const);
    const counter = coin(draw) ? 'reg' : 'stack';
    const inside = body({ ...inner, loops: depth.loops + 1 });
    return {
      kind: 'loop',
      counter,
      form,
      pick: pick(draw),
      trips: 1 + draw(coin(draw) ? 64 : 8),
      body: inside,
    };
  }
  if (kind < 19 && depth.level < 3) {
    const then = body(inner);
    const otherwise = coin(draw) ? body(inner) : [];
    return { kind: 'if', condition: condition(draw), then, otherwise, wide: coin(draw) };
  }
  return arithmetic(draw);
}

/** A tree of up to 15 statements at the top and up to three functions. */
export function drawTree(draw: Draw, features: Features): Tree {
  const registers = Array.from({ length: REGISTERS }, () => [word(draw), word(draw)] as const);
  const count = features.calls ? draw(4) : 0;
  const depth = { level: 0, loops: 0, callees: 0, functions: count };
  const main = statements(draw, features, 15, depth);
  const functions = Array.from({ length: count }, (_, i) =>
    statements(draw, features, 5, { ...depth, level: 1, callees: i + 1 }),
  );
  return { main, functions, registers };
}

/** Trees with fewer statements: halves of a list dropped, then single ones, bodies in place of what holds them. */
export function* smallerTrees(tree: Tree): Generator<Tree> {
  for (const main of smallerLists(tree.main)) yield { ...tree, main };
  for (const [i, body] of tree.functions.entries())
    for (const smaller of smallerLists(body))
      yield { ...tree, functions: tree.functions.map((f, j) => (i === j ? smaller : f)) };
}

function* smallerLists(list: readonly Statement[]): Generator<readonly Statement[]> {
  for (let size = list.length; size >= 1; size = size >> 1)
    for (let at = 0; at < list.length; at += size) yield [...list.slice(0, at), ...list.slice(at + size)];
  for (const [i, held] of list.entries())
    for (const parts of smallerStatements(held)) yield [...list.slice(0, i), ...parts, ...list.slice(i + 1)];
}

/** Yields the lists that can replace a statement with a body. */
function* smallerStatements(held: Statement): Generator<readonly Statement[]> {
  if (held.kind === 'loop') {
    yield held.body;
    for (const body of smallerLists(held.body)) yield [{ ...held, body }];
  } else if (held.kind === 'if') {
    yield held.then;
    yield held.otherwise;
    for (const then of smallerLists(held.then)) yield [{ ...held, then }];
    for (const otherwise of smallerLists(held.otherwise)) yield [{ ...held, otherwise }];
  }
}
