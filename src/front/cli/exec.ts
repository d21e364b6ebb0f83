/** `llpc exec`: one raw program, run on memory. */
import { assertNever } from '../../base/assert.js';
import { runRaw, type RawRun } from '../../runtime/engine/raw.js';
import { traceRaw, type Trace } from '../../runtime/engine/step-trace.js';
import { isRaw, oneFile, readBytecode, textOrJson } from './bytecode-files.js';
import { errorLines, ofVerifier } from './bytecode-report.js';
import { hexOf } from './hex.js';
import { readText } from './io.js';
import { UsageError, type Options } from './options.js';
import { print, printDiagnostics } from './output.js';
import { faultText, r0Hex } from './raw-run.js';
import { omittedText, traceJson, traceLine } from './trace-text.js';

export async function execCommand(options: Options): Promise<number> {
  if (options.trace && (options.plugin || options.engine === 'wasm'))
    throw new UsageError(
      `\`--trace\` and \`${options.plugin ? '--plugin' : '--engine wasm'}\`: choose one; a trace is that of the interpreter`,
    );
  if (options.plugin) return execPlugin(options);
  const file = oneFile(options, 'llpc exec FILE --mem HEX');
  const format = textOrJson(options);
  if (options.program !== undefined || options.debug || options.elf)
    throw new UsageError('`--program`, `--debug` and `--elf` go with `--plugin`');
  if (!isRaw(file, options))
    throw new UsageError('`llpc exec` runs a raw program; see `llpc run` and `llpc explain` for policies');
  const read = await readBytecode(file, options);
  if (read.kind === 'refused') {
    await printDiagnostics(read.diagnostics, read.sources, format);
    return 1;
  }
  const [program] = read.programs;
  if (program === undefined) return 1;
  const memory = options.mem ?? new Uint8Array();
  const { fuel, traceLimit } = options;
  const run = runRaw(options.trace ? 'interpreter' : options.engine, program.bytes, memory, { fuel });
  const isTraced = options.trace && run.kind !== 'refused';
  const trace = isTraced ? traceRaw(program.bytes, memory, { fuel }, traceLimit) : undefined;
  if (format === 'json') print(jsonText(run, memory, trace));
  else {
    if (trace !== undefined) print(traceText(trace));
    printText(program.name, program.bytes, memory, run);
  }
  return run.kind === 'returned' ? 0 : 1;
}

function traceText({ steps, omitted }: Trace): string {
  const lines = steps.map(traceLine);
  if (omitted > 0) lines.push(omittedText(omitted));
  return lines.map((line) => `${line}\n`).join('');
}

async function execPlugin(options: Options): Promise<number> {
  const { runPlugin } = await import('./plugin.js');
  const { out, err, code } = runPlugin(options, () => readText('-'));
  print(out);
  process.stderr.write(err);
  return code;
}

function printText(name: string, bytes: Uint8Array, before: Uint8Array, run: RawRun): void {
  switch (run.kind) {
    case 'returned':
      print(`r0 = 0x${r0Hex(run)}\n`);
      if (hexOf(run.memory) !== hexOf(before)) print(`memory = ${hexOf(run.memory)}\n`);
      break;
    case 'refused':
      for (const error of run.errors) process.stderr.write(errorLines(name, ofVerifier(error)));
      break;
    case 'fault':
      process.stderr.write(`${name}: ${faultText(bytes, run)}\n`);
      break;
    default:
      assertNever(run);
  }
}

function jsonText(run: RawRun, before: Uint8Array, trace: Trace | undefined): string {
  const traced = trace === undefined ? {} : { trace: traceJson(trace) };
  return (
    JSON.stringify({ format: 'llp-exec', version: 1, ...jsonOf(run, before), ...traced }, null, 1) + '\n'
  );
}

function jsonOf(run: RawRun, before: Uint8Array): object {
  switch (run.kind) {
    case 'returned': {
      const memory = hexOf(run.memory);
      return { outcome: 'returned', r0: `0x${r0Hex(run)}`, memory, changed: memory !== hexOf(before) };
    }
    case 'refused':
      return { outcome: 'refused', errors: run.errors.map(ofVerifier) };
    case 'fault':
      return { outcome: 'fault', slot: run.slot ?? null, message: run.message };
    default:
      return assertNever(run);
  }
}
