/**
 * Raw programs, with r1 = memory and r2 = its length, on the engine that is asked for. They are decoded and *not verified*:
 * every access is checked while they run.
 *
 * Invariant: never throws, whatever the bytes.
 */
import { decode } from '../../bpf/decode.js';
import { runRaw as interpretRaw } from './interpreter.js';
import type { EngineName } from './names.js';

export interface RawOptions {
  readonly helpers?: ReadonlyMap<number, () => number>;
  /** Instructions after which a run is ended. */
  readonly fuel?: number;
}

export interface RawError {
  readonly slot: number;
  /** The slot in hex. */
  readonly hex: string;
  readonly rule: string;
  readonly message: string;
}

export type RawRun =
  /** r0 as its halves, signed; `memory` is a copy, as the program left it. `executed` counts instructions. */
  | {
      readonly kind: 'returned';
      readonly lo: number;
      readonly hi: number;
      readonly memory: Uint8Array;
      readonly executed: number;
    }
  | { readonly kind: 'refused'; readonly errors: readonly RawError[] }
  /** `slot` is undefined where the engine does not say it. */
  | {
      readonly kind: 'fault';
      readonly slot: number | undefined;
      readonly message: string;
      readonly executed: number;
    };

type RawEngine = (bytes: Uint8Array, memory: Uint8Array, options: RawOptions) => RawRun;

/**
 * The engines there are: an engine that is added is added here. Compiled code makes no checks of its own, so `wasm` can only be
 * given what `verifyRawProgram` has accepted.
 */
const ENGINES: Readonly<Record<EngineName, RawEngine | undefined>> = {
  interpreter,
  wasm: undefined,
  auto: interpreter,
};

/** Runs a program; undefined when there is no such engine. */
export function runRaw(
  engine: EngineName,
  bytes: Uint8Array,
  memory: Uint8Array,
  options: RawOptions = {},
): RawRun | undefined {
  return ENGINES[engine]?.(bytes, memory, options);
}

/** What the interpreter's store holds, with a constant for each instruction. */
const MAX_RAW_INSTRUCTIONS = 32_000;

function interpreter(bytes: Uint8Array, memory: Uint8Array, { helpers, fuel }: RawOptions): RawRun {
  const { instructions } = decode(bytes);
  if (instructions.length > MAX_RAW_INSTRUCTIONS) {
    const message = `${instructions.length} instructions are more than ${MAX_RAW_INSTRUCTIONS}`;
    return { kind: 'refused', errors: [{ slot: 0, hex: '', rule: 'size', message }] };
  }
  const outcome = interpretRaw(bytes, memory, { helpers, fuel });
  if (outcome.kind !== 'fault') return outcome;
  const [, slot, message] = /^raw: slot (\d+): (.*)$/s.exec(outcome.fault) ?? [];
  return {
    kind: 'fault',
    slot: slot === undefined ? undefined : Number(slot),
    message: message ?? outcome.fault,
    executed: outcome.executed,
  };
}
