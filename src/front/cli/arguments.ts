/** Reads the values of arguments. A mistake in a value is a usage error, with exit code 2. */
import { ACTIONS, type ActionName } from '../../abi/actions.js';
import { parseHex } from '../../base/hex.js';
import { nearestName } from '../../diagnostics/suggest.js';

export class UsageError extends Error {}

/** Returns a usage error for an unknown name, with the nearest known name or all names. `all`: such as `the actions are`. */
export function unknownName(
  problem: string,
  all: string,
  name: string,
  known: readonly string[],
): UsageError {
  const near = nearestName(name, known);
  const help = near === undefined ? `${all} ${known.join(', ')}` : `did you mean \`${near}\`?`;
  return new UsageError(`${problem}: ${help}`);
}

export function readAction(name: string): ActionName {
  const action = ACTIONS.find((a) => a === name);
  if (action !== undefined) return action;
  throw unknownName(`\`${name}\` is not an action`, 'the actions are', name, ACTIONS);
}

export function wholeNumber(
  option: string,
  text: string | undefined,
  least: number,
  most: number,
): number | undefined {
  if (text === undefined) return undefined;
  const value = /^\d{1,10}$/.test(text) ? Number(text) : NaN;
  if (value >= least && value <= most) return value;
  throw new UsageError(`\`${option} ${text}\`: it takes a whole number from ${least} to ${most}`);
}

/** Returns the bytes of an argument in hex. */
export function readHex(option: string, text: string | undefined): Uint8Array | undefined {
  if (text === undefined) return undefined;
  const parsed = parseHex(text);
  if (parsed.kind === 'ok') return parsed.bytes;
  throw new UsageError(`\`${option}\`: ${parsed.why}`);
}

export function list(value: unknown): string[] {
  return Array.isArray(value) ? value.map(String) : [];
}

export function oneOf<T extends string>(option: string, value: string, known: readonly T[]): T {
  const found = known.find((k) => k === value);
  if (found !== undefined) return found;
  const near = nearestName(value, known);
  if (near !== undefined) throw new UsageError(`\`${option} ${value}\`: did you mean \`${near}\`?`);
  throw new UsageError(`\`${option} ${value}\`: it takes ${known.map((k) => `\`${k}\``).join(', ')}`);
}

export function readDefines(value: unknown): Record<string, string> {
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
