/** The commands and their help. */
import { TARGET_NAMES } from '../../artifact/manifest.js';
import { BYTECODE_COMMANDS } from './help-bytecode.js';
import { COMMON, COVERAGE, EMIT, ENGINE, EXITS, MACHINE, TRACE, WATCH, type Command } from './help-parts.js';

export type { Command } from './help-parts.js';
import { EXPORT_NAMES } from '../../tools/export/formats.js';

export const COMMANDS: readonly Command[] = [
  {
    name: 'check',
    options: ['emit', 'target', 'watch', 'each'],
    help: `llpc check FILE…

Checks policies. Several files are layers of one policy: a request must be allowed by every layer. \`-\` is standard input.

  --each             check each file as a separate policy, not as a layer
${WATCH}${COMMON}${EMIT}
${EXITS}`,
  },
  {
    name: 'build',
    options: [
      'emit',
      'target',
      'abi',
      'no-masks',
      'exact',
      'portable',
      'arch',
      'out',
      'watch',
      'depfile',
      'cache',
      'no-cache',
    ],
    help: `llpc build FILE… -o DIR

Compiles policies to a program chain: DIR/manifest.json and the bytecode files that it names. Either all files are written or
none. The same input gives the same bytes on every machine.

With --target linux, DIR has plan.json, the enforcement plan for the tree of this machine, and \`sandbox\`, a static program that
starts a command under the plan: \`DIR/sandbox COMMAND\`. They are those of this machine, unless --portable is given.

  --portable         resolve the paths where \`sandbox\` is started, perhaps on another machine; the policy has no globs then
  --arch NAME        the processor of \`sandbox\`: x86-64 or aarch64 (default: that of this machine)
  -o, --out DIR      write the files to DIR
  --depfile FILE     write the names of all input files to FILE, for Make and Ninja
  --cache DIR        keep results in DIR and use them when nothing changed; LLPC_CACHE in the environment does the same
  --no-cache         use no cache
${WATCH}${COMMON}${EMIT}${MACHINE}
${EXITS}`,
  },
  {
    name: 'run',
    options: ['scenario', 'engine', 'coverage', 'coverage-format', 'coverage-out'],
    help: `llpc run POLICY-or-MANIFEST --scenario FILE

Loads a policy into the kernel model and replays a recorded series of calls under it. With --format json, prints a line a step.

  --scenario FILE    the tree and the steps (schema/scenario-1.json)
${COVERAGE}${ENGINE}${COMMON}
${EXITS}`,
  },
  {
    name: 'test',
    options: ['engine', 'coverage', 'coverage-format', 'coverage-out', 'generate', 'watch'],
    help: `llpc test FILE…

Runs the \`test\` blocks of each policy on the compiled bytecode.

  --generate         do not run tests: print a \`test\` block with few expectations that cover each rule, inside its scope and
                     just outside it; the block passes when it is appended to the policy
${COVERAGE}${ENGINE}${WATCH}${COMMON}
${EXITS}`,
  },
  {
    name: 'explain',
    options: ['scenario', 'step', 'audit', 'why-not', 'trace', 'trace-limit'],
    help: `llpc explain FILE ACTION PATH
llpc explain FILE --scenario FILE --step N
llpc explain FILE --audit LINE

Makes one request and shows every program that ran: lookup, map, cookie before and after, verdict, the rule that decided and the
rules that it overrides. Then shows the smallest edit of the policy that reverses the verdict, and all that the edit would change.
FILE is a policy, or a manifest (for which no edit is shown). The tree contains the objects that the policy requires, and PATH:
as a directory if the action needs one, a \`dir\` of the policy names it, or PATH ends in \`/\`; otherwise as a file.

  --scenario FILE    use the tree of this scenario instead
  --step N           explain step N of the scenario
  --audit LINE       repeat the request that a Landlock audit record (Linux 6.15) shows as denied; \`-\` is standard input
  --why-not          list every condition for the request to be allowed, and the rule that decides each now
${TRACE}${COMMON}
${EXITS}`,
  },
  {
    name: 'diff',
    options: ['old', 'new', 'exit-code'],
    formats: ['text', 'json', 'markdown'],
    help: `llpc diff OLD NEW
llpc diff --old FILE… --new FILE…

Shows the exact difference in meaning between two policies: the place where it begins, the actions, a shortest path on which they
differ, both verdicts and the rules behind them. Also shows which objects must exist for each to load. If the two are equal, this
is proved, not sampled. OLD and NEW are policies or manifests.

  --old FILE, --new FILE   a layer of that side; repeat the option for each layer
  --exit-code        exit with 1 when the two differ; otherwise the exit code is 0
  --format FORMAT    text (default), json (schema/diff-1.json) or markdown
  -D NAME=VALUE      value for a parameter of both policies
  --no-color         no colours; NO_COLOR in the environment does the same
  -h, --help         print this text

${EXITS}`,
  },
  {
    name: 'gaps',
    options: ['target', 'abi', 'no-masks', 'exact'],
    target: 'linux',
    help: `llpc gaps FILE…

Shows where a target does something else than the policy says (docs/gaps.md): the rule, the actions, a shortest path, a call and
what it does, the cause, and what closes the gap. Looser gaps, where the target does not stop what the policy denies, come first;
the policy accepts them with \`accept unenforced ACTIONS on TARGET;\`. Without --abi and --no-masks, this machine is meant. With
--format json, the report is that of schema/gaps-1.json.

  --target NAME      the target: ${TARGET_NAMES.join(', ')}; linux without the option
${MACHINE}${COMMON}
exit code: 0 every looser gap is accepted, and with --exact there is no stricter one; 1 otherwise, 2 wrong usage, 70 a bug in llpc
`,
  },
  {
    name: 'enforce',
    options: ['target', 'abi', 'no-masks', 'exact', 'trace', 'dry-run', 'save-trace'],
    formats: ['text'],
    target: 'linux',
    runs: true,
    help: `llpc enforce POLICY… [OPTIONS] -- COMMAND [ARGUMENT…]

Starts COMMAND under a policy that this kernel enforces, without root. Several policies are layers of one. Standard streams,
signals and terminal are those of the command. It does not start when the policy has a gap that it does not accept, or when an
object of the policy is absent or cannot be read. What the kernel stops beyond the policy is told once, on standard error.

  --trace            run the command under strace, and afterwards show each refused call with the rule that refuses it, and each
                     call whose result differs from the model of the kernel: then the exit code is 1
  --dry-run          run the command under strace without the policy, and afterwards show what the policy would refuse
  --save-trace FILE  with one of these: write the output of strace to FILE, for \`llpc learn\`
  --target NAME      linux, the only target that this command takes
  --abi N            use no more than this version of the Landlock ABI (default: that of this kernel)
  --no-masks         make no user namespace, and so no masks
  --exact            do not start when the kernel would stop what the policy allows
  -D NAME=VALUE      value for a parameter of the policy
  --format FORMAT    text: diagnostics are on standard error, as standard output is that of the command
  --no-color         no colours; NO_COLOR in the environment does the same
  -h, --help         print this text

exit code: that of the command; 125 the command is not started, 126 it cannot be executed, 127 it is not found
`,
  },
  {
    name: 'export',
    options: ['to', 'strict', 'lossy', 'nul', 'out', 'abi', 'no-masks'],
    formats: ['text', 'json'],
    target: 'linux',
    help: `llpc export FILE… --to NAME [-o FILE]

Prints what \`llpc enforce\` would do on this machine in the format of another sandbox (docs/exports.md). What the format cannot hold is
listed on standard error: looser where it allows more, stricter where it allows less. An export that always allows more than the
policy's plan is refused: use --strict or --lossy. With --format json, prints the export and the list (schema/export-1.json).

  --to NAME          ${EXPORT_NAMES.join(', ')}
  -o, --out FILE     write the export to FILE instead of standard output
  --strict           where the format has nothing equal, allow less than the plan and not more
  --lossy            export even if the format allows more than the plan
  --nul              bubblewrap: end each argument with NUL, as bwrap reads them from a descriptor
  --abi N            plan for a kernel with this version of the Landlock ABI
  --no-masks         plan without masks
  --format FORMAT    text (default) or json
  -D NAME=VALUE      value for a parameter of the policy
  --no-color         no colours in messages; NO_COLOR in the environment does the same
  -h, --help         print this text

exit code: 0 exported, 1 errors or an export that allows more, 2 wrong usage, 70 a bug in llpc
`,
  },
  {
    name: 'fmt',
    options: ['check', 'write'],
    help: `llpc fmt FILE
llpc fmt --check FILE…
llpc fmt --write FILE…

Formats policies: two spaces a level, one statement a line, 100 columns, at most one empty line. Comments, order and strings stay
as they are. Prints the text; \`-\` is standard input. If any file has a syntax error, no file is written.

  --check            print the names of files that are not formatted, and exit with 1 if there are any
  --write            write the files in place
  --format FORMAT    format of diagnostics: text (default), json or sarif
  -h, --help         print this text

${EXITS}`,
  },
  {
    name: 'lsp',
    options: ['stdio'],
    help: `llpc lsp [-D NAME=VALUE]

Starts a language server for editors, on standard input and output (docs/editors.md). Many editors pass \`--stdio\`: it is accepted
and has no effect.

  -D NAME=VALUE      value for a parameter of the policy
  -h, --help         print this text

exit code: 0 after \`shutdown\` and \`exit\`, 1 after \`exit\` alone, 2 wrong usage or input that is not the protocol, 70 a bug in llpc
`,
  },
  {
    name: 'graph',
    options: ['action', 'path', 'layer', 'full', 'out'],
    formats: ['svg', 'dot', 'mermaid'],
    help: `llpc graph FILE…

Draws the hierarchy of a policy: a box for each place that scopes name, with the actions that are allowed there and beneath it.
Places with equal rights are folded into one box. Each layer is drawn separately.

  --action ACTION    show the verdict on this action only: allow, deny or forbid
  --path PATH        highlight the steps that the programs take along this path, and the verdict at its end (on ACTION, or on
                     \`open\` without --action)
  --layer NAME       draw this layer only
  --full             draw every place, without folding
  --format FORMAT    svg (default), dot (Graphviz) or mermaid
  -o, --out FILE     write to FILE instead of standard output
  -D NAME=VALUE      value for a parameter of the policy
  --no-color         no colours in messages; NO_COLOR in the environment does the same
  -h, --help         print this text

${EXITS}`,
  },
  {
    name: 'learn',
    runs: true,
    options: [
      'out',
      'save-trace',
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
llpc learn -o POLICY -- COMMAND [ARGUMENT…]

Writes a policy that allows what a program did. FILE is the output of strace (\`strace -f -y -s 4096 -o FILE PROGRAM\`), plain or
gzipped, or a scenario (.json). Each FILE is replayed under the policy, and none of its calls is denied. The policy goes to
standard output and the report to standard error; with -o the policy goes to POLICY and the report to standard output.
With COMMAND, it runs COMMAND under strace and learns from that run; then the report goes to standard error.

  -o, --out POLICY        write the policy to POLICY
  --save-trace FILE       write the output of strace for COMMAND to FILE
  --report FORMAT         text (default) or json (schema/learn-1.json), which contains the policy
  --no-generalise RULES   switch these generalisations off: fragments, home, siblings, temporary, versions, all
  --siblings N            grant the whole directory when N of its entries were used (default 3)
  --home DIR              the home directory (default: the one that most paths are in)
  --cwd DIR               where the program started, if the trace does not say
  --root DIR              look paths up in DIR, to find symbolic links and the dynamic loader of each program
  --never ACTIONS:PATH    never grant these at PATH or beneath it; calls that needed them are reported
  --assert FILE           the same for each \`assert never … under "PATH";\` at the top of this policy
  --name NAME             name of the policy (default: the name of the first file)
  --save-scenario FILE    write the trace to FILE as a scenario for \`llpc run\`; for one trace only
  --lenient               skip lines of a trace that are not understood
  --ignore-refused        generalise even where this allows a call that failed with EACCES or EPERM
  --no-verify             do not replay the files under the policy
${COMMON}
${EXITS}`,
  },
  ...BYTECODE_COMMANDS,
];

export const GENERAL_HELP = `llpc: file-access policies, compiled to Landlock v8 program chains

  llpc check FILE…                              find errors
  llpc build FILE… -o DIR                       compile
  llpc test FILE…                               run the policy's own tests
  llpc run POLICY-or-MANIFEST --scenario FILE   replay a series of calls
  llpc explain FILE ACTION PATH                 show why a request is allowed or denied
  llpc diff OLD NEW                             show what changed in meaning
  llpc enforce POLICY… -- COMMAND               start a program under a policy
  llpc gaps FILE…                               show what a target does not enforce
  llpc export FILE… --to NAME                   print the plan for another sandbox
  llpc graph FILE…                              draw the hierarchy

  llpc fmt --write FILE…                        format policies
  llpc lsp                                      start the language server, for editors
  llpc learn TRACE…                             write a policy from what a program did

  llpc disasm FILE                              show bytecode as assembly
  llpc verify FILE                              check bytecode against the rules of the ABI
  llpc exec FILE --mem HEX                      run a raw program

  llpc COMMAND --help                           help for one command
  llpc --version

${EXITS}`;
