/** `npm run faults`: each seeded fault, and what catches it. Ends with 1 where a fault is caught by something else, or by nothing. */
import { foundByBuild, foundByTest } from './apply.js';
import { FAULTS } from './faults.js';

const only = process.argv[2];
const rows = FAULTS.filter((f) => only === undefined || f.part === only || f.name === only);
let wrong = 0;

if ((await foundByBuild(undefined)) !== undefined)
  throw new Error('the corpus does not build without a fault');
for (const fault of rows) {
  const found = await foundByBuild(fault);
  const caught = found !== undefined ? 'build' : foundByTest(fault) ? fault.caughtBy : 'nothing';
  const fits = caught === fault.caughtBy;
  if (!fits) wrong++;
  const detail = found === undefined ? '' : `  ${found.slice(0, 110)}`;
  console.log(`${fits ? ' ' : '!'} ${fault.part.padEnd(13)} ${fault.name.padEnd(62)} ${caught}${detail}`);
}
console.log(`\n${rows.length} faults, ${wrong} not caught by what has to catch them`);
process.exitCode = wrong === 0 ? 0 : 1;
