/** `llpc export`: usage, exit codes, files and data. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { describe, expect, it } from 'vitest';
import { folder, llpc } from '../support/llpc.js';

const ACCEPTED = 'accept unenforced append, chdir, fcntl, getattr, ioctl, lock, map, open, setattr on linux;';

/** Returns a new folder with files. */
function world(): string {
  return folder({ 'data/a': '1', 'data/b c': '2', 'data/secret': '3' });
}
/** A policy that reads the files but one. */
const text = (root: string, accepted = ACCEPTED): string => `llp 1;
${accepted}
policy "p" {
  default deny;
  dir "${root}/data" { allow open, read, readdir, map, execute; file "secret" { deny all; } }
}
`;

async function run(
  args: readonly string[],
  accepted?: string,
): Promise<Awaited<ReturnType<typeof llpc>> & { root: string }> {
  const root = world();
  writeFileSync(join(root, 'p.llp'), text(root, accepted));
  return { ...(await llpc(root, ['export', 'p.llp', ...args])), root };
}

describe('llpc export', () => {
  it.each([
    [[], 'to which format?'],
    [['--to', 'docker'], '`--to docker`: it takes'],
    [['--to', 'oci', '--nul'], '`--nul` goes with `--to bubblewrap`'],
    [['--to', 'oci', '--out', ''], '`--out`: name a file'],
  ])('refuses wrong usage %j', async (args, message) => {
    const { code, err } = await run(args);
    expect([code, err]).toEqual([2, expect.stringContaining(message)]);
  });

  it('refuses an export that allows more, and prints nothing of it', async () => {
    const { code, out, err } = await run(['--to', 'landlockconfig']);
    expect([code, out]).toEqual([1, '']);
    expect(err).toContain('looser: mask `hide`');
    expect(err).toContain('not exported, because it would allow more');
  });

  it('exports it with --lossy, and still says what is lost', async () => {
    const { code, out, err, root } = await run(['--to', 'landlockconfig', '--lossy']);
    expect(code).toBe(0);
    expect(out).toContain(`${root}/data`);
    expect(err).toContain('looser: mask `hide`');
  });

  it('writes a file, and never one that it reads', async () => {
    const written = await run(['--to', 'landlockconfig', '--lossy', '-o', 'out.json']);
    expect([written.code, written.out]).toEqual([0, '']);
    expect(readFileSync(join(written.root, 'out.json'), 'utf8')).toContain('pathBeneath');
    const refused = await run(['--to', 'landlockconfig', '--lossy', '-o', 'p.llp']);
    expect([refused.code, refused.err]).toEqual([1, expect.stringContaining('LLP5013')]);
    const nowhere = await run(['--to', 'landlockconfig', '-o', 'out.json']);
    expect([nowhere.code, existsSync(join(nowhere.root, 'out.json'))]).toEqual([1, false]);
  });

  it('ends arguments with NUL', async () => {
    const { out } = await run(['--to', 'bubblewrap', '--lossy', '--nul']);
    expect(out.split('\0').slice(0, 4)).toEqual(['--unshare-user', '--disable-userns', '--cap-drop', 'ALL']);
    expect(out.endsWith('\0')).toBe(true);
  });

  it('prints data of the form of its schema', async () => {
    const schema = JSON.parse(readFileSync('schema/export-1.json', 'utf8')) as object;
    const validate = new Ajv2020({ allErrors: true, allowUnionTypes: true }).compile(schema);
    for (const lossy of [[], ['--lossy']]) {
      const { code, out } = await run(['--to', 'oci', '--format', 'json', ...lossy]);
      const data = JSON.parse(out) as { accepted: boolean; text: string | null };
      validate(data);
      expect(validate.errors).toBeNull();
      expect([code, data.accepted, data.text === null]).toEqual(
        lossy.length === 0 ? [1, false, true] : [0, true, false],
      );
    }
  });

  it('refuses a policy with gaps that it does not accept', async () => {
    const { code, out, err } = await run(['--to', 'bubblewrap', '--lossy'], '');
    expect([code, out]).toEqual([1, '']);
    expect(err).toContain('LLP4007');
  });

  it('refuses a policy whose objects are not there', async () => {
    const root = world();
    writeFileSync(join(root, 'p.llp'), text(join(root, 'nowhere')));
    const { code, err } = await llpc(root, ['export', 'p.llp', '--to', 'oci', '--lossy']);
    expect([code, err]).toEqual([1, expect.stringContaining('nowhere')]);
  });
});
