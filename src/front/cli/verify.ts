/** `llpc verify`: checks programs, and the set that they make, by the rules of the ABI. */
import { maskOf } from '../../abi/actions.js';
import {
  isAccepted,
  verdictJson,
  verdictText,
  verifyArtifact,
  verifyBytes,
  type RawKind,
} from '../../bpf/verify/verify-artifact.js';
import { UsageError } from './arguments.js';
import { isRaw, oneFile, readBytecode, textOrJson } from './bytecode-files.js';
import type { Options } from './options.js';
import { fail, print, printJson } from './output.js';

export async function verifyCommand(options: Options): Promise<number> {
  const file = oneFile(options, 'llpc verify FILE');
  const format = textOrJson(options);
  const raw = isRaw(file, options) ? rawKind(options) : checkManifestOptions(options);
  const read = await readBytecode(file, options);
  if (read.kind === 'refused') return fail(read.diagnostics, read.sources, format);
  const { artifact, programs } = read;
  const verdict =
    raw === undefined && artifact !== undefined
      ? verifyArtifact(artifact)
      : { programs: programs.flatMap((p) => (raw === undefined ? [] : verifyBytes(p, raw))), set: undefined };
  if (format === 'json') printJson(verdictJson(verdict));
  else print(verdictText(verdict));
  return isAccepted(verdict) ? 0 : 1;
}

/** Returns the kind of a program without a manifest, from the options. */
function rawKind({ hook, triggers, memSize }: Options): RawKind {
  if (hook !== undefined && memSize !== undefined)
    throw new UsageError('`--hook` and `--mem-size`: choose one');
  if (hook === undefined && triggers.length > 0)
    throw new UsageError('`--triggers` goes with `--hook fs_pick`');
  if (hook !== undefined) return { kind: 'hook', hook, triggerMask: maskOf(...triggers) };
  if (memSize === undefined)
    throw new UsageError('what is it? Write `--hook HOOK`, or `--mem-size N` for a raw program');
  return { kind: 'memory', size: memSize };
}

function checkManifestOptions({ hook, triggers, memSize }: Options): undefined {
  if (hook !== undefined || triggers.length > 0 || memSize !== undefined)
    throw new UsageError(
      '`--hook`, `--triggers` and `--mem-size` are for bytecode alone: a manifest says what it has',
    );
  return undefined;
}
