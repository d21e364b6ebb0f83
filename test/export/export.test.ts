/** `llpc export`: golden files of two policies on modelled trees, odd names, and the checks of other programs. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Ajv } from 'ajv';
import { describe, expect, it } from 'vitest';
import { LANDLOCK_RIGHTS } from '../../src/abi/landlock.js';
import type { EnforcementPlan } from '../../src/artifact/enforcement-plan.js';
import { defined } from '../../src/base/assert.js';
import { buildTree, type TreeEntry } from '../../src/runtime/kernel/build-tree.js';
import { groundForLinux } from '../../src/runtime/linux/load.js';
import { exportPlan } from '../../src/tools/export/export.js';
import { EXPORT_NAMES, type ExportName } from '../../src/tools/export/formats.js';
import { lossesText } from '../../src/tools/export/losses-text.js';
import { NO_TREE } from '../../src/tools/export/request.js';
import { exportTreeOf } from '../../src/tools/export/tree-of.js';
import { compile } from '../support/compile.js';
import { matchGolden } from '../support/golden.js';
import { has } from '../support/tools.js';
import { unitWords } from './reading.js';

const ACCEPTED = 'accept unenforced append, chdir, fcntl, getattr, ioctl, lock, map, open, setattr on linux;';

/** The policies: an agent in a repository, and a server with an upload area. */
const POLICIES: Readonly<Record<string, { readonly text: string; readonly tree: readonly TreeEntry[] }>> = {
  agent: {
    text: `llp 1;
${ACCEPTED}
policy "agent" {
  default deny;
  dir "/usr" { allow open, read, readdir, execute, map; }
  file "/dev/null" { allow open, read, write, append, ioctl; }
  dir "/repo" {
    allow open, read, readdir, write, append, create, unlink, rmdir, rename, renameto, execute, map, setattr;
    here { deny rename, rmdir; }
    dir ".git" { deny write, append, create, unlink, rmdir, rename, renameto, setattr, execute; }
    file ".env" { deny all; }
  }
}`,
    tree: [
      { kind: 'dir', path: '/usr/bin' },
      { kind: 'link', path: '/bin', target: 'usr/bin' },
      { kind: 'device', path: '/dev/null' },
      { kind: 'file', path: '/repo/.git/config' },
      { kind: 'file', path: '/repo/.env' },
      { kind: 'file', path: '/repo/src/main.c' },
    ],
  },
  site: {
    text: `llp 1;
${ACCEPTED}
policy "site" {
  default deny;
  dir "/srv/www" {
    allow open, read, readdir;
    dir "uploads" { allow write, append, create, unlink, rename, renameto, setattr; here { deny unlink, rename; } }
    dir "private" { deny all; }
  }
}
policy "no programs" { default allow; dir "/srv" { deny execute; } }`,
    tree: [
      { kind: 'file', path: '/srv/www/index.html' },
      { kind: 'dir', path: '/srv/www/uploads' },
      { kind: 'file', path: '/srv/www/private/keys' },
    ],
  },
};

function planned(name: string): Parameters<typeof exportPlan>[1] {
  const { text, tree } = defined(POLICIES[name], 'a policy has this name');
  const { artifact, diagnostics } = compile(text, { target: 'linux' });
  const { vfs } = buildTree(tree);
  const errors = diagnostics.filter((d) => d.severity === 'error').map((d) => d.message);
  const loaded = groundForLinux(defined(artifact, errors.join()), vfs);
  if (loaded.kind === 'refused') throw new Error(loaded.problems.map((p) => p.message).join());
  const plan = defined(loaded.value.plan, 'a policy for linux has a plan');
  return { plan, strict: false, nul: false, tree: exportTreeOf(vfs) };
}

describe.each(EXPORT_NAMES)('the export to %s', (to) => {
  it.each(Object.keys(POLICIES))('of the policy %s', (name) => {
    for (const strict of [false, true]) {
      const { text, losses } = exportPlan(to, { ...planned(name), strict });
      const golden = `export/${name}/${to}${strict ? '-strict' : ''}.txt`;
      matchGolden(golden, `${text}\n${lossesText(to, losses)}`);
    }
  });
});

/** A plan that reads one object, and hides another one. */
function planOf(granted: string, hidden?: string): EnforcementPlan {
  const { plan } = planned('agent');
  const object = (path: string): EnforcementPlan['objects'][number] => ({
    path,
    kind: 'file',
    identity: null,
  });
  return {
    ...plan,
    objects: [object(granted), ...(hidden === undefined ? [] : [object(hidden)])],
    masks: hidden === undefined ? [] : [{ object: 1, kinds: ['hide'] }],
    rulesets: [
      {
        layer: 'p',
        handled: LANDLOCK_RIGHTS.map((r) => r.name),
        rules: [{ object: 0, rights: ['read_file'] }],
      },
    ],
  };
}

function exported(to: ExportName, plan: EnforcementPlan): ReturnType<typeof exportPlan> {
  return exportPlan(to, { plan, strict: false, nul: false, tree: NO_TREE });
}

describe('an export of odd names', () => {
  it('escapes what a unit file reads as something else', () => {
    const { text } = exported('systemd', planOf('/a %h"b\\c:d'));
    const value = /^Bind\w+=(.*)$/m.exec(text)?.[1] ?? '';
    expect(value).toBe(String.raw`"/a %%h\"b\\c:d":"/a %%h\"b\\c:d"`);
    expect(unitWords(value)).toEqual([['/a %h"b\\c:d', '/a %h"b\\c:d']]);
  });

  it('lists a name that a unit file cannot hold', () => {
    for (const name of ['/line\nbreak', '/return\rhere', '/\udcff']) {
      const { text, losses } = exported('systemd', planOf(name));
      expect(text).not.toContain(name);
      expect(losses.filter((l) => l.fact === 'names').map((l) => l.paths)).toEqual([[name]]);
    }
  });

  it('quotes for a shell, and keeps bytes that are not UTF-8', () => {
    const { text } = exported('bubblewrap', planOf("/it's\nhere\udcff"));
    expect(text).toContain(`'/it'\\''s\nhere\udcff'`);
  });

  it('denies more with a pattern where a rule of Claude Code has no escape', () => {
    const { text } = exported('claude-code', planOf('/a', '/secret (1)*.txt'));
    const settings = JSON.parse(text) as { permissions: { deny: string[] } };
    expect(settings.permissions.deny).toContain('Read(//secret ?1??.txt)');
  });

  it('leaves a pattern out of the lists of Claude Code, and says so', () => {
    const { text, losses } = exported('claude-code', planOf('/a[b]'));
    expect(text).not.toContain('"//a[b]"');
    expect(losses.filter((l) => l.fact === 'names').map((l) => [l.direction, l.paths])).toEqual([
      ['stricter', ['/a[b]']],
    ]);
  });

  it('doubles a dollar sign for landlockconfig', () => {
    expect(exported('landlockconfig', planOf('/a${b}')).text).toContain('"/a$${b}"');
  });

  it('leaves names that are not UTF-8 out of JSON', () => {
    for (const to of ['oci', 'landlockconfig', 'claude-code'] as const) {
      const { text, losses } = exported(to, to === 'oci' ? planOf('/a', '/\udcff') : planOf('/\udcff'));
      expect(text).not.toMatch(/udcff/);
      expect(losses.some((l) => l.fact === 'names')).toBe(true);
    }
  });

  it('shows no control character of a name on a terminal', () => {
    const { losses } = exported('systemd', planOf('/a\n\x1b[31m'));
    expect(lossesText('systemd', losses)).not.toContain('\x1b');
  });
});

describe.skipIf(!has('systemd-analyze'))('the export to systemd', () => {
  it.each(Object.keys(POLICIES))('of the policy %s is a unit file that systemd reads', (name) => {
    const { plan, tree } = planned(name);
    const odd = planOf('/a %h"b\\c:d');
    const dir = mkdtempSync(join(tmpdir(), 'unit-'));
    for (const one of [plan, odd]) {
      const { text } = exportPlan('systemd', { plan: one, tree, strict: true, nul: false });
      const unit = join(dir, 'sandbox.service');
      writeFileSync(unit, `${text}ExecStart=/bin/true\n`);
      const { stderr } = spawnSync('systemd-analyze', ['verify', '--man=no', unit], { encoding: 'utf8' });
      const unknown = stderr.split('\n').filter((line) => !/^$|Failed to parse system call/.test(line));
      expect(unknown.filter((line) => line.includes('sandbox.service'))).toEqual([]);
    }
  });
});

const strings = { type: 'array', items: { type: 'string' } };
const nonEmpty = { ...strings, minItems: 1 };

/** The parts of the published schemas that the exports use. */
const SCHEMAS: Readonly<Partial<Record<ExportName, object>>> = {
  oci: {
    type: 'object',
    additionalProperties: false,
    properties: {
      process: {
        type: 'object',
        properties: { noNewPrivileges: { type: 'boolean' } },
        additionalProperties: false,
      },
      linux: {
        type: 'object',
        additionalProperties: false,
        properties: {
          maskedPaths: strings,
          readonlyPaths: strings,
          seccomp: {
            type: 'object',
            required: ['defaultAction'],
            additionalProperties: false,
            properties: {
              defaultAction: { enum: ['SCMP_ACT_ALLOW'] },
              architectures: { type: 'array', items: { type: 'string', pattern: '^SCMP_ARCH_' } },
              syscalls: {
                type: 'array',
                items: {
                  type: 'object',
                  required: ['names', 'action'],
                  additionalProperties: false,
                  properties: {
                    names: nonEmpty,
                    action: { enum: ['SCMP_ACT_ERRNO'] },
                    errnoRet: { type: 'integer', minimum: 0 },
                    args: {
                      type: 'array',
                      items: {
                        type: 'object',
                        required: ['index', 'value', 'op'],
                        properties: {
                          index: { type: 'integer' },
                          value: { type: 'integer' },
                          valueTwo: { type: 'integer' },
                          op: { enum: ['SCMP_CMP_MASKED_EQ'] },
                        },
                      },
                    },
                  },
                },
              },
            },
          },
        },
      },
    },
  },
  landlockconfig: {
    type: 'object',
    additionalProperties: false,
    required: ['ruleset'],
    properties: {
      ruleset: {
        type: 'array',
        minItems: 1,
        items: {
          type: 'object',
          minProperties: 1,
          additionalProperties: false,
          properties: { handledAccessFs: nonEmpty },
        },
      },
      pathBeneath: {
        type: 'array',
        minItems: 1,
        items: {
          type: 'object',
          required: ['allowedAccess', 'parent'],
          additionalProperties: false,
          properties: { allowedAccess: nonEmpty, parent: nonEmpty },
        },
      },
    },
  },
};

describe.each(Object.entries(SCHEMAS))('the export to %s', (to, schema) => {
  it('has the shape of the published schema', () => {
    const validate = new Ajv({ allErrors: true }).compile(schema);
    for (const name of Object.keys(POLICIES)) {
      const { text } = exportPlan(to as ExportName, planned(name));
      validate(JSON.parse(text));
      expect(validate.errors).toBeNull();
    }
  });
});

describe('the seccomp filter of an export to oci', () => {
  it('tells removing a directory from removing a file', () => {
    const { plan, tree } = planned('agent');
    const text = (actions: readonly ('unlink' | 'rmdir')[]): string =>
      exportPlan('oci', {
        plan: { ...plan, filter: { actions, ioUring: false } },
        tree,
        strict: false,
        nul: false,
      }).text;
    const argumentsOf = (json: string): unknown =>
      (
        JSON.parse(json) as { linux: { seccomp: { syscalls: { names: string[]; args?: unknown }[] } } }
      ).linux.seccomp.syscalls
        .filter((s) => s.names.includes('unlinkat'))
        .map((s) => s.args);
    const flag = { index: 2, value: 0x200, op: 'SCMP_CMP_MASKED_EQ' };
    expect(argumentsOf(text(['unlink']))).toEqual([[{ ...flag, valueTwo: 0 }]]);
    expect(argumentsOf(text(['rmdir']))).toEqual([[{ ...flag, valueTwo: 0x200 }]]);
    expect(argumentsOf(text(['unlink', 'rmdir']))).toEqual([undefined]);
  });
});

describe('schema/export-1.json', () => {
  it('lists the formats and the facts of the code', async () => {
    const { PLAN_FACTS } = await import('../../src/tools/export/formats.js');
    const schema = JSON.parse(readFileSync('schema/export-1.json', 'utf8')) as {
      properties: { to: { enum: string[] } };
      $defs: { loss: { properties: { fact: { enum: string[] } } } };
    };
    expect(schema.properties.to.enum).toEqual(EXPORT_NAMES);
    expect(schema.$defs.loss.properties.fact.enum).toEqual(PLAN_FACTS);
  });
});
