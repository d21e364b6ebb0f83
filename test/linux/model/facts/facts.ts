/** All facts that are calls under a plan. */
import type { Fact } from './fact.js';
import { LANDLOCK_FACTS } from './landlock-facts.js';
import { MASK_FACTS } from './mask-facts.js';

export const FACTS: readonly Fact[] = [...LANDLOCK_FACTS, ...MASK_FACTS];
