/** The exports of a plan to other sandboxes, by name. */
import { toBubblewrap } from './bubblewrap.js';
import { toClaudeCode } from './claude-code.js';
import type { ExportName } from './formats.js';
import { toLandlockconfig } from './landlockconfig.js';
import type { ExportLoss } from './losses.js';
import { toOci } from './oci.js';
import type { Exported, ExportRequest } from './request.js';
import { toSystemd } from './systemd.js';

const EXPORTS: Readonly<Record<ExportName, (request: ExportRequest) => Exported>> = {
  bubblewrap: toBubblewrap,
  systemd: toSystemd,
  oci: toOci,
  landlockconfig: toLandlockconfig,
  'claude-code': toClaudeCode,
};

/** Returns a plan in another format, and what the format does not hold as the plan has it: looser losses first. */
export function exportPlan(to: ExportName, request: ExportRequest): Exported {
  const { text, losses } = EXPORTS[to](request);
  return { text, losses: losses.toSorted((a, b) => rankOf(a) - rankOf(b)) };
}

/** Looser before stricter, and what always matters before what matters under a condition. */
function rankOf({ direction, when }: ExportLoss): number {
  return (direction === 'looser' ? 0 : 1) + (when === undefined ? 0 : 2);
}
