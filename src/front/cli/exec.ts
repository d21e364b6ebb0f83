/** `llpc exec`: runs one raw program on a memory. */
import { failureText, rawRunJson, returnedText } from '../../runtime/engine/raw-text.js';
import { runRaw } from '../../runtime/engine/raw.js';
import { traceRaw } from '../../runtime/engine/step-trace.js';
import { traceText } from '../../runtime/engine/trace-text.js';
import { UsageError } from './arguments.js';
import { isRaw, oneFile, readBytecode, textOrJson } from './bytecode-files.js';
import { readText } from './io.js';
import type { Options } from './options.js';
import { fail, print, printJson } from './output.js';

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
  if (read.kind === 'refused') return fail(read.diagnostics, read.sources, format);
  const [program] = read.programs;
  if (program === undefined) return 1;
  const memory = options.mem ?? new Uint8Array();
  const { fuel, traceLimit } = options;
  const run = runRaw(options.trace ? 'interpreter' : options.engine, program.bytes, memory, { fuel });
  const isTraced = options.trace && run.kind !== 'refused';
  const trace = isTraced ? traceRaw(program.bytes, memory, { fuel }, traceLimit) : undefined;
  if (format === 'json') printJson(rawRunJson(run, memory, trace));
  else {
    if (trace !== undefined) print(traceText(trace));
    if (run.kind === 'returned') print(returnedText(run, memory));
    else process.stderr.write(failureText(program.name, program.bytes, run));
  }
  return run.kind === 'returned' ? 0 : 1;
}

async function execPlugin(options: Options): Promise<number> {
  const { runPlugin } = await import('./plugin.js');
  const { out, err, code } = runPlugin(options, () => readText('-'));
  print(out);
  process.stderr.write(err);
  return code;
}
