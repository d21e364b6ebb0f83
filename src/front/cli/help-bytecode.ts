/** The commands about bytecode and their help. */
import { BYTECODE, EXITS, ENGINE, TRACE, type Command } from './help-parts.js';

export const BYTECODE_COMMANDS: readonly Command[] = [
  {
    name: 'disasm',
    options: ['hex', 'program', 'dot'],
    help: `llpc disasm FILE

Shows bytecode as assembly. FILE is a manifest (.json), a policy (.llp), hex text (.hex, or \`-\` for standard input) or
bytecode. If the place in the policy that instructions come from is known, it is printed above them.

  --program NAME     show this program of the manifest only
  --dot              print the control flow as a graph for Graphviz
${BYTECODE}  -D NAME=VALUE: of a policy, as for \`llpc check\`

${EXITS}`,
  },
  {
    name: 'verify',
    options: ['hex', 'hook', 'triggers', 'mem-size'],
    help: `llpc verify FILE

Checks bytecode against the rules of the ABI. FILE is as for \`llpc disasm\`. A manifest names the hook and the maps of each
program; for other bytecode, give them:

  --hook HOOK        check a program without maps, for fs_walk, fs_pick or fs_get
  --triggers NAMES   triggers of an fs_pick program: names of actions, separated by commas
  --mem-size N       check a raw program: r1 is the address of N bytes, r2 is N
${BYTECODE}  -D NAME=VALUE: of a policy, as for \`llpc check\`

${EXITS}`,
  },
  {
    name: 'exec',
    options: ['hex', 'mem', 'engine', 'fuel', 'trace', 'trace-limit', 'plugin', 'program', 'debug', 'elf'],
    help: `llpc exec FILE [--mem HEX]
llpc exec --plugin [MEM] < PROGRAM

Runs a raw program: r1 is the address of the memory, r2 its length. Prints r0, and the memory when the run changed it. FILE is
bytecode or hex text (.hex, or \`-\` for standard input).

  --mem HEX          the memory (default: empty)
${ENGINE}  --fuel N           end the run after N instructions; the count is checked at jumps and calls
${TRACE}${BYTECODE}
With --plugin, works as a plugin of the bpf_conformance suite: reads the program in hex from standard input and the memory in hex
from its argument, and prints r0 in hex and nothing else. \`--program HEX\` gives the program as an argument; \`--debug\` has no
effect; \`--elf\` is refused.

${EXITS}`,
  },
];
