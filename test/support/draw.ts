/** Draws the text of a policy, and makes policies of any size to draw. */
import { type CompileResult } from '../../src/compile.js';
import { drawGraph, type GraphRequest } from '../../src/tools/graph/draw.js';
import type { GraphModel } from '../../src/tools/graph/model.js';

export async function modelOf(result: CompileResult, asked: Partial<GraphRequest> = {}): Promise<GraphModel> {
  const request = { action: undefined, path: undefined, layer: undefined, full: false, ...asked };
  const drawn = await drawGraph(result, request);
  if (drawn.kind !== 'ok') throw new Error(JSON.stringify(drawn));
  return drawn.model;
}

const RULES = [
  'allow look;',
  'allow look, edit;',
  'deny all;',
  'allow execute;',
  'forbid mounton;',
  'allow look; here { deny readdir; }',
  'deny edit;',
  'allow lock, fcntl;',
];
const WORDS = [
  'alpha',
  'build',
  'cache',
  'data',
  'feeds',
  'git',
  'home',
  'jobs',
  'keys',
  'logs',
  'mail',
  'net',
];

/** Returns a policy with this many scopes, nested up to five deep, whose rules vary, so that few places are equal. */
export function variedPolicy(scopes: number): string {
  let seed = scopes;
  const random = (n: number): number => (seed = (seed * 48271) % 0x7fffffff) % n;
  let left = scopes;
  const scope = (depth: number, taken: Set<string>): string => {
    left--;
    const optional = random(3) === 0 ? '?' : '';
    const rules = RULES[random(RULES.length)] ?? '';
    if (depth > 0 && random(8) === 0 && !taken.has('*')) {
      taken.add('*');
      return `dir "*.d" { deny write; }`;
    }
    let name = '';
    do name = `${WORDS[random(WORDS.length)] ?? ''}${random(40)}`;
    while (taken.has(name));
    taken.add(name);
    if (depth > 0 && random(5) === 0) return `file${optional} "${name}.conf" { ${RULES[random(3)] ?? ''} }`;
    const inner: string[] = [];
    const own = new Set<string>();
    for (let i = random(depth === 0 ? 9 : 5); i > 0 && left > 0 && depth < 4; i--)
      inner.push(scope(depth + 1, own));
    return `dir${optional} "${depth === 0 ? '/srv/' : ''}${name}" { ${rules} ${inner.join('\n')} }`;
  };
  const all: string[] = [];
  const taken = new Set<string>();
  while (left > 0) all.push(scope(0, taken));
  const sets = `actions look = open, read, readdir, getattr, chdir, map;
actions edit = write, append, create, unlink, rename, renameto, setattr;`;
  return `llp 1;\n${sets}\npolicy "varied" {\ndefault deny;\n${all.join('\n')}\n}\n`;
}

/** Names that every format has to escape. */
export const ODD = `llp 1;
policy "odd \\"name\\" <b>&" { default deny;
  dir "/日本語/データ" { allow read; }
  dir "/a<b>&\\"c\\"" { allow all; dir? "x#y;z|w" { deny all; } file "\`tick\` _u_ *not*" { allow read; } }
  dir "/${'very-long-name-'.repeat(10)}" { allow write; }
  dir "/percent%20 \\\\\\\\N" { allow read; }
  dir "/&lt;" { allow chdir; file "]]> --> end" { allow read; } }
}
policy "second" { default allow; forbid execute; dir? "/a*" { deny walk; } dir? "/*b" { deny walk; } dir "/emoji-🎉" { deny write; } }
`;
