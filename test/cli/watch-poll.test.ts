/** If the system has no more watches, the files are polled. */
import { describe, expect, it, vi } from 'vitest';
import { watchSet } from '../../src/front/cli/watch-set.js';
import { folder } from '../support/llpc.js';

const noWatches = (): never => {
  throw Object.assign(new Error('no space left on device'), { code: 'ENOSPC' });
};

describe('watchSet', () => {
  it('looks twice a second, until it is closed, where the system has no more watches', () => {
    vi.useFakeTimers();
    try {
      let events = 0;
      const set = watchSet(() => (events += 1), noWatches);
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
});
