/**
 * Reads the hostile programs of this folder. A file has two parts, the program and, where there is one, the same with its fault
 * repaired, which must be accepted. Each has lines of settings, `; name: value`; the second part begins at `; repaired: …` and has
 * the settings of the first but for those it gives anew.
 *
 *     tries, repaired  for people: what it tries, what is other in the second part
 *     rule             of the first error that the verifier finds, and of all others
 *     follows          another rule, of errors that follow from the first one
 *     on               a hook, or `raw, N bytes of memory`
 *     maps             names from `MAPS`, in the order of their indices
 *     triggers         names with commas, a mask in hex, or `none`; `open` for `fs_pick` where nothing is said
 *     memory           in hex: with it, the program of the first part does what it must not
 *     repeat           the first instruction stands there as often as this
 *     set              `C chains of P programs`, each of them this one: checked as a set
 *
 * The program itself is assembly as `parseAsm` reads it (.asm), or bytes in hex (.hex) where it is none.
 */
import { readFileSync, readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { TRIGGERS, maskOf } from '../../src/abi/actions.js';
import type { HookName } from '../../src/abi/hooks.js';
import type { VerifierMap } from '../../src/bpf/verify/verify.js';
import { defined } from '../../src/base/assert.js';
import { assemble } from './programs.js';

const FOLDER = fileURLToPath(new URL('../hostile/', import.meta.url));

export const MAPS: Readonly<Record<string, VerifierMap>> = {
  inodes: { name: 'inodes', type: 'inode' },
  counts: { name: 'counts', type: 'hash', keySize: 4, valueSize: 16, maxEntries: 8 },
  global: { name: 'global', type: 'array', keySize: 4, valueSize: 8, maxEntries: 1 },
  table: { name: 'table', type: 'array', keySize: 4, valueSize: 8, maxEntries: 16 },
};

export type On =
  { readonly kind: 'hook'; readonly hook: HookName } | { readonly kind: 'raw'; readonly memorySize: number };

export interface Program {
  readonly on: On;
  readonly maps: readonly VerifierMap[];
  readonly triggerMask: number;
  readonly bytes: Uint8Array;
  /** Numbers of chains, and of programs of each. */
  readonly set: { readonly chains: number; readonly programs: number } | undefined;
}

export interface Hostile {
  readonly name: string;
  readonly tries: string;
  readonly rule: string;
  readonly follows: string | undefined;
  /** Memory with which an interpreter that makes checks sees the program break its rule. */
  readonly memory: Uint8Array | undefined;
  readonly program: Program;
  /** The same without the fault. */
  readonly repaired: Program | undefined;
}

/** All of them, by name. */
export function hostilePrograms(): readonly Hostile[] {
  const files = readdirSync(FOLDER).filter((file) => /\.(?:asm|hex)$/.test(file));
  return files.sort().map((file) => readHostile(file, readFileSync(FOLDER + file, 'utf8')));
}

type Settings = ReadonlyMap<string, string>;

function readHostile(file: string, text: string): Hostile {
  const [first = '', second] = text.split(/^(?=; repaired:)/m);
  const settings = settingsOf(first);
  const isHex = file.endsWith('.hex');
  const need = (name: string): string => defined(settings.get(name), `\`${name}\` in ${file}`);
  const repaired = second === undefined ? undefined : new Map([...settings, ...settingsOf(second)]);
  const memory = settings.get('memory');
  return {
    name: file.replace(/\.\w+$/, ''),
    tries: need('tries'),
    rule: need('rule'),
    follows: settings.get('follows'),
    memory: memory === undefined ? undefined : bytesOfHex(memory),
    program: programOf(first, settings, isHex),
    repaired: repaired && programOf(second ?? '', repaired, isHex),
  };
}

function settingsOf(part: string): Settings {
  return new Map([...part.matchAll(/^; (\w+): (.*)$/gm)].map(([, name = '', value = '']) => [name, value]));
}

function programOf(part: string, settings: Settings, isHex: boolean): Program {
  const on = onOf(settings.get('on') ?? '');
  const names = settings.get('maps')?.split(', ') ?? [];
  const maps = names.map((name) => defined(MAPS[name], `the map \`${name}\``));
  const isPick = on.kind === 'hook' && on.hook === 'fs_pick';
  const triggerMask = maskOfText(settings.get('triggers') ?? (isPick ? 'open' : 'none'));
  const bytes = isHex ? bytesOfHex(part) : bytesOfAsm(part, Number(settings.get('repeat') ?? 1));
  const [, chains, programs] = /^(\d+) chains? of (\d+) programs?$/.exec(settings.get('set') ?? '') ?? [];
  const set = chains === undefined ? undefined : { chains: Number(chains), programs: Number(programs) };
  return { on, maps, triggerMask, bytes, set };
}

function onOf(text: string): On {
  const raw = /^raw, (\d+) bytes of memory$/.exec(text);
  if (raw !== null) return { kind: 'raw', memorySize: Number(raw[1]) };
  // One program names a hook that no kernel has.
  return { kind: 'hook', hook: text as HookName };
}

function maskOfText(text: string): number {
  if (text === 'none') return 0;
  if (text.startsWith('0x')) return Number(text);
  return text.split(', ').reduce((mask, name) => {
    return (
      mask |
      maskOf(
        defined(
          TRIGGERS.find((t) => t === name),
          `the trigger \`${name}\``,
        ),
      )
    );
  }, 0);
}

const bytesOfHex = (part: string): Uint8Array =>
  Uint8Array.from(Buffer.from(part.replace(/^;.*$/gm, '').replace(/\s/g, ''), 'hex'));

function bytesOfAsm(part: string, repeat: number): Uint8Array {
  const bytes = assemble(part);
  return Uint8Array.from(
    [...Array<Uint8Array>(repeat - 1).fill(bytes.subarray(0, 8)), bytes].flatMap((b) => [...b]),
  );
}

/** The chains of a set, as `verifySet` takes them: they share their programs. */
export function chainsOf({ bytes, set }: Program): { readonly name: string; readonly size: number }[][] {
  const { chains = 0, programs = 0 } = set ?? {};
  const chain = Array.from({ length: programs }, (_, i) => ({ name: `p${i}`, size: bytes.length }));
  return Array.from({ length: chains }, () => chain);
}
