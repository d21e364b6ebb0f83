/** The commands and their help. */
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
    | 'learn'
    | 'fmt'
    | 'lsp'
    | 'disasm'
    | 'verify'
    | 'exec';
  readonly options: readonly ExtraOption[];
  /** What `--format` takes, where it is not text, json and sarif. */
  readonly formats?: readonly Format[];
  readonly help: string;
}

const COMMON = `  -D NAME=VALUE      value for a parameter of the policy
  --format FORMAT    text (default), json or sarif
  --no-color         no colours; NO_COLOR in the environment says the same
  -h, --help         this text
`;

const EXITS = `exit code: 0 success, 1 diagnostics or a failed expectation, 2 usage, 70 a fault of llpc
`;

const ENGINE = `  --engine ENGINE    interpreter, wasm or auto (default)
`;

const TRACE = `  --trace            after each instruction of the run, what it changed; in the interpreter
  --trace-limit N    instructions that are shown at most; 10000 without
`;

const COVERAGE = `  --coverage         which rules decided something, and which never did
  --coverage-format FORMAT   text (default), json (schema/coverage-1.json) or lcov
  --coverage-out FILE        into a file; without it on standard output
`;

const EMIT = `  --emit STAGE       show a stage: ast, policy, hierarchy, plan, asm, manifest
  --plan PLAN        chained (default); monolithic or unchained, to compare it to
`;

const WATCH = `  -w, --watch        again whenever a file changes that it read; Ctrl-C ends it
`;

/** Of the commands about bytecode, whose output is no list of diagnostics. */
const BYTECODE = `  --hex              FILE is hex text, as is a file that ends in .hex
  --format FORMAT    text (default) or json (schema/bytecode-1.json)
  -h, --help         this text
`;

export const COMMANDS: readonly Command[] = [
  {
    name: 'check',
    options: ['emit', 'plan', 'watch', 'each'],
    help: `llpc check FILE…

Checks policies. Several files together are layers: every layer must allow. \`-\` is standard input.

  --each             each file is a policy of its own, not a layer
${WATCH}${COMMON}${EMIT}
${EXITS}`,
  },
  {
    name: 'build',
    options: ['emit', 'out', 'plan', 'watch', 'depfile', 'cache', 'no-cache'],
    help: `llpc build FILE… -o DIR

Compiles policies to a program chain: DIR/manifest.json and the bytecode that it names. Written whole or not at all; the
same input gives the same bytes on every machine.

  -o, --out DIR      where to
  --depfile FILE     what DIR/manifest.json was made of, for Make and Ninja
  --cache DIR        keep results there and use them when nothing changed; LLPC_CACHE in the environment says the same
  --no-cache         neither
${WATCH}${COMMON}${EMIT}
${EXITS}`,
  },
  {
    name: 'run',
    options: ['scenario', 'engine', 'coverage', 'coverage-format', 'coverage-out'],
    help: `llpc run POLICY-or-MANIFEST --scenario FILE

Enforces a policy on a modelled task and replays a recorded series of calls. With --format json a line per step.

  --scenario FILE    the tree and the steps (schema/scenario-1.json)
${COVERAGE}${ENGINE}${COMMON}
${EXITS}`,
  },
  {
    name: 'test',
    options: ['engine', 'coverage', 'coverage-format', 'coverage-out', 'generate', 'watch'],
    help: `llpc test FILE…

Runs the \`test\` blocks of each policy, on the bytecode that it compiles to.

  --generate         print a \`test\` block with the smallest set of expectations that covers every rule from both sides of its
                     boundary, in place of running the tests; it passes when it is appended to the policy
${COVERAGE}${ENGINE}${WATCH}${COMMON}
${EXITS}`,
  },
  {
    name: 'explain',
    options: ['scenario', 'step', 'audit', 'why-not', 'trace', 'trace-limit'],
    help: `llpc explain FILE ACTION PATH
llpc explain FILE --scenario FILE --step N
llpc explain FILE --audit LINE

Asks one request and shows every program that it ran: lookup, map, cookie before and after, verdict, the rule that decided and
those that it overrides; and the smallest edit of the policy that turns the verdict around, tried, with all that it would change.
FILE is a policy or a manifest (of which nothing can be edited). The tree has what the policy requires and PATH,
a directory where the action or a \`dir\` of the policy says so, or it ends in \`/\`.

  --scenario FILE    take the tree of this scenario instead; with --step, explain that step of it
  --audit LINE       ask what a Landlock audit record (Linux 6.15) was denied; \`-\` is standard input
  --why-not          all that would have to hold, and what decides each now
${TRACE}${COMMON}
${EXITS}`,
  },
  {
    name: 'diff',
    options: ['old', 'new', 'exit-code'],
    formats: ['text', 'json', 'markdown'],
    help: `llpc diff OLD NEW
llpc diff --old FILE… --new FILE…

Shows the exact difference in meaning of two policies: where it begins, the actions, a shortest path on which they differ, both
verdicts and the rules behind them; and what must be there for each to load. No difference is proved, not sampled. OLD and NEW
are policies or manifests.

  --old FILE, --new FILE   for a side of several layers, once for each
  --exit-code        1 when they differ; without it 0
  --format FORMAT    text (default), json (schema/diff-1.json) or markdown
  -D NAME=VALUE      value for a parameter, of both
  --no-color         no colours; NO_COLOR in the environment says the same
  -h, --help         this text

${EXITS}`,
  },
  {
    name: 'fmt',
    options: ['check', 'write'],
    help: `llpc fmt FILE
llpc fmt --check FILE…
llpc fmt --write FILE…

Lays policies out in the one way: two spaces a level, one statement a line, 100 columns, at most one empty line. Comments, order
and strings stay as they are. Prints the text, \`-\` is standard input. A file with a syntax error is refused, and then no file is
written.

  --check            name the files that would change, and exit with 1 if there are any
  --write            write the files in place
  --format FORMAT    of diagnostics: text (default), json or sarif
  -h, --help         this text

${EXITS}`,
  },
  {
    name: 'lsp',
    options: ['stdio'],
    help: `llpc lsp [-D NAME=VALUE]

A language server for editors, on standard input and output (docs/editors.md). \`--stdio\`, which many editors pass, changes nothing.

  -D NAME=VALUE      value for a parameter of the policy
  -h, --help         this text

exit code: 0 after \`shutdown\` and \`exit\`, 1 without, 2 usage or input that is not the protocol, 70 a fault of llpc
`,
  },
  {
    name: 'graph',
    options: ['action', 'path', 'layer', 'full', 'out'],
    formats: ['svg', 'dot', 'mermaid'],
    help: `llpc graph FILE…

Draws the hierarchy of a policy: a box for each place that scopes name, with what is allowed there and beneath. Places that
say the same are folded into one box. Each layer is drawn by itself.

  --action ACTION    the verdict on this action alone: allow, deny or forbid
  --path PATH        highlight the walk of this path as the programs go it, with the verdict at its end (on ACTION; on \`open\`
                     without)
  --layer NAME       this layer only
  --full             nothing is folded
  --format FORMAT    svg (default), dot (Graphviz) or mermaid
  -o, --out FILE     where to, whole or not at all; standard output without
  -D NAME=VALUE      value for a parameter of the policy
  --no-color         no colours in messages; NO_COLOR in the environment says the same
  -h, --help         this text

${EXITS}`,
  },
  {
    name: 'learn',
    options: [
      'out',
      'report',
      'no-generalise',
      'siblings',
      'home',
      'cwd',
      'root',
      'never',
      'assert',
      'name',
      'save-scenario',
      'lenient',
      'no-verify',
      'ignore-refused',
    ],
    help: `llpc learn FILE… [-o POLICY]

Makes a policy of what a program did. FILE is the output of strace (\`strace -f -y -s 4096 -o FILE PROGRAM\`), which may be
gzipped, or a scenario (.json). The policy is replayed on each of them, and no call of theirs is denied. It goes to standard
output and the report to standard error; with -o the policy goes to POLICY and the report to standard output.

  -o, --out POLICY        where to
  --report FORMAT         text (default) or json (schema/learn-1.json), which has the policy in it
  --no-generalise RULES   do without these rules: fragments, home, siblings, temporary, versions, all
  --siblings N            entries of a directory that make a rule of it (default 3)
  --home DIR              the home directory (default: the one that most paths are in)
  --cwd DIR               where the program started, if the trace does not say
  --root DIR              look paths up in this directory: which are links, and what the kernel executes with a program
  --never ACTIONS:PATH    grant none of these at PATH or beneath it; what asked for it is reported
  --assert FILE           the same, for each \`assert never … under "PATH";\` at the top of this policy
  --name NAME             of the policy (default: the first file's)
  --save-scenario FILE    the one trace as a scenario for \`llpc run\`
  --lenient               learn from what is understood of a trace
  --ignore-refused        generalise also where that allows what failed with EACCES or EPERM
  --no-verify             do not replay
${COMMON}
${EXITS}`,
  },
  {
    name: 'disasm',
    options: ['hex', 'program', 'dot', 'plan'],
    help: `llpc disasm FILE

Shows bytecode as assembly. FILE is a manifest (.json), a policy (.llp), hex text (.hex, or \`-\` for standard input) or
bytecode. Where it is known, the place in the policy that the instructions come from stands above them.

  --program NAME     only this program of the manifest
  --dot              the control flow as a graph for Graphviz
${BYTECODE}  -D NAME=VALUE, --plan PLAN: of a policy, as for \`llpc check\`

${EXITS}`,
  },
  {
    name: 'verify',
    options: ['hex', 'hook', 'triggers', 'mem-size', 'plan'],
    help: `llpc verify FILE

Checks bytecode by the rules of the ABI. FILE is as for \`llpc disasm\`. A manifest says which program is for which hook and
which maps it has; of other bytecode you say what it is:

  --hook HOOK        a program without maps, for fs_walk, fs_pick or fs_get
  --triggers NAMES   of fs_pick: action names with commas between
  --mem-size N       a raw program: r1 is the address of N bytes, r2 is N
${BYTECODE}  -D NAME=VALUE, --plan PLAN: of a policy, as for \`llpc check\`

${EXITS}`,
  },
  {
    name: 'exec',
    options: ['hex', 'mem', 'engine', 'fuel', 'trace', 'trace-limit', 'plugin', 'program', 'debug', 'elf'],
    help: `llpc exec FILE [--mem HEX]
llpc exec --plugin [MEM] < PROGRAM

Runs a raw program: r1 is the address of the memory, r2 its length. Prints r0, and the memory when the run changed it. FILE is
bytecode or hex text (.hex, or \`-\` for standard input).

  --mem HEX          the memory; none without
${ENGINE}  --fuel N           instructions after which a run is ended, looked at where it jumps or calls
${TRACE}${BYTECODE}
With --plugin it is a plugin of the bpf_conformance suite: the program comes in hex on standard input, the memory in hex as
argument, and r0 in hex is all that it prints. \`--program HEX\` gives the program as an argument; \`--debug\` changes nothing;
\`--elf\` is refused.

${EXITS}`,
  },
];

export const GENERAL_HELP = `llpc: file-access policies, compiled to Landlock v8 program chains

  llpc check FILE…                              find mistakes
  llpc build FILE… -o DIR                       compile
  llpc test FILE…                               run the policy's own tests
  llpc run POLICY-or-MANIFEST --scenario FILE   replay a series of calls
  llpc explain FILE ACTION PATH                 why something is allowed or denied
  llpc diff OLD NEW                             what changed in meaning
  llpc graph FILE…                              a picture of the hierarchy

  llpc fmt --write FILE…                        lay them out
  llpc lsp                                      the language server, for editors
  llpc learn TRACE…                             a policy of what a program did

  llpc disasm FILE                              bytecode as assembly
  llpc verify FILE                              bytecode checked by the rules of the ABI
  llpc exec FILE --mem HEX                      run a raw program

  llpc COMMAND --help                           more of each
  llpc --version

${EXITS}`;
