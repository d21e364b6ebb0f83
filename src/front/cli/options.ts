/** Reads the arguments of the commands. A mistake in them is a usage error, with exit code 2. */
import { parseArgs, type ParseArgsConfig } from 'node:util';
import { TRIGGERS, type TriggerName } from '../../abi/actions.js';
import { NEWEST_MACHINE, type Machine } from '../../artifact/enforcement-plan.js';
import { DEFAULT_TARGET, TARGET_NAMES, type TargetName } from '../../artifact/manifest.js';
import { STAGES, type StageName } from '../../codegen/target.js';
import { nearestName } from '../../diagnostics/suggest.js';
import { EXPORT_NAMES, type ExportName } from '../../tools/export/formats.js';
import type { Picture } from '../../tools/graph/draw.js';
import type { CoverageFormat } from '../../tools/testing/coverage-text.js';
import { ENGINE_NAMES, type EngineName } from '../../runtime/engine/names.js';
import { readLearnOptions, type LearnArguments } from './learn-options.js';
import { list, oneOf, readDefines, readHex, UsageError, wholeNumber } from './arguments.js';

export type Format = 'text' | 'json' | 'sarif' | 'markdown' | Picture;
const DIAGNOSTIC_FORMATS: readonly Format[] = ['text', 'json', 'sarif'];
const COVERAGE_FORMATS: readonly CoverageFormat[] = ['text', 'json', 'lcov'];
/** The names of the hooks. */
const HOOK_NAMES = ['fs_walk', 'fs_pick', 'fs_get'] as const;

const LAUNCHER_ARCHITECTURES = ['x86-64', 'aarch64'] as const;
type LauncherArchitecture = (typeof LAUNCHER_ARCHITECTURES)[number];

export interface Options {
  readonly positionals: readonly string[];
  readonly defines: Readonly<Record<string, string>>;
  /** The format of diagnostics and reports. */
  readonly format: Format;
  readonly help: boolean;
  readonly emit: readonly StageName[];
  readonly target: TargetName;
  /** The machine whose gaps are reported: the newest one, but for what the options say. */
  readonly machine: Machine;
  /** Whether the options say something about the machine. */
  readonly machineGiven: boolean;
  /** Whether a gap that stops what the policy allows is an error. */
  readonly exact: boolean;
  /** `export`: the format; whether to allow less where it cannot say the plan, and whether it may allow more; NUL after each argument. */
  readonly to: ExportName | undefined;
  readonly strict: boolean;
  readonly lossy: boolean;
  readonly nul: boolean;
  readonly out: string | undefined;
  /** The file to write a depfile to, for make and Ninja. */
  readonly depfile: string | undefined;
  /** The folder that keeps compilations for later runs. */
  readonly cache: string | undefined;
  readonly watch: boolean;
  /** Each file is a policy of its own, not a layer of one. */
  readonly each: boolean;
  readonly scenario: string | undefined;
  /** The engine that runs the bytecode. */
  readonly engine: EngineName;
  /** The file is hex text. */
  readonly hex: boolean;
  /** `disasm`: the name of a program; `exec --plugin`: the program itself, as hex. */
  readonly program: string | undefined;
  readonly dot: boolean;
  readonly hook: (typeof HOOK_NAMES)[number] | undefined;
  readonly triggers: readonly TriggerName[];
  /** Length in bytes of the memory that r1 of a raw program points to. */
  readonly memSize: number | undefined;
  readonly mem: Uint8Array | undefined;
  readonly fuel: number | undefined;
  /** Print every instruction that runs. */
  readonly trace: boolean;
  /** Maximum number of lines of a trace. */
  readonly traceLimit: number;
  readonly plugin: boolean;
  /** Flags that the conformance suite passes to a plugin. */
  readonly debug: boolean;
  readonly elf: boolean;
  /** `test`, `run`: report how often each rule decided. */
  readonly coverage: boolean;
  readonly coverageFormat: CoverageFormat;
  readonly coverageOut: string | undefined;
  /** `test`: print expectations instead of running them. */
  readonly generate: boolean;
  /** `explain`: list all conditions (`whyNot`); a line of an audit log (`audit`); a step of the scenario (`step`). */
  readonly whyNot: boolean;
  readonly audit: string | undefined;
  readonly step: number | undefined;
  /** `diff`: the files of each side, if a side has several. */
  readonly old: readonly string[];
  readonly next: readonly string[];
  /** `diff`: exit with code 1 if the policies differ. */
  readonly exitCode: boolean;
  /** `fmt`: only report which files are not formatted. */
  readonly check: boolean;
  /** `fmt`: write the files in place. */
  readonly write: boolean;
  /** `graph`: the action, the path and the layer to draw. */
  readonly action: string | undefined;
  readonly path: string | undefined;
  readonly layer: string | undefined;
  readonly full: boolean;
  readonly learn: LearnArguments;
  /** `enforce`, `learn`: the command after `--`, with its arguments. */
  readonly command: readonly string[];
  /** `enforce`: run without the policy. */
  readonly dryRun: boolean;
  /** `enforce`, `learn`: the file to write the output of strace to. */
  readonly saveTrace: string | undefined;
  /** `build`: a launcher that resolves its paths where it is started, and its architecture. */
  readonly portable: boolean;
  readonly arch: LauncherArchitecture | undefined;
}

/** The greatest version of the Landlock ABI that `--abi` takes: newer ones have no right that llpc does not know. */
const MOST_ABI = 999;

const COMMON = {
  help: { type: 'boolean', short: 'h' },
  define: { type: 'string', short: 'D', multiple: true },
  format: { type: 'string' },
  'no-color': { type: 'boolean' },
} as const;

const EXTRA = {
  emit: { type: 'string', multiple: true },
  target: { type: 'string' },
  abi: { type: 'string' },
  'no-masks': { type: 'boolean' },
  exact: { type: 'boolean' },
  out: { type: 'string', short: 'o' },
  depfile: { type: 'string' },
  cache: { type: 'string' },
  'no-cache': { type: 'boolean' },
  watch: { type: 'boolean', short: 'w' },
  each: { type: 'boolean' },
  scenario: { type: 'string' },
  engine: { type: 'string' },
  hex: { type: 'boolean' },
  program: { type: 'string' },
  dot: { type: 'boolean' },
  hook: { type: 'string' },
  triggers: { type: 'string', multiple: true },
  'mem-size': { type: 'string' },
  mem: { type: 'string' },
  fuel: { type: 'string' },
  trace: { type: 'boolean' },
  'trace-limit': { type: 'string' },
  plugin: { type: 'boolean' },
  debug: { type: 'boolean' },
  elf: { type: 'boolean' },
  coverage: { type: 'boolean' },
  'coverage-format': { type: 'string' },
  'coverage-out': { type: 'string' },
  generate: { type: 'boolean' },
  'why-not': { type: 'boolean' },
  audit: { type: 'string' },
  step: { type: 'string' },
  old: { type: 'string', multiple: true },
  new: { type: 'string', multiple: true },
  'exit-code': { type: 'boolean' },
  check: { type: 'boolean' },
  write: { type: 'boolean' },
  stdio: { type: 'boolean' },
  action: { type: 'string' },
  path: { type: 'string' },
  layer: { type: 'string' },
  full: { type: 'boolean' },
  report: { type: 'string' },
  'no-generalise': { type: 'string', multiple: true },
  siblings: { type: 'string' },
  home: { type: 'string' },
  cwd: { type: 'string' },
  root: { type: 'string' },
  never: { type: 'string', multiple: true },
  assert: { type: 'string', multiple: true },
  name: { type: 'string' },
  'save-scenario': { type: 'string' },
  lenient: { type: 'boolean' },
  'no-verify': { type: 'boolean' },
  'ignore-refused': { type: 'boolean' },
  'dry-run': { type: 'boolean' },
  'save-trace': { type: 'string' },
  portable: { type: 'boolean' },
  arch: { type: 'string' },
  to: { type: 'string' },
  strict: { type: 'boolean' },
  lossy: { type: 'boolean' },
  nul: { type: 'boolean' },
} as const;
export type ExtraOption = keyof typeof EXTRA;

/** Reads the arguments of a command. `extra`: options that not every command has; `target`: the one that is meant without `--target`. */
export function readOptions(
  args: readonly string[],
  extra: readonly ExtraOption[],
  formats: readonly Format[] = DIAGNOSTIC_FORMATS,
  target: TargetName = DEFAULT_TARGET,
): Options {
  const options: NonNullable<ParseArgsConfig['options']> = { ...COMMON };
  for (const name of extra) options[name] = EXTRA[name];
  const { values, positionals } = parse(args, options);
  const text = (name: string): string | undefined => {
    const value = values[name];
    return typeof value === 'string' ? value : undefined;
  };
  const to = text('to');
  const arch = text('arch');
  return {
    positionals,
    defines: readDefines(values['define']),
    format: oneOf('--format', text('format') ?? formats[0] ?? 'text', formats),
    help: values['help'] === true,
    emit: list(values['emit']).map((stage) => oneOf('--emit', stage, STAGES)),
    target: oneOf('--target', text('target') ?? target, TARGET_NAMES),
    machine: {
      abi: wholeNumber('--abi', text('abi'), 0, MOST_ABI) ?? NEWEST_MACHINE.abi,
      masks: values['no-masks'] !== true,
    },
    machineGiven: values['abi'] !== undefined || values['no-masks'] === true,
    exact: values['exact'] === true,
    to: to === undefined ? undefined : oneOf('--to', to, EXPORT_NAMES),
    strict: values['strict'] === true,
    lossy: values['lossy'] === true,
    nul: values['nul'] === true,
    out: text('out'),
    depfile: text('depfile'),
    cache: values['no-cache'] === true ? undefined : text('cache') || process.env['LLPC_CACHE'] || undefined,
    watch: values['watch'] === true,
    each: values['each'] === true,
    scenario: text('scenario'),
    engine: oneOf('--engine', text('engine') ?? 'auto', ENGINE_NAMES),
    check: values['check'] === true,
    write: values['write'] === true,
    ...readBytecodeOptions(values, text),
    ...readTraceOptions(values['trace'] === true, text('trace-limit')),
    ...readCoverageOptions(values, text),
    learn: readLearnOptions(values, text),
    generate: values['generate'] === true,
    whyNot: values['why-not'] === true,
    audit: text('audit'),
    step: wholeNumber('--step', text('step'), 1, 1_000_000),
    old: list(values['old']),
    next: list(values['new']),
    exitCode: values['exit-code'] === true,
    action: text('action'),
    path: text('path'),
    layer: text('layer'),
    full: values['full'] === true,
    command: [],
    dryRun: values['dry-run'] === true,
    saveTrace: text('save-trace'),
    portable: values['portable'] === true,
    arch: arch === undefined ? undefined : oneOf('--arch', arch, LAUNCHER_ARCHITECTURES),
  };
}

function readCoverageOptions(
  values: Readonly<Record<string, unknown>>,
  text: (name: string) => string | undefined,
): Pick<Options, 'coverage' | 'coverageFormat' | 'coverageOut'> {
  const [format, out] = [text('coverage-format'), text('coverage-out')];
  return {
    coverage: values['coverage'] === true || format !== undefined || out !== undefined,
    coverageFormat: oneOf('--coverage-format', format ?? 'text', COVERAGE_FORMATS),
    coverageOut: out,
  };
}

type BytecodeOptions = Pick<
  Options,
  'hex' | 'program' | 'dot' | 'hook' | 'triggers' | 'memSize' | 'mem' | 'fuel' | 'plugin' | 'debug' | 'elf'
>;

function readBytecodeOptions(
  values: Readonly<Record<string, unknown>>,
  text: (name: string) => string | undefined,
): BytecodeOptions {
  const hook = text('hook');
  const triggers = list(values['triggers']).flatMap((names) => names.split(','));
  return {
    hex: values['hex'] === true,
    program: text('program'),
    dot: values['dot'] === true,
    hook: hook === undefined ? undefined : oneOf('--hook', hook, HOOK_NAMES),
    triggers: triggers.map((name) => oneOf('--triggers', name, TRIGGERS)),
    memSize: wholeNumber('--mem-size', text('mem-size'), 0, 0xffff_ffff),
    mem: readHex('--mem', text('mem')),
    fuel: wholeNumber('--fuel', text('fuel'), 1, 0x7fff_ffff),
    plugin: values['plugin'] === true,
    debug: values['debug'] === true,
    elf: values['elf'] === true,
  };
}

const TRACE_LIMIT = 10_000;

function readTraceOptions(trace: boolean, limit: string | undefined): Pick<Options, 'trace' | 'traceLimit'> {
  if (limit !== undefined && !trace) throw new UsageError('`--trace-limit` goes with `--trace`');
  const traceLimit = wholeNumber('--trace-limit', limit, 1, 0x7fff_ffff) ?? TRACE_LIMIT;
  return { trace, traceLimit };
}

function parse(
  args: readonly string[],
  options: NonNullable<ParseArgsConfig['options']>,
): ReturnType<typeof parseArgs> {
  try {
    const { tokens, ...parsed } = parseArgs({
      args: [...args],
      options,
      allowPositionals: true,
      tokens: true,
    });
    const given = new Set<string>();
    for (const token of tokens) {
      if (token.kind !== 'option' || token.value === undefined || options[token.name]?.multiple) continue;
      // Without this check the last value would win silently.
      if (given.has(token.name)) throw new UsageError(`\`--${token.name}\` is given twice`);
      given.add(token.name);
    }
    return parsed;
  } catch (error) {
    if (error instanceof UsageError) throw error;
    const message = error instanceof Error ? (error.message.split('. To specify')[0] ?? '') : String(error);
    const unknown = /Unknown option '(--?)([^']*)'/.exec(message)?.[2];
    const bare = /^Option '([^']+)' argument is ambiguous/.exec(message)?.[1];
    if (bare !== undefined) throw new UsageError(`\`${bare}\` needs a value, and what follows is an option`);
    if (unknown === undefined) throw new UsageError(message.charAt(0).toLowerCase() + message.slice(1));
    const near = nearestName(unknown, Object.keys(options));
    throw new UsageError(
      `unknown option \`--${unknown}\`${near === undefined ? '' : `: did you mean \`--${near}\`?`}`,
    );
  }
}
