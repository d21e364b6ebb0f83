/** `LLP4xxx`: limits of the target and of the compiler. */
import { error, warning } from './entry.js';

export const LIMITS = {
  LLP4001: error(
    'globs overlap too much',
    'the globs beneath `{path}` overlap too much to be decided',
    'let globs beneath this place share less: name directories, or split the policy into layers',
  ),
  LLP4002: error(
    'proof failed',
    '`{part}` of the artifact does not mean what the policy means: {reason}',
    'this is a bug in llpc: please report it with the policy',
  ),
  LLP4003: error(
    'programs too large',
    'the programs do not fit the target: {reason}',
    'let scopes share rules, or split the policy into layers',
  ),
  LLP4004: error('too many layers', 'the policy has {layers} layers, and a task can hold {limit}'),
  LLP4005: error('fragments expand too far', 'fragments expand to more than {limit} rules, scopes and uses'),
  LLP4006: error(
    'graph too large',
    'the graph has more than {limit} boxes, or globs beneath globs that stand for many more',
  ),
  LLP4007: error('not enforced', '`{target}` does not stop what is denied here: {actions}'),
  LLP4008: warning('stopped although allowed', '`{target}` stops what is allowed here: {actions}'),
  LLP4009: warning('another errno', '`{target}` stops this with another errno than the policy: {actions}'),
  LLP4010: warning('object looks different', '`{target}` shows an object otherwise than it is: {actions}'),
  LLP4011: warning('nothing left unenforced', '`{target}` leaves none of {actions} unenforced here'),
} as const;
