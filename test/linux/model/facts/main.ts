/** `npm run coverage-table`: measures every fact on this kernel and writes the page, or says what is different here. */
import { writeFileSync } from 'node:fs';
import { arch, release } from 'node:os';
import { realKernel } from '../real-kernel.js';
import { askAll } from './ask.js';
import { FACTS } from './facts.js';
import { factsPage, PAGE } from './page.js';

async function main(): Promise<number> {
  const kernel = realKernel();
  if (typeof kernel === 'string') {
    process.stderr.write(`coverage-table: ${kernel}\n`);
    return 1;
  }
  const asked = askAll(FACTS, kernel);
  const different = FACTS.flatMap(({ claim, steps }, i) =>
    steps.flatMap(({ text, gives }, at) => {
      const result = asked[i]?.kernel[at] ?? 'no answer';
      const same = result === gives || (gives === 'ok' && result.startsWith('fd '));
      return same ? [] : [`${claim}: ${text}: ${result}, not ${gives}`];
    }),
  );
  for (const line of different) process.stderr.write(`coverage-table: ${line}\n`);
  if (different.length > 0) return 1;
  const version = release().split('.').slice(0, 2).join('.');
  writeFileSync(PAGE, await factsPage(`Linux ${version}, ${arch()}, Landlock ABI ${kernel.abi}`));
  return 0;
}

process.exitCode = await main();
