/** The commands and their help. */

export interface Command {
  readonly name: 'check' | 'build' | 'run' | 'test' | 'explain';
  readonly options: readonly ('emit' | 'out' | 'scenario' | 'plan')[];
  readonly help: string;
}

const COMMON = `  -D NAME=VALUE      value for a parameter of the policy
  --format FORMAT    text (default), json or sarif
  --no-color         no colours; NO_COLOR in the environment says the same
  -h, --help         this text
`;

const EXITS = `exit code: 0 success, 1 diagnostics or a failed expectation, 2 usage, 70 a fault of llpc
`;

const EMIT = `  --emit STAGE       show a stage: ast, policy, hierarchy, plan, asm, manifest
  --plan PLAN        chained (default); monolithic or unchained, to compare it to
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
    options: ['scenario'],
    help: `llpc run POLICY-or-MANIFEST --scenario FILE

Enforces a policy on a modelled task and replays a recorded series of calls. With --format json a line per step.

  --scenario FILE    the tree and the steps (schema/scenario-1.json)
${COMMON}
${EXITS}`,
  },
  {
    name: 'test',
    options: [],
    help: `llpc test FILE…

Runs the \`test\` blocks of each policy, on the bytecode that it compiles to.

${COMMON}
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
];

export const GENERAL_HELP = `llpc: file-access policies, compiled to Landlock v8 program chains

  llpc check FILE…                              find mistakes
  llpc build FILE… -o DIR                       compile
  llpc test FILE…                               run the policy's own tests
  llpc run POLICY-or-MANIFEST --scenario FILE   replay a series of calls
  llpc explain FILE ACTION PATH                 why something is allowed or denied

  llpc COMMAND --help                           more of each
  llpc --version

${EXITS}`;
