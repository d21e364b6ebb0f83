/** Parts of the help that several commands share. */
import { TARGET_NAMES, type TargetName } from '../../artifact/manifest.js';
import { STAGES } from '../../codegen/target.js';
import type { ExtraOption, Format } from './options.js';

export interface Command {
  readonly name:
    | 'check'
    | 'build'
    | 'run'
    | 'test'
    | 'explain'
    | 'graph'
    | 'diff'
    | 'gaps'
    | 'export'
    | 'enforce'
    | 'learn'
    | 'fmt'
    | 'lsp'
    | 'disasm'
    | 'verify'
    | 'exec';
  readonly options: readonly ExtraOption[];
  /** The values of `--format`, if they are not text, json and sarif. */
  readonly formats?: readonly Format[];
  /** True if what follows `--` is a command that is run. */
  readonly runs?: true;
  /** The target without `--target`, if it is not that of a build. */
  readonly target?: TargetName;
  readonly help: string;
}

export const COMMON = `  -D NAME=VALUE      value for a parameter of the policy
  --format FORMAT    text (default), json or sarif
  --no-color         no colours; NO_COLOR in the environment does the same
  -h, --help         print this text
`;

export const EXITS = `exit code: 0 success, 1 errors or a failed expectation, 2 wrong usage, 70 a bug in llpc
`;

export const ENGINE = `  --engine ENGINE    interpreter, wasm or auto (default)
`;

export const TRACE = `  --trace            print what each instruction changed; runs in the interpreter
  --trace-limit N    show at most N instructions (default 10000)
`;

export const COVERAGE = `  --coverage         print which rules decided a request and which decided none
  --coverage-format FORMAT   text (default), json (schema/coverage-1.json) or lcov
  --coverage-out FILE        write the coverage to FILE instead of standard output
`;

export const EMIT = `  --target NAME      what to compile for: ${TARGET_NAMES.join(', ')}
  --emit STAGE       show a stage: ${STAGES.join(', ')}
`;

/** The machine for whose kernel a policy is judged. */
export const MACHINE = `  --abi N            judge for a kernel with this version of the Landlock ABI; 0 is a kernel without Landlock
  --no-masks         judge for a machine on which no user namespace, and so no mask, can be made
  --exact            a gap that stops what the policy allows is an error, too
`;

export const WATCH = `  -w, --watch        run again whenever a file that was read changes; Ctrl-C ends it
`;

/** Options of the commands about bytecode: their output is not a list of diagnostics. */
export const BYTECODE = `  --hex              read FILE as hex text; a name that ends in .hex implies this
  --format FORMAT    text (default) or json (schema/bytecode-1.json)
  -h, --help         print this text
`;
