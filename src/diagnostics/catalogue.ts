/**
 * Every diagnostic of the project: one row for each code, one file for each family of codes. A message is a template
 * whose parameters are known to the type checker, so a missing or misspelt parameter does not compile.
 *
 * `LLP1xxx` syntax, `2xxx` names and types, `3xxx` hierarchy and rules, `4xxx` limits of a target, `5xxx` load and run
 * time. A code is never used again for something else. Each has a page in docs/errors.
 */
import { LIMITS } from './limits.js';
import { LOAD } from './load.js';
import { NAMES } from './names.js';
import { RULES } from './rules.js';
import { SYNTAX } from './syntax.js';
import type { Diagnostic, Severity } from './types.js';

/** One row of the catalogue. */
export interface CatalogueEntry {
  readonly severity: Severity;
  /** A few words without parameters, for lists. */
  readonly title: string;
  /** Lower case, no final period; `{name}` stands for a parameter. */
  readonly message: string;
  /** What to do, if the reporting pass gives no better help. */
  readonly help?: string;
}

export const CATALOGUE = { ...SYNTAX, ...NAMES, ...RULES, ...LIMITS, ...LOAD } as const;

export type Code = keyof typeof CATALOGUE;

type ParamsOf<T extends string> = T extends `${string}{${infer P}}${infer Rest}` ? P | ParamsOf<Rest> : never;

/** The parameters of a code's message, all strings. */
export type Params<C extends Code> = Readonly<Record<ParamsOf<(typeof CATALOGUE)[C]['message']>, string>>;

type Details = Partial<Pick<Diagnostic, 'span' | 'notes' | 'help' | 'fix'>>;

/** A diagnostic with this code. */
export function report<C extends Code>(code: C, params: Params<C>, details: Details): Diagnostic {
  const entry: CatalogueEntry = CATALOGUE[code];
  const values: Readonly<Record<string, string>> = params;
  const message = entry.message.replace(/\{(\w+)\}/g, (_, name: string) => values[name] ?? '');
  const help = entry.help === undefined ? {} : { help: entry.help };
  return { code, severity: entry.severity, message, notes: [], ...help, ...details };
}
