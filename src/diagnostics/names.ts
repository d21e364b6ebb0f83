/** `LLP2xxx`: names, types and files. */
import { error } from './entry.js';

export const NAMES = {
  LLP2001: error('unknown action', '`{name}` is not an action'),
  LLP2002: error('unknown fragment', 'there is no fragment `{name}`'),
  LLP2003: error('unknown parameter', 'there is no parameter `{name}`'),
  LLP2004: error('declared twice', '{kind} `{name}` is declared twice', 'give one of the two another name'),
  LLP2005: error('defined by itself', '`{name}` is defined in terms of itself'),
  LLP2006: error('fragment uses itself', 'fragment `{name}` uses itself'),
  LLP2007: error('wrong number of arguments', 'fragment `{name}` takes {wanted} arguments, not {given}'),
  LLP2008: error('parameter without a value', 'parameter `{name}` has no value'),
  LLP2009: error('wrong type of value', '`{name}` is a {type}, and `{value}` is not one'),
  LLP2010: error('value for an unknown parameter', '`-D {name}=…`: the policy has no parameter `{name}`'),
  LLP2011: error('empty set', 'the set is empty: nothing is left of `all`'),
  LLP2012: error('name of an action', '`{name}` is already the name of an action'),
  LLP2013: error('no policy', 'there is no `policy` block to compile'),
  LLP2014: error('two defaults', '`default` is given twice'),
  LLP2015: error('import not found', 'cannot import `{path}`: {why}'),
  LLP2016: error('import cycle', '`{path}` imports itself'),
  LLP2017: error(
    'unreadable file',
    'cannot read `{path}`: {why}',
    'name a file that can be read; a relative name begins at the folder that llpc runs in',
  ),
  LLP2018: error('import outside the folder', "cannot import `{path}`: it is outside the policy's folder"),
  LLP2019: error('declared by two imports', 'two imports declare `{name}`'),
  LLP2020: error('manifest for a policy', 'this is a manifest, not the text of a policy'),
  LLP2021: error('unknown target', '`{name}` is not a target'),
} as const;
