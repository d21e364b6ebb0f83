/**
 * The processes of a trace: their open descriptors and their mappings.
 *
 * Threads share these tables, and one task of the kernel model stands for all of them. A process that shares only its
 * descriptors is followed as a thread, one that shares only its working directory as a separate process; both are
 * noted.
 */

/**
 * An open descriptor: a file of the tree, with its label in the scenario, or something else, such as a pipe or a
 * socket.
 */
export type Open =
  { readonly kind: 'file'; readonly label: string; readonly cloexec: boolean } | { readonly kind: 'other' };

export interface Mapped {
  readonly from: bigint;
  readonly to: bigint;
  /** Undefined for anonymous memory. */
  readonly label: string | undefined;
}

/** The tables that threads share. */
export interface SharedFiles {
  readonly task: string;
  readonly files: Map<number, Open>;
  /** The number of processes that share it. */
  users: number;
}

export interface Space {
  maps: Mapped[];
}

export interface Process {
  shared: SharedFiles;
  space: Space;
}

export function newProcess(task: string): Process {
  return { shared: { task, files: new Map(), users: 1 }, space: { maps: [] } };
}

/** The process that `clone` with these flags creates. `task` is the label of its task, unless it is a thread. */
export function cloneProcess(parent: Process, flags: readonly string[], task: string): Process {
  const space = flags.includes('CLONE_VM') ? parent.space : { maps: [...parent.space.maps] };
  if (flags.includes('CLONE_FILES')) {
    parent.shared.users++;
    return { shared: parent.shared, space };
  }
  return { shared: { task, files: new Map(parent.shared.files), users: 1 }, space };
}

/** Adds a mapping. It replaces what was mapped in its range. */
export function addMapping(space: Space, mapped: Mapped): void {
  removeRange(space, mapped.from, mapped.to);
  space.maps.push(mapped);
}

/** Removes a range. Returns the labels of the mappings that are removed completely. */
export function removeRange(space: Space, from: bigint, to: bigint): string[] {
  const before = labelsOf(space);
  space.maps = space.maps.flatMap((m) => {
    if (m.to <= from || m.from >= to) return [m];
    const left = m.from < from ? [{ ...m, to: from }] : [];
    const right = m.to > to ? [{ ...m, from: to }] : [];
    return [...left, ...right];
  });
  const after = labelsOf(space);
  return [...before].filter((label) => !after.has(label));
}

function labelsOf({ maps }: Space): Set<string> {
  return new Set(maps.flatMap((m) => m.label ?? []));
}

/** The labels of the file mappings in a range. */
export function mappingsIn(space: Space, from: bigint, to: bigint): string[] {
  return [
    ...new Set(
      space.maps.flatMap((m) => (m.label !== undefined && m.from < to && m.to > from ? [m.label] : [])),
    ),
  ];
}
