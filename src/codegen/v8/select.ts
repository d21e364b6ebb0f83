/**
 * Plan → instructions with labels, in basic blocks.
 *
 * Input: a chain and the plan of one program. Output: its blocks. All programs that make the step of the walk machine use the
 * same few blocks, without the parts that cannot change the result of their check. Invariant: r6 is the context; after the
 * step, r0 is the new state. In `fs_pick` only the lower half of r0 is valid, because the check reads no other bits.
 */
import { CTX, LOOKUP } from '../../abi/hooks.js';
import { HELPER } from '../../abi/helpers.js';
import {
  R0,
  R1,
  R2,
  R3,
  R6,
  andImm64,
  callHelper,
  exit,
  from,
  ldMap,
  ldx,
  lshImm64,
  mov64,
  movImm64,
  or64,
  rshImm64,
  stx,
} from '../../bpf/asm.js';
import { i32, type AsmInstruction, type JumpOp, type Reg } from '../../bpf/types.js';
import type { Span } from '../../diagnostics/types.js';
import type { CookieLayout } from '../../semantics/cookie.js';
import type { ClassDecision } from './partition.js';
import type { PlannedChain, ProgramPlan } from './plan.js';
import { assertNever } from '../../base/assert.js';
import type { Block, Graph, Terminator, Test } from './blocks.js';

/** Returns the blocks of one program. `map` is the name of the chain's inode map. */
export function selectProgram(chain: PlannedChain, plan: ProgramPlan, map: string): Graph {
  const select: Select = { layout: chain.layout, span: plan.span, map };
  switch (plan.kind) {
    case 'walk':
      return selectWalk(select, plan.check);
    case 'pick':
      return selectPick(select, plan.check);
    case 'get':
      return selectGet(select);
    default:
      return assertNever(plan);
  }
}

interface Select {
  readonly layout: CookieLayout;
  readonly span: Span;
  readonly map: string;
}

const goto = (to: string): Terminator => ({ kind: 'goto', to });
const branch = (test: Test, then: string, otherwise: string): Terminator => ({
  kind: 'branch',
  test,
  then,
  otherwise,
});
const EXIT: Terminator = { kind: 'exit' };
const testImm = (op: JumpOp, dst: Reg, imm: number): Test => ({
  op,
  dst,
  src: { kind: 'imm', imm: i32(imm) },
});

function block(
  select: Select,
  label: string,
  note: string,
  body: readonly AsmInstruction[],
  end: Terminator,
): Block {
  const origin = { span: select.span, note };
  return { label, body: body.map((instruction) => from(origin, instruction)), end, origin };
}

function constant(select: Select, label: string, value: number, note: string): Block {
  return block(select, label, note, [movImm64(R0, value), exit()], EXIT);
}

const allow = (select: Select): Block => constant(select, 'allow', 0, 'allow');
const deny = (select: Select): Block => constant(select, 'deny', 1, 'deny');

/** Returns the check and the exit. The return value is the state AND the bit of the class: 0 unless the class is denied. */
function checkEnd(select: Select, check: ClassDecision): readonly AsmInstruction[] {
  if (check.kind !== 'bit') return [movImm64(R0, check.kind === 'allow' ? 0 : 1), exit()];
  return [andImm64(R0, 1 << check.bit), exit()];
}

/** `fs_walk`: makes the step, stores the state, and returns the verdict on `walk`. */
function selectWalk(select: Select, check: ClassDecision): Graph {
  if (check.kind === 'deny') return [deny(select)];
  const store = [stx(8, R6, CTX.cookie, R0), ...checkEnd(select, check)];
  return [
    ...stepBlocks(select, 'end', true),
    block(select, 'end', 'store the state, judge `walk`', store, EXIT),
  ];
}

/** `fs_pick`: makes the step without storing it, and returns the verdict on the class. */
function selectPick(select: Select, check: ClassDecision): Graph {
  if (check.kind !== 'bit') return [check.kind === 'deny' ? deny(select) : allow(select)];
  const end = block(select, 'end', 'judge the class', checkEnd(select, check), EXIT);
  if (check.region === 'deny') return [...selfOnlyBlocks(select), end, deny(select)];
  return [...stepBlocks(select, 'end', false), end];
}

/** Looks up the inode. r0 is its value; a hit continues at `hit`, else at `miss`. */
function lookupBlock(select: Select, hit: string, miss: string): Block {
  const body = [
    mov64(R6, R1),
    ldx(8, R2, R6, CTX.inode),
    ldMap(R1, select.map),
    callHelper(HELPER.inode_map_lookup),
  ];
  return block(
    select,
    'lookup',
    'is this object in the map?',
    body,
    branch(testImm('jne', R0, 0), hit, miss),
  );
}

/**
 * The step of the walk machine. Two states use blocks that later rows need anyway: a tag is a region, and the rows for an
 * open session leave a region unchanged, so a tag continues at `have`. Unknown is all ones, and its region is all ones too,
 * so it continues at `region`.
 */
function stepBlocks(select: Select, next: string, whole: boolean): Block[] {
  const inexact = 1 << select.layout.inexactBit;
  const copyUp = [mov64(R1, R0), lshImm64(R1, 32), or64(R0, R1)];
  const tag = [ldx(8, R1, R6, CTX.inode), ldx(8, R2, R6, CTX.chain), callHelper(HELPER.inode_get_tag)];
  return [
    lookupBlock(select, next, 'miss'),
    block(
      select,
      'miss',
      'the state so far',
      [ldx(8, R0, R6, CTX.cookie)],
      branch(testImm('jne', R0, 0), 'have', 'start'),
    ),
    block(
      select,
      'start',
      'a session starts: from the tag',
      tag,
      branch(testImm('jeq', R0, 0), 'unknown', 'have'),
    ),
    block(
      select,
      'have',
      'how was it reached?',
      [ldx(1, R1, R6, CTX.inodeLookup)],
      branch(testImm('jeq', R1, LOOKUP.DOT), next, 'moved'),
    ),
    block(select, 'moved', 'up or down?', [], branch(testImm('jne', R1, LOOKUP.DOTDOT), 'region', 'up')),
    block(
      select,
      'up',
      'up from an object of the map',
      [],
      branch(testImm('jset', R0, inexact), 'region', 'unknown'),
    ),
    block(select, 'unknown', 'unknown', [movImm64(R0, -1)], goto('region')),
    block(select, 'region', 'into the region', [rshImm64(R0, 32), ...(whole ? copyUp : [])], goto(next)),
  ];
}

/** The step for a class that every region denies. Only an object in the map, or a step by `.`, can allow it. */
function selfOnlyBlocks(select: Select): Block[] {
  return [
    lookupBlock(select, 'end', 'miss'),
    block(
      select,
      'miss',
      'the state so far',
      [ldx(8, R0, R6, CTX.cookie)],
      branch(testImm('jeq', R0, 0), 'deny', 'have'),
    ),
    block(
      select,
      'have',
      'the same place?',
      [ldx(1, R1, R6, CTX.inodeLookup)],
      branch(testImm('jeq', R1, LOOKUP.DOT), 'end', 'deny'),
    ),
  ];
}

/** `fs_get`: tags the object that the task now holds with the region of the walk, and denies if the tag cannot be set. */
function selectGet(select: Select): Graph {
  const tag = [
    rshImm64(R0, 32),
    mov64(R3, R0),
    lshImm64(R3, 32),
    or64(R3, R0),
    ldx(8, R2, R1, CTX.chain),
    ldx(8, R1, R1, CTX.tagObject),
    callHelper(HELPER.landlock_set_tag),
  ];
  return [
    block(
      select,
      'start',
      'without a walk there is nothing to say',
      [ldx(8, R0, R1, CTX.cookie)],
      branch(testImm('jeq', R0, 0), 'end', 'tag'),
    ),
    block(select, 'tag', 'tag with the region', tag, goto('end')),
    block(select, 'end', 'allow, unless the tag could not be set', [exit()], EXIT),
  ];
}
