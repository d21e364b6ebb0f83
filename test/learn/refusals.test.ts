/** The report on calls that were refused, and their effect on the policy. */
import { expect, it } from 'vitest';
import { compile } from '../support/compile.js';
import {
  assertionOf,
  learn,
  type Learned,
  type LearnOptions,
  type Learnt,
} from '../../src/tools/learn/learn.js';
import type { Never } from '../../src/tools/learn/needs-tree.js';
import { recordTrace } from '../../src/tools/learn/record.js';
import { learnReportText } from '../../src/tools/learn/report.js';
import { readTrace } from '../../src/tools/learn/strace.js';
import { maskOf } from '../../src/abi/actions.js';

const TRACE = `1 openat(AT_FDCWD, "/srv/data/a", O_RDONLY) = 3
1 openat(AT_FDCWD, "/srv/data/b", O_RDONLY) = 4
1 openat(AT_FDCWD, "/srv/data/c", O_RDONLY) = 5
1 openat(AT_FDCWD, "/srv/data/key.pem", O_RDONLY) = -1 EACCES (Permission denied)
1 openat(AT_FDCWD, "/srv/data/log", O_RDWR) = -1 EACCES (Permission denied)
1 openat(AT_FDCWD, "/srv/out/new", O_RDWR|O_CREAT, 0644) = 6
1 openat(AT_FDCWD, "/srv/out/old", O_RDWR) = -1 EPERM (Operation not permitted)
1 mount("/a", "/b", 0x7f, MS_BIND, NULL) = -1 EPERM (Operation not permitted)
`;

function report(more: Partial<LearnOptions>): { readonly text: string; readonly learned: Learned } {
  const settings: LearnOptions = {
    ...{ name: 'p', off: new Set(), siblings: 3, home: undefined, nevers: [], verify: true },
    ignoreRefused: false,
    ...more,
  };
  const recording = recordTrace(readTrace(TRACE), { input: 0, assertionOf: assertionOf(settings.nevers) });
  const inputs: Learnt[] = [{ name: 't', what: 't, 8 calls', recording }];
  const learned = learn(inputs, settings);
  expect(compile([{ name: 'p.llp', text: learned.text }]).artifact).toBeDefined();
  return { text: learnReportText({ inputs, learned, settings }), learned };
}

it('learn, refused calls: applies no rule that would allow one, and reports what a grant allows anyway', () => {
  expect(report({}).text).toMatchInlineSnapshot(`
    "t, 8 calls: replayed in 5 steps, 0 denied
    granted beyond what was observed (1):
      /srv/out/…: open, read, write; not observed: /srv/out/a
    not generalised, as that would allow what was refused; \`--ignore-refused\` does (1):
      siblings: /srv/data: t:4: openat("/srv/data/key.pem")
    failed with EACCES or EPERM, and allowed by the policy (1):
      t:7: openat("/srv/out/old"): EPERM; allowed by line 14: \`allow open, read, write;\`; \`--never open,read,write:/srv/out/old\` keeps it refused
    failed with EACCES or EPERM: not granted (3):
      t:4: openat("/srv/data/key.pem"): EACCES
      t:5: openat("/srv/data/log"): EACCES
      t:8: mount("/a", "/b"): EPERM (what it asks for is not known)
    "
  `);
});

it('learn, refused calls: `ignoreRefused` applies the rule', () => {
  expect(report({ ignoreRefused: true }).text).toMatchInlineSnapshot(`
    "t, 8 calls: replayed in 5 steps, 0 denied
    rules applied (1):
      siblings: /srv/data: 3 entries need the same
    granted beyond what was observed (2):
      /srv/data/…: open, read; not observed: /srv/data/d
      /srv/out/…: open, read, write; not observed: /srv/out/a
    failed with EACCES or EPERM, and allowed by the policy (2):
      t:4: openat("/srv/data/key.pem"): EACCES; allowed by line 11: \`dir? "/srv/data" { allow open, read; }\`; \`--never open,read:/srv/data/key.pem\` keeps it refused
      t:7: openat("/srv/out/old"): EPERM; allowed by line 14: \`allow open, read, write;\`; \`--never open,read,write:/srv/out/old\` keeps it refused
    failed with EACCES or EPERM: not granted (2):
      t:5: openat("/srv/data/log"): EACCES
      t:8: mount("/a", "/b"): EPERM (what it asks for is not known)
    "
  `);
});

it('learn, refused calls: the assertion of the report keeps the call refused', () => {
  const { learned } = report({});
  expect(learned.stillAllowed.map((s) => s.never)).toEqual(['open,read,write:/srv/out/old']);
  const actions = maskOf('open', 'read', 'write');
  const never: Never = { actions, path: ['srv', 'out', 'old'], text: 'never' };
  const kept = report({ nevers: [never] }).learned;
  expect([kept.faults, kept.stillAllowed]).toEqual([[], []]);
});
