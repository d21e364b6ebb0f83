/** The commands and their help. */
import type { ExtraOption } from './options.js';

export interface Command {
  readonly name: 'check' | 'build' | 'run' | 'test' | 'explain' | 'learn' | 'disasm' | 'verify' | 'exec';
  readonly options: readonly ExtraOption[];
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

const EMIT = `  --emit STAGE       show a stage: ast, policy, hierarchy, plan, asm, manifest
  --plan PLAN        chained (default); monolithic or unchained, to compare it to
`;

/** Of the commands about bytecode, whose output is no list of diagnostics. */
const BYTECODE = `  --hex              FILE is hex text, as is a file that ends in .hex
  --format FORMAT    text (default) or json (schema/bytecode-1.json)
  -h, --help         this text
`;

export const COMMANDS: readonly Command[] = [
  {
    name: 'check',
    options: ['emit', 'plan'],
    help: `llpc check FILE…

Checks policies. Several files together are layers: every layer must allow. \`-\` is standard input.

${COMMON}${EMIT}
${EXITS}`,
  },
  {
    name: 'build',
    options: ['emit', 'out', 'plan'],
    help: `llpc build FILE… -o DIR

Compiles policies to a program chain: DIR/manifest.json and the bytecode that it names. Written whole or not at all; the
same input gives the same bytes on every machine.

  -o, --out DIR      where to
${COMMON}${EMIT}
${EXITS}`,
  },
  {
    name: 'run',
    options: ['scenario', 'engine'],
    help: `llpc run POLICY-or-MANIFEST --scenario FILE

Enforces a policy on a modelled task and replays a recorded series of calls. With --format json a line per step.

  --scenario FILE    the tree and the steps (schema/scenario-1.json)
${ENGINE}${COMMON}
${EXITS}`,
  },
  {
    name: 'test',
    options: ['engine'],
    help: `llpc test FILE…

Runs the \`test\` blocks of each policy, on the bytecode that it compiles to.

${ENGINE}${COMMON}
${EXITS}`,
  },
  {
    name: 'explain',
    options: ['scenario'],
    help: `llpc explain FILE ACTION PATH

Asks one request and shows every program that it ran: lookup, map, cookie before and after, verdict, and the rule that
decided. FILE is a policy or a manifest. The tree has what the policy requires and PATH.

  --scenario FILE    take the tree of this scenario instead
${COMMON}
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
      'name',
      'save-scenario',
      'lenient',
      'no-verify',
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
  --name NAME             of the policy (default: the first file's)
  --save-scenario FILE    the one trace as a scenario for \`llpc run\`
  --lenient               learn from what is understood of a trace
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
    options: ['hex', 'mem', 'engine', 'fuel', 'plugin', 'program', 'debug', 'elf'],
    help: `llpc exec FILE [--mem HEX]
llpc exec --plugin [MEM] < PROGRAM

Runs a raw program: r1 is the address of the memory, r2 its length. Prints r0, and the memory when the run changed it. FILE is
bytecode or hex text (.hex, or \`-\` for standard input).

  --mem HEX          the memory; none without
${ENGINE}  --fuel N           instructions after which a run is ended, looked at where it jumps
${BYTECODE}
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
  llpc learn TRACE…                             a policy of what a program did

  llpc disasm FILE                              bytecode as assembly
  llpc verify FILE                              bytecode checked by the rules of the ABI
  llpc exec FILE --mem HEX                      run a raw program

  llpc COMMAND --help                           more of each
  llpc --version

${EXITS}`;
