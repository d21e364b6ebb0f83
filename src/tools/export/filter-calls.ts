/** The filter of a plan as system calls, and what a format loses of it. */
import { FILTERED_CALLS } from '../../abi/filtered-calls.js';
import type { PlanFilter } from '../../artifact/enforcement-plan.js';

/** A system call that is denied. */
export interface DeniedCall {
  readonly name: string;
  /** Whether it is denied only with AT_REMOVEDIR in its third argument, only without it, or always. */
  readonly removeDir: 'only' | 'never' | 'any';
}

const WITH_REMOVE_DIR = ':removedir';
/** The calls that take AT_REMOVEDIR. */
const TAKES_REMOVE_DIR = 'unlinkat';

/** Returns the denied calls, sorted by name. */
export function deniedCalls(filter: PlanFilter | undefined): DeniedCall[] {
  if (filter === undefined) return [];
  const listed = new Set(filter.actions.flatMap((action) => FILTERED_CALLS[action] ?? []));
  if (filter.ioUring) listed.add('io_uring_setup');
  const names = new Set([...listed].map((call) => call.replace(WITH_REMOVE_DIR, '')));
  return [...names].sort().map((name) => ({ name, removeDir: flagOf(name, listed) }));
}

function flagOf(name: string, listed: ReadonlySet<string>): DeniedCall['removeDir'] {
  if (name !== TAKES_REMOVE_DIR) return 'any';
  const [plain, removing] = [listed.has(name), listed.has(name + WITH_REMOVE_DIR)];
  return plain && removing ? 'any' : plain ? 'never' : 'only';
}
