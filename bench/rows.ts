/** The rows of the table, and helpers to measure times. */

export interface Row {
  readonly what: string;
  readonly value: number;
  readonly unit: string;
  /** The required value; empty for a figure without a target. */
  readonly target: string;
  /** The figure to which it is compared. */
  readonly beside: string;
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[sorted.length >> 1] ?? Number.NaN;
}

/** The median of the milliseconds of some rounds, after a warm-up round. */
export function medianMs(rounds: number, run: () => void): number {
  run();
  return median(
    Array.from({ length: rounds }, () => {
      const start = performance.now();
      run();
      return performance.now() - start;
    }),
  );
}
