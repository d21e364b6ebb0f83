/** `LLP3xxx`: paths, scopes and rules. */
import { error, warning } from './entry.js';

export const RULES = {
  LLP3001: error('relative path at the top', '`{path}` is relative, and no scope is around it'),
  LLP3002: error('absolute path in a scope', '`{path}` does not lie beneath the scope around it'),
  LLP3003: error('path not normalised', '`{path}` has {component} in it'),
  LLP3004: error('malformed glob', '`{component}`: {what}'),
  LLP3005: error('double star', '`**` in `{component}` is not a glob'),
  LLP3006: error(
    'name too long',
    'the {what} is longer than {limit} bytes, which Linux does not allow',
    'write a shorter one',
  ),
  LLP3007: error('root as a file', '`/` is a directory, not a file'),
  LLP3008: error(
    'scope in a single object',
    'the fragment contains a scope, and is used for a single object',
  ),
  LLP3010: error('contradiction', '{actions} is both allowed and {effect} in `{path}`'),
  LLP3011: warning('said twice', '{actions} is mentioned twice with `{effect}` in `{path}`'),
  LLP3012: error(
    'allow of what is forbidden',
    '{actions} is forbidden in `{scope}`, and that applies to `{witness}` too',
  ),
  LLP3013: error('ambiguous globs', '`{first}` and `{second}` disagree on {actions}: both match `{witness}`'),
  LLP3014: warning('idle rule', '`{effect}` of {actions} in `{path}` changes no decision'),
  LLP3015: error(
    'both directory and file',
    '`{path}` is declared as a directory and as a file, and both must be there',
  ),
  LLP3016: error('glob in a test', '`{path}` is a glob, and a test asks about one object'),
  LLP3017: error('path of a test', '`{path}` is not an absolute path'),
  LLP3018: error('broken assertion', '`{action}` is {verdict} on {object}'),
  LLP3019: warning('move that gains rights', 'an object that moves from `{from}` to `{to}` gains {actions}'),
  LLP3020: error(
    'gain against an assertion',
    'an object that moves from `{from}` to `{to}` gains {actions}, and an assertion rules this out',
  ),
  LLP3021: warning('nothing to accept', '`accept` has no effect: no move gains {actions}'),
} as const;
