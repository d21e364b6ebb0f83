/**
 * The chain of a policy as text that a kernel developer can read. It is C without types, close enough to JavaScript that
 * `evaluate` can run it: a test compares it with every run of the chain's programs.
 */
import { actionNames } from '../../src/abi/actions.js';
import { assertNever } from '../../src/base/assert.js';
import type { Check } from '../../src/semantics/machine.js';
import type { PlannedChain, ProgramPlan } from '../../src/codegen/v8/plan.js';

/** The text: the step that the programs share, then each program. A denied class is a bit of the state. */
export function pseudocode(chain: PlannedChain): string {
  const { inexactBit } = chain.layout;
  return `/* A state is two halves: what is denied here, and above it what is denied beneath. A bit for each class. */
u64 step(inode, lookup) {
        u64 state = map_lookup(inode);
        if (state)
                return state;                           /* the policy names this object */
        state = cookie ? cookie : get_tag(inode);       /* on the way, or where a path starts */
        if (!state || (lookup == DOTDOT && !(state & (1 << ${inexactBit}))))
                state = -1;                             /* nobody knows where this is: deny */
        else if (lookup == DOT)
                return state;
        return beneath(state);                          /* upper half, in both halves */
}
${chain.programs.map((program) => `${programText(program)}\n`).join('')}`;
}

function programText(plan: ProgramPlan): string {
  switch (plan.kind) {
    case 'walk':
      return `int ${plan.name}(inode, lookup) { cookie = step(inode, lookup); return ${checkText('cookie', plan.check)}; }`;
    case 'pick':
      return `int ${plan.name}(inode, lookup) { return ${checkText('step(inode, lookup)', plan.check)}; }  /* ${actionNames(plan.triggers).join(', ')} */`;
    case 'get':
      return `int ${plan.name}(object) { return cookie ? set_tag(object, beneath(cookie)) : 0; }`;
    default:
      return assertNever(plan);
  }
}

function checkText(state: string, check: Check): string {
  if (check.kind !== 'bit') return check.kind === 'allow' ? '0' : '1';
  return `${state} & (1 << ${check.bit})`;
}

/** What a run has and does besides its arguments. */
export interface Surroundings {
  readonly cookie: bigint;
  readonly map_lookup: () => bigint;
  readonly get_tag: () => bigint;
  readonly set_tag: (object: bigint, tag: bigint) => bigint;
}

/** Runs one program of the text. Returns whether it allows, and the cookie that it leaves. */
export function evaluate(
  text: string,
  program: string,
  lookup: number,
  surroundings: Surroundings,
): { readonly allows: boolean; readonly cookie: bigint } {
  const script = text
    .replace(/\/\*.*?\*\//gs, '')
    .replace(/^(u64|int) (?=\w+\()/gm, 'function ')
    .replace(/\bu64 /g, 'let ')
    .replace(/\b\d+\b/g, '$&n')
    .replace(/state = -1n/g, 'state = (1n << 64n) - 1n');
  const body = `let { cookie, map_lookup, get_tag, set_tag } = around;
    const [DOT, DOTDOT] = [2n, 3n];
    const beneath = (state) => (state >> 32n) | ((state >> 32n) << 32n);
    ${script}
    const verdict = ${program}(1n, lookup);
    return { allows: verdict === 0n, cookie };`;
  const run = new Function('around', 'lookup', body) as (
    around: Surroundings,
    lookup: bigint,
  ) => { allows: boolean; cookie: bigint };
  return run(surroundings, BigInt(lookup));
}
