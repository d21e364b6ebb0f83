/**
 * Processes as a trace shows them: what each has open, and what it has mapped.
 *
 * Threads share tables, and a task of the kernel model stands for all of them. Sharing descriptors without the working
 * directory, or the other way round, is followed as sharing both goes with the descriptors; that is noted.
 */

/** A descriptor of a file of the tree has a label of the scenario; `other` is a pipe, a socket and the like. */
export type Open =
  { readonly kind: 'file'; readonly label: string; readonly cloexec: boolean } | { readonly kind: 'other' };

export interface Mapped {
  readonly from: bigint;
  readonly to: bigint;
  /** Undefined for memory that no file is behind. */
  readonly label: string | undefined;
}

/** What threads share. */
export interface SharedFiles {
  readonly task: string;
  readonly files: Map<number, Open>;
  /** Processes that have it. */
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

/** What `clone` with these flags makes; `task` labels the new task when it is one. */
export function cloneProcess(parent: Process, flags: readonly string[], task: string): Process {
  const space = flags.includes('CLONE_VM') ? parent.space : { maps: [...parent.space.maps] };
  if (flags.includes('CLONE_FILES')) {
    parent.shared.users++;
    return { shared: parent.shared, space };
  }
  return { shared: { task, files: new Map(parent.shared.files), users: 1 }, space };
}

/** Puts a mapping over what is there. */
export function addMapping(space: Space, mapped: Mapped): void {
  removeRange(space, mapped.from, mapped.to);
  space.maps.push(mapped);
}

/** Takes a range out; the labels of mappings of which nothing is left. */
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

/** The mappings of files in a range. */
export function mappingsIn(space: Space, from: bigint, to: bigint): string[] {
  return [
    ...new Set(
      space.maps.flatMap((m) => (m.label !== undefined && m.from < to && m.to > from ? [m.label] : [])),
    ),
  ];
}
