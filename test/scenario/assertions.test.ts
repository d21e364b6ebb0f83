/** Assertions that hold on all paths, on trees whose links, mounts and absences break them; and in manifest files. */
import { describe, expect, it } from 'vitest';
import { manifestText } from '../../src/artifact/text.js';
import { defined } from '../../src/base/assert.js';
import { compile, compileCleanly } from '../support/compile.js';
import { type CompileResult } from '../../src/compile.js';
import { renderText } from '../../src/diagnostics/render.js';
import { toDiagnostics } from '../../src/tools/query/locate.js';
import { readArtifact } from '../../src/runtime/artifact-file.js';
import { buildTree, type TreeEntry } from '../../src/runtime/kernel/build-tree.js';
import { loadPolicy, type LoadResult } from '../../src/runtime/load.js';
import { runTests } from '../../src/tools/testing/testing.js';

const dir = (path: string): TreeEntry => ({ kind: 'dir', path });
const file = (path: string): TreeEntry => ({ kind: 'file', path });
const link = (path: string, target: string): TreeEntry => ({ kind: 'link', path, target });
const hardlink = (path: string, target: string): TreeEntry => ({ kind: 'hardlink', path, target });
const bind = (path: string, target: string): TreeEntry => ({ kind: 'bind', path, target });

/** What the load says, as a person reads it. */
function told(result: CompileResult, entries: readonly TreeEntry[]): string {
  const { vfs, problems } = buildTree(entries);
  expect(problems).toEqual([]);
  const loaded: LoadResult<unknown> = loadPolicy(defined(result.artifact, 'it compiles'), vfs);
  const diagnostics = toDiagnostics(loaded.problems, result.sources);
  return `${loaded.kind}\n${renderText(diagnostics, result.sources, { colour: false })}`.trim();
}

const ETC = compileCleanly(`assert never write under "/etc";
policy "p" {
  dir? "/etc" { allow read; }
  file? "/srv/settings" { allow write; }
  dir? "/srv/spool" { allow write; }
}`);

describe('loadPolicy, an assertion about a place', () => {
  it('refuses the load for a hard link, with both places', () => {
    const tree = [dir('/etc'), file('/srv/settings'), hardlink('/etc/app', '/srv/settings')];
    expect(told(ETC, tree)).toBe(
      `refused
policy.llp:2:1: error[LLP5014]: \`write\` is allowed on \`/etc/app\`
    2 | assert never write under "/etc";
      | ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
policy.llp:5:27: note: allowed here, by a rule of \`/srv/settings\`
    5 |   file? "/srv/settings" { allow write; }
      |                           ^^^^^^^^^^^^
help: let the links and mounts of this tree lead elsewhere, or change the rule or the assertion`,
    );
  });

  it('follows links to what is asserted', () => {
    const text = 'assert never write at "/log";\npolicy "p" { dir? "/var" { allow write; } }';
    expect(told(compileCleanly(text), [dir('/var/log'), link('/log', 'var/log')])).toBe('loaded');
    expect(told(compileCleanly(text), [file('/var/log'), link('/log', 'var/log')])).toContain(
      'error[LLP5014]: `write` is allowed on `/var/log`',
    );
  });

  it('judges what may appear in a directory', () => {
    const text = 'assert never write under "/log";\npolicy "p" { dir? "/var" { allow write; } }';
    expect(told(compileCleanly(text), [dir('/var'), link('/log', 'var')])).toContain(
      'error[LLP5014]: `write` is allowed on what appears in `/var`',
    );
  });

  it('refuses the load for a mount', () => {
    const text = 'assert never write under "/etc";\npolicy "p" { dir? "/srv/spool" { allow write; } }';
    const tree = [dir('/etc/spool'), dir('/srv/spool'), bind('/etc/spool', '/srv/spool')];
    expect(told(compileCleanly(text), tree)).toContain(
      'error[LLP5014]: `write` is allowed on what appears in `/etc/spool`',
    );
  });

  it('names `default` where no rule decides', () => {
    const text =
      'assert always read under "/a";\npolicy "p" { dir? "/a" { allow read; } dir? "/b" { allow open; } }';
    const tree = [dir('/a'), file('/b/x'), hardlink('/a/x', '/b/x')];
    expect(told(compileCleanly(text), tree)).toBe('loaded');
    const at = compileCleanly('assert never read at "/a";\npolicy "p" { default deny; }');
    expect(told(at, [])).toBe('loaded');
  });

  it('warns where a path that does not exist would break the assertion', () => {
    const keys = compileCleanly(`assert never write under "/srv/keys";
policy "p" { dir? "/srv" { allow write; dir? "keys" { deny write; } } }`);
    expect(told(keys, [dir('/srv/keys')])).toBe('loaded');
    expect(told(keys, [dir('/srv')])).toBe(
      `loaded
policy.llp:2:1: warning[LLP5015]: \`/srv/keys\` is not there; if it is made later, \`write\` is allowed on it
    2 | assert never write under "/srv/keys";
      | ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
policy.llp:3:28: note: allowed here, by a rule of \`/srv\`
    3 | policy "p" { dir? "/srv" { allow write; dir? "keys" { deny write; } } }
      |                            ^^^^^^^^^^^^
help: make it before the policy is loaded`,
    );
    expect(told(keys, [])).toBe('loaded');
  });

  it('judges what all layers allow together', () => {
    const text = (claim: string): string =>
      `policy "a" { dir? "/a" { allow read; } ${claim} }\npolicy "b" { dir? "/b" { allow read; } }`;
    const tree = [dir('/c'), dir('/a'), link('/b', 'a')];
    expect(told(compileCleanly(`assert never read under "/";\n${text('')}`), tree)).toContain('LLP5014');
    const own = compileCleanly(text('assert never read under "/b";'));
    expect(told(own, tree)).toContain('LLP5014');
    expect(told(own, [dir('/a'), dir('/b')])).toBe('loaded');
  });
});

describe('loadPolicy, an assertion about gains', () => {
  const moves = compileCleanly(`assert never gains read;
policy "p" {
  dir? "/in" { allow rename; }
  dir? "/drop" { here { allow renameto; } }
  dir? "/out" { allow read; }
}`);

  it('refuses the load where a link makes a move possible', () => {
    expect(told(moves, [dir('/in'), dir('/drop'), dir('/out')])).toBe('loaded');
    expect(told(moves, [dir('/in'), dir('/drop'), link('/out', 'drop')])).toBe(
      `refused
policy.llp:2:1: error[LLP5016]: an object that moves from \`/in\` to \`/drop\` gains \`read\`, and an assertion rules this out
    2 | assert never gains read;
      | ^^^^^^^^^^^^^^^^^^^^^^^^
policy.llp:4:16: note: the move is allowed here, by a rule of \`/in\`
    4 |   dir? "/in" { allow rename; }
      |                ^^^^^^^^^^^^^
policy.llp:5:25: note: the move is allowed here, by a rule of \`/drop\`
    5 |   dir? "/drop" { here { allow renameto; } }
      |                         ^^^^^^^^^^^^^^^
help: deny \`rename\` in the first or \`renameto\` in the second`,
    );
  });

  it('loads where both places are on different mounts', () => {
    const hidden = compileCleanly(`assert never gains read;
policy "p" {
  dir? "/in" { allow rename; }
  dir? "/drop" { here { allow renameto; } }
  dir? "/out" { allow read; }
  dir? "/hidden" { here { deny walk; } }
}`);
    const tree = [dir('/in'), dir('/drop'), link('/out', 'drop'), dir('/hidden/store')];
    expect(told(hidden, tree)).toContain('LLP5016');
    expect(told(hidden, [...tree, bind('/in', '/hidden/store')])).toBe('loaded');
  });
});

describe('manifest, assertions', () => {
  it('has the assertions of the policy', async () => {
    const text =
      'llp 1; assert never write, create under "/etc"; policy "p" { dir? "/etc" { allow read; } dir? "/srv" { allow write; } }';
    const { artifact } = compile(text);
    const made = defined(artifact, 'it compiles');
    const read = await readArtifact('m.json', manifestText(made.manifest), (name) => made.bytecode.get(name));
    if (read.kind !== 'ok') throw new Error(JSON.stringify(read.problems));
    expect(read.artifact.manifest.assertions).toEqual(made.manifest.assertions);
    const { vfs } = buildTree([file('/srv/x'), file('/etc/y'), hardlink('/etc/x', '/srv/x')]);
    // The file has its own rules in neither place: it is judged where it is reached.
    expect(loadPolicy(read.artifact, vfs).kind).toBe('loaded');
    const broken = buildTree([file('/srv/x'), link('/etc', 'srv')]);
    expect(loadPolicy(read.artifact, broken.vfs).kind).toBe('refused');
  });

  it('has no field for assertions without an assertion', () => {
    const { artifact } = compile('llp 1; policy "p" { dir "/a" { allow read; } }');
    expect(Object.keys(defined(artifact, 'it compiles').manifest)).not.toContain('assertions');
  });
});

describe('runTests', () => {
  it('reports an assertion that the tree of the test breaks', () => {
    const result = compileCleanly(`assert never write under "/etc";
policy "p" { dir? "/etc" { allow read; } file? "/srv/x" { allow write; } }
test "t" { given { file "/srv/x"; hardlink "/etc/x" -> "/srv/x"; } expect allow read "/etc/y"; }`);
    const [report] = defined(runTests(result), 'it compiles');
    expect(report?.diagnostics.map((d) => d.code)).toEqual(['LLP5014']);
  });
});
