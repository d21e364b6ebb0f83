/** Gaps made by hand and at random, and a target that has them. */
import { ALL_ACTIONS, maskOf, type ActionMask } from '../../src/abi/actions.js';
import {
  GAP_CAUSES,
  GAP_DIRECTIONS,
  GAP_TIMES,
  type FoundGap,
  type GapCause,
  type GapTime,
} from '../../src/artifact/gap.js';
import type { Target } from '../../src/codegen/target.js';
import { landlockV8 } from '../../src/codegen/v8/target.js';
import { fc } from './random.js';

/** A policy with two layers; `foundGaps` are about it. */
export const GAPPED = `llp 1;
policy "files" {
  default deny;
  dir "/srv" {
    allow read, write, open;
    file ".env" { deny all; }
  }
}
policy "calls" {
  default allow;
  forbid setattr;
}
`;

/** Returns the span of a text in `GAPPED`. */
const spanOf = (text: string): { source: number; start: number; end: number } => {
  const start = GAPPED.indexOf(text);
  return { source: 0, start, end: start + text.length };
};

const rule = (text: string): FoundGap['decider'] => ({ kind: 'rule', span: spanOf(text), via: [] });

/** One gap of each direction, with each kind of decider and of closer, and a path that tries to write on the terminal. */
export const FOUND: readonly FoundGap[] = [
  {
    direction: 'stricter',
    layers: ['files'],
    actions: maskOf('append'),
    cause: 'append-is-write',
    witness: { path: '/srv/log', call: 'open("/srv/log", O_WRONLY|O_APPEND)', outcome: 'fails with EACCES' },
    decider: rule('allow read, write, open;'),
    when: 'always',
  },
  {
    direction: 'looser',
    layers: ['files'],
    actions: maskOf('chdir', 'getattr'),
    cause: 'nothing-stops',
    witness: { path: '/srv/.env', call: 'stat("/srv/.env")', outcome: 'succeeds' },
    decider: rule('deny all;'),
    when: 'always',
    closedBy: { kind: 'target', target: 'landlock-v8' },
  },
  {
    direction: 'looser',
    layers: ['files', 'calls'],
    actions: maskOf('setattr'),
    cause: 'no-right',
    witness: { path: '/srv/\u{1b}[2J\nx', call: 'truncate("/srv/\u{1b}[2J\nx", 0)', outcome: 'succeeds' },
    decider: rule('forbid setattr;'),
    when: 'always',
    closedBy: { kind: 'abi', abi: 3 },
  },
  {
    direction: 'looser',
    layers: ['files'],
    actions: maskOf('map'),
    cause: 'checked-at-open',
    witness: { path: '/etc', call: 'mmap(3, PROT_EXEC)', outcome: 'succeeds' },
    decider: { kind: 'default', default: 'deny', span: spanOf('"files"') },
    when: 'earlier-descriptor',
  },
  {
    direction: 'errno',
    layers: ['files'],
    actions: maskOf('unlink'),
    cause: 'other-errno',
    witness: { path: '/srv/.env', call: 'unlink("/srv/.env")', outcome: 'fails with EBUSY' },
    decider: rule('deny all;'),
    when: 'always',
  },
  {
    direction: 'visibility',
    layers: ['files'],
    actions: maskOf('read'),
    cause: 'mask-shows-empty',
    witness: { path: '/srv/.env', call: 'stat("/srv/.env")', outcome: 'shows size 0 and mode 000' },
    decider: { kind: 'rule', span: spanOf('deny all;'), via: [spanOf('dir "/srv"'), spanOf('file ".env"')] },
    when: 'appears-later',
    closedBy: { kind: 'masks' },
  },
];

/** A target that is `landlock-v8` in all but its name and its gaps. */
export function targetWith(gaps: readonly FoundGap[], name = 'linux'): Target {
  return { ...landlockV8, name: name as Target['name'], gaps: () => gaps } as Target;
}

/** Gaps of the layers of `GAPPED`, with any actions. */
export function anyGap(): fc.Arbitrary<FoundGap> {
  return fc.record({
    direction: fc.constantFrom(...GAP_DIRECTIONS),
    layers: fc.constantFrom<readonly string[]>(['files'], ['calls'], ['files', 'calls']),
    actions: fc.integer({ min: 1, max: ALL_ACTIONS }).map((bits) => bits as ActionMask),
    cause: fc.constantFrom(...(Object.keys(GAP_CAUSES) as GapCause[])),
    witness: fc.record({
      path: fc.string().map((text) => `/${text}`),
      call: fc.string(),
      outcome: fc.constantFrom('succeeds', 'fails with EXDEV'),
    }),
    decider: fc.constantFrom(rule('deny all;'), rule('forbid setattr;'), {
      kind: 'default',
      default: 'deny',
      span: spanOf('"files"'),
    } as const),
    when: fc.constantFrom(...(Object.keys(GAP_TIMES) as GapTime[])),
    closedBy: fc.constantFrom(undefined, { kind: 'abi', abi: 5 } as const, { kind: 'masks' } as const),
  });
}
