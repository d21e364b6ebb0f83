/**
 * The two plans that the chain is compared to: one program for everything, and programs that cannot share a state. They are made
 * of the compiler's own parts. `bench/why-chaining.ts` runs them.
 */
import type { Artifact } from '../../src/artifact/manifest.js';
import { HOOKS, CTX, type ContextField, type HookAbi } from '../../src/abi/hooks.js';
import { defined } from '../../src/base/assert.js';
import { R0, R1, R6, andImm64, exit, from, ldx, movImm64, stx } from '../../src/bpf/asm.js';
import { encode, encodeErrorText } from '../../src/bpf/encode.js';
import { i32, type AsmInstruction, type JumpOp, type Reg } from '../../src/bpf/types.js';
import type { Stages } from '../../src/compile.js';
import type { CompileResult } from '../../src/compile.js';
import { layOut, type Block, type Graph, type Terminator, type Test } from '../../src/codegen/v8/blocks.js';
import { emitChain } from '../../src/codegen/v8/emit.js';
import { buildArtifact } from '../../src/codegen/v8/manifest.js';
import { optimise } from '../../src/codegen/v8/optimise.js';
import type { ActionClass } from '../../src/codegen/v8/partition.js';
import {
  buildChain,
  buildPlan,
  mapName,
  type PlannedChain,
  type ProgramPlan,
} from '../../src/codegen/v8/plan.js';
import { selectProgram } from '../../src/codegen/v8/select.js';
import { createVerdictCache, type CacheCounts } from './cache.js';
import { createInterpreterRunner } from '../../src/runtime/engine/interpreter-runner.js';
import { createInterpreter, loadProgram } from '../../src/runtime/engine/interpreter.js';
import type { InterpreterProgram } from '../../src/runtime/engine/load-program.js';
import type { Engine, HookPrograms, HookRunner, Runnable } from '../../src/runtime/engine/types.js';

/** The parts of a compilation that the other plans are made of. */
type Compiled = Pick<CompileResult, 'sources'> & { readonly stages: Pick<Stages, 'policy'> };

/** An artifact with a chain for each class that can deny. Each chain walks the whole path for itself. */
export function unchainedArtifact({ stages, sources }: Compiled): Artifact {
  const chains = buildPlan(defined(stages.policy, 'it compiles')).chains.flatMap(splitChain);
  const emitted = chains.map((chain) => ({ chain, programs: emitChain(chain) }));
  return buildArtifact({ chains }, emitted, sources, { assertions: [], gainAssertions: [], unenforced: [] });
}

function splitChain({ layer, stem, classes }: PlannedChain): PlannedChain[] {
  return classes
    .filter((c) => c.decision.kind !== 'allow')
    .map((own, i) => {
      const one: ActionClass =
        own.decision.kind === 'bit' ? { ...own, decision: { ...own.decision, bit: 0 } } : own;
      const rest = classes
        .filter((c) => c !== own)
        .map((c): ActionClass => ({ ...c, decision: { kind: 'allow' } }));
      return buildChain(layer, `${stem}${i}.`, [one, ...rest]);
    });
}

/*
 * The context of the monolith is that of `fs_walk` with one more field over the last word. `triggers` is 0 while walking.
 *
 *  0        8        16       24 25                  28
 *  ├ cookie ┼ chain ─┼ inode ─┼─ inode_lookup ┼ triggers ┤
 *                             ├ request ─────────────────┤
 */
const REQUEST: ContextField = {
  name: 'request',
  offset: 24,
  size: 4,
  kind: 'scalar',
  writable: false,
  narrow: false,
};
const TRIGGERS_SHIFT = 8;

/** The hook that the monolith needs. No kernel has it: no hook of the series tells a program the triggers of the request. */
const MONOLITH_HOOK: HookAbi = {
  ...HOOKS.fs_walk,
  context: [...HOOKS.fs_walk.context, REQUEST],
  contextSize: 28,
};

export interface Monolith {
  readonly bytes: Uint8Array;
  readonly instructions: number;
  readonly maps: readonly string[];
}

/** One program for each directory and for the object: the step of the walk, then the verdict on each class that is asked for. */
export function buildMonolith(chain: PlannedChain): Monolith {
  const maps = [mapName(chain)];
  const encoded = encode(layOut(optimise(selectMonolith(chain))), maps);
  if (encoded.kind === 'failed') throw new Error(encoded.errors.map(encodeErrorText).join('; '));
  return { bytes: encoded.bytes, instructions: encoded.instructions, maps };
}

function selectMonolith(chain: PlannedChain): Graph {
  const walk = defined(
    chain.programs.find((p) => p.kind === 'walk'),
    'the chain has an fs_walk',
  );
  const picks = chain.programs.filter((p) => p.kind === 'pick');
  const make = blockMaker(walk);
  // The blocks of fs_walk lead to `end` with the new state in r0.
  const step = selectProgram(chain, walk, mapName(chain)).filter((block) => block.label !== 'end');
  const isWalking = branch('jlt', R1, 1 << TRIGGERS_SHIFT, 'walk', 'pick0');
  const judged =
    walk.check.kind === 'bit'
      ? andImm64(R0, 1 << walk.check.bit)
      : movImm64(R0, walk.check.kind === 'allow' ? 0 : 1);
  return [
    ...step,
    make('end', 'walking, or the object?', [ldx(4, R1, R6, REQUEST.offset)], isWalking),
    ...picks.flatMap((pick, i) => pickBlocks(make, pick, i)),
    make(`pick${picks.length}`, 'nothing denies', [], { kind: 'goto', to: 'allow' }),
    make('allow', 'allow', [movImm64(R0, 0), exit()], { kind: 'exit' }),
    make('deny', 'deny', [movImm64(R0, 1), exit()], { kind: 'exit' }),
    make('walk', 'store the state, judge `walk`', [stx(8, R6, CTX.cookie, R0), judged, exit()], {
      kind: 'exit',
    }),
  ];
}

type BlockMaker = (label: string, note: string, body: readonly AsmInstruction[], end: Terminator) => Block;

function blockMaker({ span }: ProgramPlan): BlockMaker {
  return (label, note, body, end) => {
    const origin = { span, note };
    return { label, body: body.map((instruction) => from(origin, instruction)), end, origin };
  };
}

function branch(op: JumpOp, dst: Reg, imm: number, then: string, otherwise: string): Terminator {
  const test: Test = { op, dst, src: { kind: 'imm', imm: i32(imm) } };
  return { kind: 'branch', test, then, otherwise };
}

/** Denies if the request asks for the class of this `fs_pick` and the state denies the class. */
function pickBlocks(make: BlockMaker, pick: Extract<ProgramPlan, { kind: 'pick' }>, i: number): Block[] {
  const { check, triggers } = pick;
  const next = `pick${i + 1}`;
  const judge = check.kind === 'bit' ? `judge${i}` : check.kind;
  const isAsked = branch('jset', R1, triggers << TRIGGERS_SHIFT, judge, next);
  const asked = make(`pick${i}`, 'is the class asked for?', [], isAsked);
  if (check.kind !== 'bit') return [asked];
  return [asked, make(judge, 'judge the class', [], branch('jset', R0, 1 << check.bit, 'deny', next))];
}

/**
 * An engine that runs the monolith in place of the `fs_walk` and `fs_pick` programs of the set that it is given. The state and the
 * inode map are those of the chain, so its `fs_get` stays.
 */
export function monolithEngine(monolith: Monolith, isCached: boolean): CachedEngine {
  return engineOf(isCached, (interpreter, programs, tags) => {
    const set = monolithSet(monolith, programs);
    const runner = createInterpreterRunner(interpreter, set, tags);
    const pick: HookRunner['pick'] = (session, triggers, object, lookup) =>
      runner.pick(session, triggers, object, lookup | (triggers << TRIGGERS_SHIFT));
    return {
      ...runner,
      get stoppedAt() {
        return runner.stoppedAt;
      },
      pick,
    };
  });
}

/** An engine that runs the programs of the set as they are. */
export function chainEngine(isCached: boolean): CachedEngine {
  return engineOf(isCached, createInterpreterRunner);
}

export interface CachedEngine {
  readonly engine: Engine;
  /** Returns the counters of its cache; undefined for an engine without a cache. */
  readonly counts: () => CacheCounts | undefined;
}

/** An engine with a cache of verdicts, or without, whose counters count the runs that are made. */
function engineOf(isCached: boolean, newRunner: typeof createInterpreterRunner): CachedEngine {
  const interpreter = createInterpreter();
  const cache = isCached ? createVerdictCache(interpreter) : undefined;
  // The counters are set back by those who read them, so the engine is the interpreter itself.
  const run = cache?.run ?? interpreter.run;
  const runnerOf: Engine['runnerOf'] = (programs, tags) => {
    cache?.watch(tags);
    return newRunner({ run }, programs, tags);
  };
  const engine = Object.assign(interpreter, { name: 'interpreter' as const, runnerOf });
  return { engine, counts: () => cache?.counts() };
}

function monolithSet(monolith: Monolith, programs: HookPrograms): HookPrograms {
  const walk = defined(programs.walk[0], 'the chain has an fs_walk');
  const maps = new Map((walk.program as InterpreterProgram).maps.map((map) => [map.name, map]));
  const source = { name: 'monolith', hook: 'fs_walk' as const, triggerMask: 0, ...monolith };
  const loaded = loadProgram(source, maps, { abi: MONOLITH_HOOK });
  if (loaded.kind === 'refused') throw new Error(loaded.errors.map((e) => e.message).join('; '));
  const any: readonly Runnable[] = [{ ...walk, program: loaded.program }];
  return {
    size: programs.size,
    walk: any,
    picks: any,
    get: programs.get,
    pick: () => any,
    runner: undefined,
  };
}
