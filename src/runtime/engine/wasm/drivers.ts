/**
 * Builds the exported functions of a module. Each runs all matching programs of a hook, in the order of the program
 * set, and stops at the first denial. The result is 0, or 1 + the index of the program that denied.
 */
import { I32, OP, access, call, i32Const, i64Const, local } from './encode.js';
import type { Bytes, FunctionBody, FunctionType } from './encode.js';
import { CONTEXT, CONTEXT_SIZE, REQUEST, RESULT, STOPPED_AT } from './layout.js';

/** A program in the list of a hook. */
export interface HookEntry {
  /** Index of its main function in the module. */
  readonly fn: number;
  /** Index of its chain's context in a session. */
  readonly slot: number;
  /** The triggers for which an `fs_pick` program runs. */
  readonly mask: number;
}

const type = (params: number): FunctionType => ({ params: Array<number>(params).fill(I32), results: [I32] });

/**
 * Emits a run of a program in the context of its chain, which is already filled, and a return of `1 + place` on denial.
 */
function runEntry(
  code: Bytes,
  ctx: number,
  { fn, slot }: HookEntry,
  place: number,
  denied: () => void,
): void {
  contextAddress(code, ctx, slot);
  code.push(OP.i64ExtendI32U);
  i64Const(code, 0n);
  call(code, fn);
  code.push(OP.i32WrapI64, OP.if, 0x40);
  denied();
  i32Const(code, place + 1);
  code.push(OP.return, OP.end);
}

function contextAddress(code: Bytes, ctx: number, slot: number): void {
  local(code, OP.localGet, ctx);
  if (slot === 0) return;
  i32Const(code, slot * CONTEXT_SIZE);
  code.push(OP.i32Add);
}

function storeField(code: Bytes, ctx: number, slot: number, field: number, value: () => void): void {
  local(code, OP.localGet, ctx);
  value();
  access(code, OP.i32Store, slot * CONTEXT_SIZE + field);
}

/** Parameters (context, first step, end of steps): runs `fs_walk` over the steps. A step is inode × 4 + lookup. */
export function walkDriver(entries: readonly HookEntry[]): FunctionBody {
  const code: Bytes = [];
  const [ctx, at, end, step] = [0, 1, 2, 3];
  code.push(OP.loop, 0x40);
  local(code, OP.localGet, at);
  local(code, OP.localGet, end);
  code.push(OP.i32GeU, OP.if, 0x40);
  i32Const(code, 0);
  code.push(OP.return, OP.end);
  local(code, OP.localGet, at);
  access(code, OP.i32Load, 0);
  local(code, OP.localSet, step);
  for (const slot of slotsOf(entries)) {
    storeField(code, ctx, slot, CONTEXT.object, () => stepPart(code, step, OP.i32ShrS, 2));
    storeField(code, ctx, slot, CONTEXT.lookup, () => stepPart(code, step, OP.i32And, 3));
  }
  for (const [place, entry] of entries.entries()) {
    runEntry(code, ctx, entry, place, () => {
      i32Const(code, STOPPED_AT);
      local(code, OP.localGet, at);
      access(code, OP.i32Store, 0);
    });
  }
  local(code, OP.localGet, at);
  i32Const(code, 4);
  code.push(OP.i32Add);
  local(code, OP.localSet, at);
  code.push(OP.br, 0, OP.end, OP.unreachable);
  return { type: type(3), locals: [I32], code, exportAs: 'walk' };
}

function slotsOf(entries: readonly HookEntry[]): readonly number[] {
  return [...new Set(entries.map((e) => e.slot))];
}

function stepPart(code: Bytes, step: number, op: number, by: number): void {
  local(code, OP.localGet, step);
  i32Const(code, by);
  code.push(op);
}

/**
 * Parameters (context, triggers, object, lookup): runs the `fs_pick` programs that share a trigger with the request.
 */
export function pickDriver(entries: readonly HookEntry[]): FunctionBody {
  const code: Bytes = [];
  const [ctx, triggers, object, lookup] = [0, 1, 2, 3];
  for (const slot of slotsOf(entries)) {
    storeField(code, ctx, slot, CONTEXT.object, () => local(code, OP.localGet, object));
    storeField(code, ctx, slot, CONTEXT.lookup, () => local(code, OP.localGet, lookup));
  }
  for (const [place, entry] of entries.entries()) {
    local(code, OP.localGet, triggers);
    i32Const(code, entry.mask);
    code.push(OP.i32And, OP.if, 0x40);
    runEntry(code, ctx, entry, place, () => undefined);
    code.push(OP.end);
  }
  i32Const(code, 0);
  return { type: type(4), locals: [], code, exportAs: 'pick' };
}

/** Parameters (context, object): runs `fs_get`. */
export function getDriver(entries: readonly HookEntry[]): FunctionBody {
  const code: Bytes = [];
  const [ctx, object] = [0, 1];
  for (const slot of slotsOf(entries))
    storeField(code, ctx, slot, CONTEXT.object, () => local(code, OP.localGet, object));
  for (const [place, entry] of entries.entries()) runEntry(code, ctx, entry, place, () => undefined);
  i32Const(code, 0);
  return { type: type(2), locals: [], code, exportAs: 'get' };
}

/**
 * Parameters (context, first request, end of requests): runs many requests in one call, each in a new session: the
 * walk, then the object unless the triggers are 0. It writes the verdict into the request and returns the number of
 * denials.
 */
export function batchDriver(chains: number, walk: number, pick: number): FunctionBody {
  const code: Bytes = [];
  const [ctx, at, end, denied] = [0, 1, 2, 3];
  const field = (offset: number): void => {
    local(code, OP.localGet, at);
    access(code, OP.i32Load, offset);
  };
  code.push(OP.loop, 0x40);
  local(code, OP.localGet, at);
  local(code, OP.localGet, end);
  code.push(OP.i32GeU, OP.if, 0x40);
  local(code, OP.localGet, denied);
  code.push(OP.return, OP.end);
  for (let slot = 0; slot < chains; slot++) {
    local(code, OP.localGet, ctx);
    i64Const(code, 0n);
    access(code, OP.i64Store, slot * CONTEXT_SIZE + CONTEXT.cookie);
  }
  local(code, OP.localGet, at);
  emitVerdict(code, ctx, field, walk, pick);
  access(code, OP.i32Store, REQUEST.verdict);
  local(code, OP.localGet, denied);
  field(REQUEST.verdict);
  i32Const(code, 0);
  code.push(OP.i32Ne, OP.i32Add);
  local(code, OP.localSet, denied);
  local(code, OP.localGet, at);
  i32Const(code, REQUEST.size);
  code.push(OP.i32Add);
  local(code, OP.localSet, at);
  code.push(OP.br, 0, OP.end, OP.unreachable);
  return { type: type(3), locals: [I32], code, exportAs: 'batch' };
}

function emitVerdict(
  code: Bytes,
  ctx: number,
  field: (offset: number) => void,
  walk: number,
  pick: number,
): void {
  local(code, OP.localGet, ctx);
  field(REQUEST.steps);
  field(REQUEST.end);
  call(code, walk);
  code.push(OP.if, I32);
  i32Const(code, 1);
  code.push(OP.else);
  field(REQUEST.triggers);
  code.push(OP.if, I32);
  local(code, OP.localGet, ctx);
  field(REQUEST.triggers);
  field(REQUEST.object);
  field(REQUEST.lookup);
  call(code, pick);
  i32Const(code, 0);
  code.push(OP.i32Ne);
  i32Const(code, 1);
  code.push(OP.i32Shl, OP.else);
  i32Const(code, 0);
  code.push(OP.end, OP.end);
}

/** Parameters (r1, r2): runs a program without a hook and stores r0 at `RESULT`. Returns 0. */
export function rawDriver(fn: number, exportAs: string): FunctionBody {
  const code: Bytes = [];
  i32Const(code, RESULT);
  for (const parameter of [0, 1]) {
    local(code, OP.localGet, parameter);
    code.push(OP.i64ExtendI32U);
  }
  call(code, fn);
  access(code, OP.i64Store, 0);
  i32Const(code, 0);
  return { type: type(2), locals: [], code, exportAs };
}
