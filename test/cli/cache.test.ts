/** The cache changes nothing but the work: outputs are the same with and without, whatever lies in its folder. */
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { appendFileSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { beforeEach, describe, expect, it, test } from 'vitest';
import { filesIn, folder, GOOD, llpc, type Ran } from '../support/llpc.js';
import { fc } from '../support/random.js';

const POLICY = GOOD.replace('llp 1;', 'llp 1;\nimport "more/sets.llp";\nimport "std/node.llp";')
  .replace('read, open', 'glance')
  .replace('default deny;', 'default deny; deny write;');
const SETS = 'llp 1;\nactions glance = read, open;\n';

let root = '';
beforeEach(() => {
  root = folder({ 'site.llp': POLICY, 'more/sets.llp': SETS });
});

const contents = (dir: string): [string, string][] =>
  filesIn(dir)
    .filter((name) => /\.\w+$/.test(name))
    .map((name) => [name, readFileSync(join(dir, name), 'latin1')]);

/** Exit code, output and files of a build. */
async function build(...args: string[]): Promise<{ readonly ran: Ran; readonly files: [string, string][] }> {
  rmSync(join(root, 'out'), { recursive: true, force: true });
  const ran = await llpc(root, ['build', 'site.llp', '-o', 'out', ...args]);
  return { ran, files: ran.code === 0 ? contents(join(root, 'out')) : [] };
}

const cached = (...args: string[]): ReturnType<typeof build> => build('--cache', 'cache', ...args);
const entries = (): string[] => filesIn(join(root, 'cache')).filter((name) => name.endsWith('.json'));
const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

/** Changes what every entry says, sealed as if it had been written so. */
function forge(change: (body: string) => string): void {
  for (const name of entries()) {
    const path = join(root, 'cache', name);
    const body = change(readFileSync(path, 'utf8').slice(65));
    writeFileSync(path, `${sha256(body)}\n${body}`);
  }
}

describe('llpc build --cache', () => {
  it('builds the same files and warnings as without a cache, the first time and again', async () => {
    const plain = await build();
    expect(plain.ran).toMatchObject({ code: 0, err: expect.stringMatching(/warning\[LLP3014\]/) as string });
    expect(await cached()).toEqual(plain);
    expect(entries()).toHaveLength(2);
    expect(await cached()).toEqual(plain);
    expect(entries()).toHaveLength(2);
  });

  it('builds what the entry says', async () => {
    await cached();
    forge((body) => body.replace('"policy":"site"', '"policy":"sate"'));
    expect((await cached()).files.find(([name]) => name === 'manifest.json')?.[1]).toContain(
      '"policy": "sate"',
    );
    expect((await build('--cache', 'cache', '--no-cache')).files).toEqual((await build()).files);
  });

  it('takes the folder from LLPC_CACHE', async () => {
    const env = { LLPC_CACHE: 'cache' };
    expect((await llpc(root, ['build', 'site.llp', '-o', 'out'], env)).code).toBe(0);
    expect(entries()).toHaveLength(2);
    rmSync(join(root, 'cache'), { recursive: true });
    expect((await llpc(root, ['build', 'site.llp', '-o', 'out', '--no-cache'], env)).code).toBe(0);
    expect(filesIn(root)).not.toContain('cache');
  });

  test.each([
    ['the policy', () => appendFileSync(join(root, 'site.llp'), '// more\n'), []],
    ['an import', () => writeFileSync(join(root, 'more/sets.llp'), SETS.replace('open', 'map')), []],
    ['a define', () => undefined, ['-D', 'site=/var/www']],
  ])('another value of %s is another build', async (_, change, args) => {
    const first = await cached();
    change();
    const plain = await build(...args);
    expect(plain.files).not.toEqual(first.files);
    expect(await cached(...args)).toEqual(plain);
    expect(await cached(...args)).toEqual(plain);
  });

  it('reports a missing import, also after a build that found it', async () => {
    await cached();
    rmSync(join(root, 'more'), { recursive: true });
    expect(await cached()).toEqual(await build());
    expect((await cached()).ran).toMatchObject({ code: 1, err: expect.stringMatching(/LLP2015/) as string });
  });

  it('keeps no entry of a build that fails', async () => {
    writeFileSync(join(root, 'site.llp'), 'llp 1;\npolicy "p" { alow read; }\n');
    expect((await cached()).ran.code).toBe(1);
    expect(filesIn(root)).not.toContain('cache');
  });

  it('warns that a folder without write permission is not used', async () => {
    writeFileSync(join(root, 'cache'), 'kept');
    for (const path of ['cache', '/proc/llpc']) {
      const { ran, files } = await build('--cache', path);
      expect(files).toEqual((await build()).files);
      expect(ran.code).toBe(0);
      expect(ran.err).toContain(`warning[LLP5023]: the cache in \`${path}\` is not used: `);
    }
    expect(readFileSync(join(root, 'cache'), 'utf8')).toBe('kept');
  });
});

describe('llpc build --cache, a damaged entry', () => {
  test.each([
    ['cut short', (bytes: Buffer) => bytes.subarray(0, bytes.length / 2)],
    ['empty', () => Buffer.alloc(0)],
    ['no text', () => Buffer.from([0xff, 0xfe, 0])],
  ])('%s is ignored and written again', async (_, damage) => {
    const first = await cached();
    const good = contents(join(root, 'cache'));
    for (const [name] of good) {
      const path = join(root, 'cache', name);
      writeFileSync(path, damage(readFileSync(path)));
    }
    expect(await cached()).toEqual(first);
    expect(contents(join(root, 'cache'))).toEqual(good);
  });

  it('ignores an entry under the name of another', async () => {
    const first = await cached();
    const good = contents(join(root, 'cache'));
    const [a, b] = good;
    if (a === undefined || b === undefined) throw new Error('two entries');
    writeFileSync(join(root, 'cache', a[0]), b[1], 'latin1');
    writeFileSync(join(root, 'cache', b[0]), a[1], 'latin1');
    expect(await cached()).toEqual(first);
    expect(contents(join(root, 'cache'))).toEqual(good);
  });

  it('ignores an entry with one changed byte', async () => {
    const first = await cached();
    const good = contents(join(root, 'cache'));
    await fc.assert(
      fc.asyncProperty(fc.nat(), fc.nat(), fc.integer({ min: 1, max: 255 }), async (file, at, flip) => {
        const [name, text] = good[file % good.length] ?? ['', ''];
        const bytes = Buffer.from(text, 'latin1');
        bytes[at % bytes.length] = (bytes[at % bytes.length] ?? 0) ^ flip;
        writeFileSync(join(root, 'cache', name), bytes);
        expect(await cached()).toEqual(first);
        expect(contents(join(root, 'cache'))).toEqual(good);
      }),
      { numRuns: 20 },
    );
  });
});

test('llpc build --cache: processes that share a folder all build the same', async () => {
  const plain = await build();
  const main = resolve('dist/src/front/cli/main.js');
  const outs = ['a', 'b', 'c', 'd'];
  const codes = await Promise.all(
    outs.map(
      (out) =>
        new Promise((done) => {
          const args = [main, 'build', 'site.llp', '-o', out, '--cache', 'deep/er/cache'];
          spawn(process.execPath, args, { cwd: root, stdio: 'ignore' }).on('exit', done);
        }),
    ),
  );
  expect(codes).toEqual([0, 0, 0, 0]);
  for (const out of outs) expect(contents(join(root, out))).toEqual(plain.files);
  expect(filesIn(join(root, 'deep/er/cache')).filter((name) => name.includes('.tmp'))).toEqual([]);
});
