/** Rows of the table, and the few measures that they are made with. */

export interface Row {
  readonly what: string;
  readonly value: number;
  readonly unit: string;
  /** What it is to be; empty for a figure that only stands beside another. */
  readonly target: string;
  /** What it is compared to. */
  readonly beside: string;
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[sorted.length >> 1] ?? Number.NaN;
}

/** Median of the milliseconds that some rounds take, after one that is not counted. */
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
