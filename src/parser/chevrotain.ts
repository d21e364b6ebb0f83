/**
 * Loads Chevrotain from the single file that its package ships beside its modules, because loading about six hundred
 * small modules takes longer than compiling a policy. If that file cannot be loaded (a bundler, another release), the
 * package is imported as usual.
 */
import type * as Chevrotain from 'chevrotain';

async function load(): Promise<typeof Chevrotain> {
  try {
    const entry = import.meta.resolve('chevrotain');
    return (await import(new URL('../chevrotain.min.mjs', entry).href)) as typeof Chevrotain;
  } catch {
    return import('chevrotain');
  }
}

export const { createToken, Lexer, EmbeddedActionsParser, EOF } = await load();
