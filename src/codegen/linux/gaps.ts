/** Decides the gaps of the target `linux`. */
import type { Machine } from '../../artifact/enforcement-plan.js';
import type { FoundGap } from '../../artifact/gap.js';
import type { Meaning } from '../target.js';

export function gapsOf(_meaning: Meaning, _machine: Machine): readonly FoundGap[] {
  return [];
}
