/** The two schemas: what they take, what they refuse, and in which words. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { ACTIONS, ALL_TRIGGERS, TRIGGERS } from '../../src/abi/actions.js';
import { TARGET_NAMES } from '../../src/artifact/manifest.js';
import { compile } from '../support/compile.js';
import { defined } from '../../src/base/assert.js';
import { ERRNO } from '../../src/runtime/kernel/errno.js';
import { validateAgainst } from '../../src/runtime/schema.js';

const scenario = (fields: object): object => ({
  format: 'llp-scenario',
  version: 1,
  tree: [],
  steps: [],
  ...fields,
});

const RESULTS = ['allow', ...Object.keys(ERRNO).sort()];

/** What of a scenario is wrong, and what is said of it. */
const ROWS: readonly (readonly [object, string])[] = [
  [{ format: 'llp' }, '`/format` must be "llp-scenario"'],
  [{ version: 2 }, '`/version` must be 1'],
  [{ stepz: [] }, 'the file has an unknown field `stepz`: did you mean `steps`?'],
  [{ tree: {} }, '`/tree` must NOT have fewer than 1 properties'],
  [{ tree: { directory: 'a', tar: 'b' } }, '`/tree` must NOT have more than 1 properties'],
  [{ tree: { dirctory: 'a' } }, '`/tree` has an unknown field `dirctory`: did you mean `directory`?'],
  [{ tree: 'a' }, '`/tree` must be an object'],
  [{ tree: [{}] }, '`/tree/0` must NOT have fewer than 1 properties'],
  [{ tree: [{ dir: 'a' }] }, '`/tree/0/dir` must begin with `/`'],
  [{ tree: [{ link: '/a' }] }, '`/tree/0` needs the field `target`'],
  [{ tree: [{ target: '/a' }] }, '`/tree/0` must NOT have fewer than 2 properties'],
  [{ tree: [{ dir: '/a', file: '/b' }] }, '`/tree/0` must NOT have more than 1 properties'],
  [
    { tree: [{ file: '/a', target: 'b' }] },
    '`/tree/0/target` does not go together with the fields beside it',
  ],
  [{ tree: [{ interpreter: '/bin/sh' }] }, '`/tree/0` needs the field `file`'],
  [{ policies: [{ name: 'a' }] }, '`/policies/0` needs the field `source`'],
  [
    { policies: [{ name: 'a', source: 'b', manifest: 'c' }] },
    '`/policies/0/source` does not go together with the fields beside it',
  ],
  [{ steps: [{}] }, '`/steps/0` needs the field `call`'],
  [{ steps: [{ call: 'open', pth: '/a' }] }, '`/steps/0` has an unknown field `pth`: did you mean `path`?'],
  [{ steps: [{ call: 'open', expect: 'deny' }] }, `\`/steps/0/expect\` must be one of ${RESULTS.join(', ')}`],
  [
    { steps: [{ call: 'open', expect: 'EACCESS' }] },
    `\`/steps/0/expect\` must be one of ${RESULTS.join(', ')}: did you mean \`EACCES\`?`,
  ],
  [{ steps: [{ call: 'open', expect: 1 }] }, `\`/steps/0/expect\` must be one of ${RESULTS.join(', ')}`],
];

describe('scenario-1.json', () => {
  it.each(ROWS)('refuses %j: %s', async (fields, message) => {
    expect(await validateAgainst('scenario-1.json', scenario(fields))).toEqual([message]);
  });

  it.each([
    [[]],
    [{ directory: 'tree' }],
    [{ tar: 'tree.tar' }],
    [
      [
        { dir: '/a' },
        { file: '/b', interpreter: '/bin/sh' },
        { link: '/c', target: 'b' },
        { hardlink: '/d', target: '/b' },
        { bind: '/e', target: '/a' },
      ],
    ],
  ])('takes the tree %j', async (tree) => {
    expect(await validateAgainst('scenario-1.json', scenario({ tree }))).toEqual([]);
  });

  it.each(RESULTS)('takes the result %s', async (expected) => {
    const steps = [{ call: 'open', path: '/', expect: expected }];
    expect(await validateAgainst('scenario-1.json', scenario({ steps }))).toEqual([]);
  });

  it('reports every fault of a scenario', async () => {
    const wrong = scenario({ version: 2, steps: [{ call: 'open' }, { path: '/a' }] });
    expect(await validateAgainst('scenario-1.json', wrong)).toHaveLength(2);
  });
});

type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json };

/** Every copy of the value in which one object has one more field. */
function withExtra(value: Json): Json[] {
  if (typeof value !== 'object' || value === null) return [];
  if (Array.isArray(value)) {
    const items = value as readonly Json[];
    return items.slice(0, 2).flatMap((item, i) => withExtra(item).map((v) => items.with(i, v)));
  }
  const fields = value as { readonly [key: string]: Json };
  const inner = Object.entries(fields).flatMap(([k, v]) => withExtra(v).map((x) => ({ ...fields, [k]: x })));
  return [{ ...fields, surplus: 1 }, ...inner];
}

/** Every copy of the value in which one object has one field less. */
function withLess(value: Json): Json[] {
  if (typeof value !== 'object' || value === null) return [];
  if (Array.isArray(value)) {
    const items = value as readonly Json[];
    return items.slice(0, 2).flatMap((item, i) => withLess(item).map((v) => items.with(i, v)));
  }
  const fields = value as { readonly [key: string]: Json };
  return Object.entries(fields).flatMap(([key, inner]) => {
    const { [key]: _, ...rest } = fields;
    return [rest, ...withLess(inner).map((x) => ({ ...fields, [key]: x }))];
  });
}

const POLICY = readFileSync(new URL('../../examples/why-chaining/policy.llp', import.meta.url), 'utf8');
const MANIFEST = JSON.parse(defined(compile(POLICY).stages.show('manifest'), 'it compiles')) as Json;

describe('manifest-1.json', () => {
  it('takes a manifest', async () => {
    expect(await validateAgainst('manifest-1.json', MANIFEST)).toEqual([]);
  });

  it('lists the triggers, the actions and the targets of the tables', () => {
    const schema = JSON.parse(readFileSync('schema/manifest-1.json', 'utf8')) as {
      readonly properties: { readonly target: { readonly enum: readonly string[] } };
      readonly $defs: Readonly<Record<'trigger' | 'action', { readonly enum: readonly string[] }>> & {
        readonly program: { readonly properties: { readonly triggerMask: { readonly maximum: number } } };
      };
    };
    expect(schema.properties.target.enum).toEqual(TARGET_NAMES);
    expect(schema.$defs.trigger.enum).toEqual(TRIGGERS);
    expect(schema.$defs.action.enum).toEqual(ACTIONS);
    expect(schema.$defs.program.properties.triggerMask.maximum).toBe(ALL_TRIGGERS);
  });

  it('knows every field, wherever it stands', async () => {
    const changed = withExtra(MANIFEST);
    expect(changed.length).toBeGreaterThan(30);
    for (const manifest of changed) {
      const faults = await validateAgainst('manifest-1.json', manifest);
      expect(faults.join(), JSON.stringify(manifest)).toContain('unknown field `surplus`');
    }
  });

  it('needs every field but the digest, which a manifest written by hand need not have', async () => {
    const passing: Json[] = [];
    for (const manifest of withLess(MANIFEST))
      if ((await validateAgainst('manifest-1.json', manifest)).length === 0) passing.push(manifest);
    expect(passing).toHaveLength(1);
    expect(passing[0]).not.toHaveProperty('sha256');
  });
});
