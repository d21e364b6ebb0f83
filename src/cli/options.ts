/** Arguments of the commands. A mistake in them is a usage error: exit code 2. */
import { parseArgs, type ParseArgsConfig } from 'node:util';
import { nearestName } from '../diagnostics/suggest.js';
import type { PlanKind } from '../artifact/manifest.js';

export class UsageError extends Error {}

export type Format = 'text' | 'json' | 'sarif';
export const STAGES = ['ast', 'policy', 'hierarchy', 'plan', 'asm', 'manifest'] as const;
export type Stage = (typeof STAGES)[number];
const PLANS: readonly PlanKind[] = ['chained', 'monolithic', 'unchained'];

export interface Options {
  readonly positionals: readonly string[];
  readonly defines: Readonly<Record<string, string>>;
  readonly format: Format;
  readonly help: boolean;
  readonly emit: readonly Stage[];
  readonly out: string | undefined;
  readonly scenario: string | undefined;
  readonly plan: PlanKind;
}

const COMMON = {
  help: { type: 'boolean', short: 'h' },
  define: { type: 'string', short: 'D', multiple: true },
  format: { type: 'string' },
  'no-color': { type: 'boolean' },
} as const;

const EXTRA = {
  emit: { type: 'string', multiple: true },
  out: { type: 'string', short: 'o' },
  scenario: { type: 'string' },
  plan: { type: 'string' },
} as const;

/** Reads the arguments of a command that has these extra options. */
export function readOptions(args: readonly string[], extra: readonly (keyof typeof EXTRA)[]): Options {
  const options: NonNullable<ParseArgsConfig['options']> = { ...COMMON };
  for (const name of extra) options[name] = EXTRA[name];
  const { values, positionals } = parse(args, options);
  const text = (name: string): string | undefined => {
    const value = values[name];
    return typeof value === 'string' ? value : undefined;
  };
  return {
    positionals,
    defines: readDefines(values['define']),
    format: oneOf('--format', text('format') ?? 'text', ['text', 'json', 'sarif']),
    help: values['help'] === true,
    emit: list(values['emit']).map((stage) => oneOf('--emit', stage, STAGES)),
    out: text('out'),
    scenario: text('scenario'),
    plan: oneOf('--plan', text('plan') ?? 'chained', PLANS),
  };
}

function list(value: unknown): string[] {
  return Array.isArray(value) ? value.map(String) : [];
}

function parse(
  args: readonly string[],
  options: NonNullable<ParseArgsConfig['options']>,
): ReturnType<typeof parseArgs> {
  try {
    return parseArgs({ args: [...args], options, allowPositionals: true });
  } catch (error) {
    const message = error instanceof Error ? (error.message.split('. To specify')[0] ?? '') : String(error);
    const unknown = /Unknown option '(--?)([^']*)'/.exec(message)?.[2];
    if (unknown === undefined) throw new UsageError(message.charAt(0).toLowerCase() + message.slice(1));
    const near = nearestName(unknown, Object.keys(options));
    throw new UsageError(
      `unknown option \`--${unknown}\`${near === undefined ? '' : `: did you mean \`--${near}\`?`}`,
    );
  }
}

function oneOf<T extends string>(option: string, value: string, known: readonly T[]): T {
  const found = known.find((k) => k === value);
  if (found !== undefined) return found;
  throw new UsageError(`\`${option} ${value}\`: it takes ${known.map((k) => `\`${k}\``).join(', ')}`);
}

function readDefines(value: unknown): Record<string, string> {
  const defines: Record<string, string> = {};
  for (const text of list(value)) {
    const equals = text.indexOf('=');
    if (equals < 1) throw new UsageError(`\`-D ${text}\`: write \`-D name=value\``);
    const name = text.slice(0, equals);
    if (Object.hasOwn(defines, name)) throw new UsageError(`\`-D ${name}=…\` is given twice`);
    defines[name] = text.slice(equals + 1);
  }
  return defines;
}
