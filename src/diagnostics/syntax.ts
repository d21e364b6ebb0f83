/** `LLP1xxx`: syntax errors. */
import { error } from './entry.js';

export const SYNTAX = {
  LLP1001: error('unexpected text', 'expected {wanted}, found {found}'),
  LLP1002: error('unknown character', '{found} is not part of the language'),
  LLP1003: error('unclosed string', 'the string is not closed on its line'),
  LLP1004: error('unknown escape', '`{escape}` is not an escape'),
  LLP1005: error('bad interpolation', '`{text}` is not an interpolation'),
  LLP1006: error('unclosed comment', 'the comment is not closed'),
  LLP1007: error('missing version', 'the file does not begin with its version'),
  LLP1008: error('unknown version', 'version {version} of the language is not known'),
  LLP1009: error('nested too deeply', 'blocks are nested more than {limit} levels deep'),
  LLP1010: error('out of place', '{what} cannot stand in {where}'),
  LLP1011: error('interpolation out of place', 'a parameter cannot stand in {where}'),
  LLP1012: error('more mistakes', '{count} or more not shown'),
  LLP1013: error('unclosed block', 'the block is not closed'),
  LLP1014: error('control character', 'the string contains the control character {code}'),
  LLP1015: error('unknown word', 'no statement begins with `{word}`'),
  LLP1016: error('path without quotes', 'the path `{path}` is not in quotes'),
} as const;
