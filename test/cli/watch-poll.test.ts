/** Where the system has no more watches to give, the files are looked at instead. */
import { expect, test, vi } from 'vitest';
import { watchSet } from '../../src/front/cli/watch-set.js';
import { folder } from '../support/llpc.js';

vi.mock('node:fs', async (original) => ({
  ...(await original<typeof import('node:fs')>()),
  watch: () => {
    throw Object.assign(new Error('no space left on device'), { code: 'ENOSPC' });
  },
}));

test('an event comes again and again, until the end', () => {
  vi.useFakeTimers();
  try {
    let events = 0;
    const set = watchSet(() => (events += 1));
    set.update([`${folder({ 'a.llp': '' })}/a.llp`]);
    vi.advanceTimersByTime(2000);
    expect(events).toBe(4);
    set.close();
    vi.advanceTimersByTime(2000);
    expect(events).toBe(4);
    expect(vi.getTimerCount()).toBe(0);
  } finally {
    vi.useRealTimers();
  }
});
