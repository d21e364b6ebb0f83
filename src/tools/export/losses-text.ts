/** Losses of an export as text: a line each, and the paths beneath it. */
import { counted, printable } from '../../base/text.js';
import { FACTS } from './formats.js';
import { isLooser, type ExportLoss } from './losses.js';

/** The paths of a loss that are shown. The data of `--format json` has all. */
const SHOWN = 8;

/** Returns the losses as text; empty if there are none. `to`: the name of the format. */
export function lossesText(to: string, losses: readonly ExportLoss[]): string {
  if (losses.length === 0) return `${to} holds the plan as it is\n`;
  const looser = losses.filter(isLooser).length;
  const head = `${to} does not hold all of the plan: ${counted(losses.length, 'difference')}, ${looser} always looser\n`;
  return head + losses.map(lossText).join('');
}

function lossText({ fact, direction, when, what, paths, why }: ExportLoss): string {
  const condition = when === undefined ? '' : ` ${when}`;
  const about = what.length === 0 ? FACTS[fact].title : `${FACTS[fact].title}: ${what.join(', ')}`;
  const shown = paths.slice(0, SHOWN).map((path) => `    ${printable(path)}\n`);
  const more = paths.length > SHOWN ? [`    … and ${counted(paths.length - SHOWN, 'path')} more\n`] : [];
  return [`${direction}${condition}: ${about}\n`, `  ${why}\n`, ...shown, ...more].join('');
}
