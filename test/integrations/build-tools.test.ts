/** make and Ninja: the example builds, does nothing when nothing changed, and builds again when an import does. */
import { existsSync, readFileSync, statSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { has } from '../support/tools.js';
import { project, script, sh } from '../support/project.js';

const TOOLS = [
  ['make', /up to date/],
  ['ninja', /no work to do/],
] as const;

describe.each(TOOLS)('build tools, %s', (tool, idle) => {
  it.skipIf(!has(tool))('builds the changed policy and nothing else', () => {
    const root = project(tool);
    const manifest = (): string => readFileSync(join(root, 'out/manifest.json'), 'utf8');
    expect(script(root, 'build')).not.toMatch(idle);
    expect(manifest()).toContain('"policy": "app"');
    expect(readFileSync(join(root, 'out.d'), 'utf8')).toMatch(
      /^out\/manifest\.json: \\\n {2}app\.llp \\\n {2}sets\.llp\n/,
    );
    expect(script(root, 'build')).toMatch(idle);
    const first = manifest();
    const later = statSync(join(root, 'out/manifest.json')).mtimeMs / 1000 + 100;
    writeFileSync(join(root, 'sets.llp'), 'llp 1;\nactions look = open, read;\n');
    utimesSync(join(root, 'sets.llp'), later, later);
    expect(script(root, 'build')).not.toMatch(idle);
    expect(manifest()).not.toBe(first);
  });

  it.skipIf(!has(tool))('fails if the policy has an error, and builds again after the repair', () => {
    const root = project(tool);
    script(root, 'build');
    const text = readFileSync(join(root, 'app.llp'), 'utf8');
    const put = (content: string, time: number): void => {
      writeFileSync(join(root, 'app.llp'), content);
      utimesSync(join(root, 'app.llp'), time, time);
    };
    const later = statSync(join(root, 'out/manifest.json')).mtimeMs / 1000 + 100;
    put(text.replace('deny all', 'deny everything'), later);
    const broken = sh(root, tool);
    expect(broken.code).toBeGreaterThan(0);
    expect(broken.out + broken.err).toContain('app.llp:11:26: error[LLP2001]');
    // An import that is gone is asked for no more.
    put(text.replace('import "sets.llp";', 'actions look = open, read;'), later + 1);
    rmSync(join(root, 'sets.llp'));
    script(root, 'build');
    expect(existsSync(join(root, 'out/manifest.json'))).toBe(true);
  });
});
