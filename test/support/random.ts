/**
 * Random cases: which ones a test tries, and how many. Tests take `fc` from here, so that all of them start from one seed.
 *
 * The seed comes from the content of the sources (`seed.ts`): each change of the compiler is tried on other cases, and a run
 * is repeated by running it again. `LLP_SEED` asks for a certain one.
 */
import fc from 'fast-check';

export const SEED = Number(process.env['LLP_SEED']);
if (!Number.isInteger(SEED)) throw new Error('LLP_SEED is an integer; the setup of the tests sets it');

fc.configureGlobal({ seed: SEED });
export { fc };

/** The part of its cases that a test tries in each run, unless it is quick enough to try all. */
const SHARE = 1 / 5;

/**
 * The number of random cases of this run. `npm test` tries a share of `whole`; `LLP_CASES`, which `npm run test:random` sets
 * to 1, is a factor that replaces the share: 10 tries ten times the whole.
 */
export function cases(whole: number, share = SHARE): number {
  return Math.ceil(whole * Number(process.env['LLP_CASES'] ?? share));
}
