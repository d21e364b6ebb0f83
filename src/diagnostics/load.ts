/** `LLP5xxx`: loading a manifest and running scenarios and tests. */
import { error, warning } from './entry.js';

export const LOAD = {
  LLP5001: error('scope is absent', '`{path}` is not there: {why}'),
  LLP5002: error('wrong kind of object', '`{path}` is {found}, and the policy says `{kind}`'),
  LLP5003: error(
    'one object, two rules',
    '`{first}` and `{second}` are the same object, `{path}`, and disagree on {actions}',
  ),
  LLP5004: error(
    'one object, two places',
    '`{first}` and `{second}` are the same object and would get different rights',
  ),
  LLP5005: warning('glob finds nothing', '`{path}` matches nothing in this tree'),
  LLP5006: error(
    'unreadable manifest',
    'cannot load `{file}`: {why}',
    'build it again from its policy: `llpc build POLICY -o DIR`',
  ),
  LLP5007: error(
    'refused program',
    'program `{program}` is refused: {why}',
    'build it again from its policy, or mend the bytecode: `llpc verify` shows all its errors',
  ),
  LLP5008: error(
    'refused chain',
    'the kernel refuses the chain of `{program}`: {why}',
    'build it again from its policy, or mend the chain: `llpc verify` shows all its errors',
  ),
  LLP5009: error('failed expectation', 'expected {wanted}, and it is {found}'),
  LLP5010: error(
    'tree cannot be made',
    'cannot make `{path}`: {why}',
    'a path is relative to the folder of the scenario',
  ),
  LLP5011: error(
    'unreadable scenario',
    'cannot use scenario `{file}`: {why}',
    'schema/scenario-1.json and docs/scenarios.md say what a scenario may hold',
  ),
  LLP5012: error('cd refused', 'cannot change into `{path}`: {why}'),
  LLP5013: error(
    'cannot write',
    'cannot write to `{path}`: {why}',
    'name another place, or make this one writable',
  ),
  LLP5014: error('assertion broken on this tree', '`{action}` is {verdict} on {object}'),
  LLP5015: warning(
    'assertion of what is absent',
    '`{path}` is not there; if it is made later, `{action}` is {verdict} on it',
  ),
  LLP5016: error(
    'gain on this tree',
    'an object that moves from `{from}` to `{to}` gains {actions}, and an assertion rules this out',
  ),
  LLP5020: error('unusable trace', 'cannot learn from `{file}`: {why}'),
  LLP5021: error('trace line not understood', '`{file}`, line {line}: {why}'),
  LLP5023: warning('cache not used', 'the cache in `{path}` is not used: {why}'),
  LLP5024: error(
    'cannot look',
    'whether `{path}` is there is not known: reading `{at}` fails: {why}',
    'take the scope out, or name an object that can be read',
  ),
  LLP5025: error(
    'not portable',
    '`{path}` has a glob, and a portable launcher looks only for paths that are written out',
  ),
  LLP5022: error('learned policy fails', 'the learned policy fails its check: {why}'),
} as const;
