import { decider } from 'llpc/testing';
import { policyTests } from 'llpc/vitest';
import { expect, test } from 'vitest';

policyTests('app.llp');

test('compiles to what was looked at', async () => {
  await expect('app.llp').toMatchPolicyGolden('golden');
});

test('lets the recorded run pass', async () => {
  await expect('app.llp').toReplay('scenario.json');
});

test('decides', () => {
  const app = decider('app.llp', ['/srv/data/a', '/srv/data/private/b', '/etc/passwd']);
  expect(app).toAllow('read', '/srv/data/a');
  expect(app).toDeny('read', '/srv/data/private/b');
  expect(app).toDeny('open', '/etc/passwd');
});
