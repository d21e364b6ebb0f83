/** Prints the page of commands: the help texts, from the table that the command line uses. */
import { COMMANDS, GENERAL_HELP } from '../src/front/cli/help.js';

export function printCommands(): string {
  const intro = [
    '# Commands',
    '',
    'What `llpc --help` and `llpc COMMAND --help` print. The [guide](../guide.md) shows each command at work.',
    '',
    '```text',
    GENERAL_HELP.trimEnd(),
    '```',
  ];
  const sections = COMMANDS.flatMap(({ name, help }) => [
    '',
    `## llpc ${name}`,
    '',
    '```text',
    help.trimEnd(),
    '```',
  ]);
  return [...intro, ...sections, ''].join('\n');
}
