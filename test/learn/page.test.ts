/** The example of docs/learn.md is what comes out. */
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { guessHome, learn } from '../../src/learn/learn.js';
import { recordTrace } from '../../src/learn/record.js';
import { learnReportText } from '../../src/learn/report.js';
import { readTrace } from '../../src/learn/strace.js';

const PAGE = fileURLToPath(new URL('../../docs/learn.md', import.meta.url));

test('the example of the page', () => {
  const page = readFileSync(PAGE, 'utf8');
  const trace = /```strace\n([^]*?)```/.exec(page)?.[1] ?? '';
  const recording = recordTrace(readTrace(trace), { input: 0 });
  const inputs = [{ name: 'app.strace', what: `app.strace, ${recording.calls} calls`, recording }];
  const settings = {
    name: 'app',
    off: new Set<never>(),
    siblings: 3,
    home: guessHome(inputs),
    nevers: [],
    verify: true,
  };
  const learned = learn(inputs, settings);
  const text = learnReportText({ inputs, learned, settings });
  const made = page
    .replace(/```llp\n[^]*?```/, () => `\`\`\`llp\n${learned.text}\`\`\``)
    .replace(/```text\n[^]*?```/, () => `\`\`\`text\n${text}\`\`\``);
  if (process.env['UPDATE_GOLDEN'] !== undefined) writeFileSync(PAGE, made);
  else expect(page).toBe(made);
});
