/** Runs a command line: finds the command, runs it, and turns exceptions into exit codes. */
import nodeModule from 'node:module';
import { packageInfo } from '../../base/package.js';
import { nearestName } from '../../diagnostics/suggest.js';
import { COMMANDS, GENERAL_HELP, type Command } from './help.js';
import { UsageError } from './arguments.js';
import { readOptions, type Options } from './options.js';

/** The compile cache of Node 22.1 and later. If it cannot be enabled, nothing is kept. */
interface CompileCache {
  readonly enableCompileCache?: () => unknown;
}

/** Exit codes. */
const OK = 0;
const USAGE = 2;
/** As `env` and `timeout` have it: the command was not started. */
const NOT_ENFORCED = 125;
const INTERNAL = 70;

/** Runs a command with these arguments, prints its output, and returns the exit code. Tests call it in their own process. */
export async function runCommandLine(args: readonly string[]): Promise<number> {
  try {
    return await dispatch(args);
  } catch (error) {
    const code = exitCodeOf(error);
    // The other codes are those of the command that it runs.
    return args[0] === 'enforce' ? NOT_ENFORCED : code;
  }
}

/** Prints an error to standard error, and returns its exit code. */
function exitCodeOf(error: unknown): number {
  if (error instanceof UsageError) {
    process.stderr.write(`llpc: ${error.message}\nsee \`llpc --help\`\n`);
    return USAGE;
  }
  if (error instanceof Error && 'syscall' in error && error.syscall === 'uv_cwd') {
    process.stderr.write('llpc: the folder that it runs in is gone, or its path is too long\n');
    return USAGE;
  }
  const trace = error instanceof Error ? (error.stack ?? error.message) : String(error);
  process.stderr.write(`llpc: ${trace}\n`);
  process.stderr.write('this is a bug in llpc: please report it with the input that led here\n');
  return INTERNAL;
}

async function dispatch(args: readonly string[]): Promise<number> {
  const [name, ...rest] = args;
  if (name === '--version' || name === '-V') return say(`llpc ${packageInfo().version}\n`);
  if (name === undefined) throw new UsageError('no command');
  if (name === '--help' || name === '-h' || name === 'help') {
    const about = rest[0] === undefined ? undefined : commandOf(rest[0]);
    return say(about === undefined ? GENERAL_HELP : about.help);
  }
  const command = commandOf(name);
  const [own, run] = command.runs === true ? cutCommand(rest) : [rest, []];
  const read = readOptions(own, command.options, command.formats, command.target);
  const options = { ...read, command: run };
  return options.help ? say(command.help) : runCommand(command, options);
}

/** Returns the arguments before the first `--`, and those after it, which are a command. */
function cutCommand(args: readonly string[]): readonly [readonly string[], readonly string[]] {
  const at = args.indexOf('--');
  return at < 0 ? [args, []] : [args.slice(0, at), args.slice(at + 1)];
}

function commandOf(name: string): Command {
  const command = COMMANDS.find((c) => c.name === name);
  if (command !== undefined) return command;
  const near = nearestName(
    name,
    COMMANDS.map((c) => c.name),
  );
  throw new UsageError(
    `unknown command \`${name}\`${near === undefined ? '' : `: did you mean \`${near}\`?`}`,
  );
}

/**
 * Runs a command. To start faster, it loads only the module of that command. The largest module, which most commands need, is
 * loaded at the same time, and later versions of Node cache compiled code.
 */
async function runCommand(command: Command, options: Options): Promise<number> {
  (nodeModule as CompileCache).enableCompileCache?.();
  // An error is ignored here: the import fails again where the module is needed, and is reported there.
  import('../../parser/chevrotain.js').catch(() => undefined);
  switch (command.name) {
    case 'check':
      return (await import('./check.js')).checkCommand(options);
    case 'build':
      return (await import('./check.js')).buildCommand(options);
    case 'test':
      return (await import('./test.js')).testCommand(options);
    case 'run':
      return (await import('./run.js')).runCommand(options);
    case 'explain':
      return (await import('./explain.js')).explainCommand(options);
    case 'diff':
      return (await import('./diff.js')).diffCommand(options);
    case 'fmt':
      return (await import('./fmt.js')).fmtCommand(options);
    case 'lsp':
      return lspCommand(options);
    case 'graph':
      return (await import('./graph.js')).graphCommand(options);
    case 'export':
      return (await import('./export.js')).exportCommand(options);
    case 'learn':
      return (await import('./learn.js')).learnCommand(options);
    case 'enforce':
      return (await import('./enforce.js')).enforceCommand(options);
    case 'gaps':
      return (await import('./gaps.js')).gapsCommand(options);
    case 'disasm':
      return (await import('./disasm.js')).disasmCommand(options);
    case 'verify':
      return (await import('./verify.js')).verifyCommand(options);
    case 'exec':
      return (await import('./exec.js')).execCommand(options);
  }
}

/** `llpc lsp`: the language server on standard input and output. */
async function lspCommand({ positionals, defines }: Options): Promise<number> {
  if (positionals.length > 0) throw new UsageError('`llpc lsp` takes no files: the editor names them');
  const { serve } = await import('../lsp/server.js');
  serve(process.stdin, process.stdout, { defines, version: packageInfo().version }, (code, why) => {
    if (why !== undefined) process.stderr.write(`llpc: ${why}\n`);
    process.exit(code);
  });
  return OK;
}

function say(text: string): number {
  process.stdout.write(text);
  return OK;
}
