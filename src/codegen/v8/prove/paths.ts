/** Every way through a run that makes choices: the run is repeated, and each repetition takes the next way. */

export interface Paths {
  /** The choice for a name, one of `count`; the same for the whole path. */
  readonly choose: (name: string, count: number) => number;
  /** The choice that this path has made; undefined if it has made none. */
  readonly chosen: (name: string) => number | undefined;
  /** Goes on to the next path; false when there is none. */
  readonly next: () => boolean;
  /** The choices of the path, for people. */
  readonly text: () => string;
}

/** The paths of a run, at the first one. */
export function createPaths(): Paths {
  /** The choices in the order in which they were made. Those that the last path made first are kept. */
  const choices = new Map<string, { choice: number; readonly count: number }>();
  return {
    choose(name, count) {
      const made = choices.get(name);
      if (made !== undefined) return made.choice;
      choices.set(name, { choice: 0, count });
      return 0;
    },
    chosen: (name) => choices.get(name)?.choice,
    next() {
      for (const [name, made] of [...choices].reverse()) {
        if (++made.choice < made.count) return true;
        choices.delete(name);
      }
      return false;
    },
    text: () => [...choices].map(([name, { choice }]) => `${name} ${choice}`).join(', '),
  };
}
