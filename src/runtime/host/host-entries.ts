/**
 * The entries of a real directory, read when they are asked for: one `lstat` for a name that is looked up, one `readdir` when
 * the names are listed. What was read once stays: the tree is the same for the whole grounding.
 */
import type { Inode } from '../kernel/vfs.js';

/** How the entries of directories are read. `D` says which directory. */
export interface EntrySource<D> {
  /** Returns the object of a name; undefined if there is none. */
  readonly lookUp: (dir: D, name: string) => Inode | undefined;
  /** Returns the names of a directory, sorted by their bytes. */
  readonly list: (dir: D) => readonly string[];
  /** Called after an object that was looked up is stored. */
  readonly settle: () => void;
}

/** A map of names to inodes that reads from a source. Changes by the kernel model stay in memory. */
export class HostEntries<D> extends Map<string, Inode> {
  /** Names that are known not to exist. The sets are made when they are needed: there are many directories. */
  private missing: Set<string> | undefined;
  /** Names that the kernel model added. */
  private added: Set<string> | undefined;
  /** The names in order, once they were listed. */
  private names: Set<string> | undefined;

  constructor(
    private readonly source: EntrySource<D>,
    private readonly dir: D,
  ) {
    super();
  }

  override get(name: string): Inode | undefined {
    const known = super.get(name);
    if (known !== undefined || this.missing?.has(name) === true) return known;
    const found = this.source.lookUp(this.dir, name);
    if (found === undefined) (this.missing ??= new Set()).add(name);
    else super.set(name, found);
    this.source.settle();
    return found;
  }

  override has(name: string): boolean {
    return this.get(name) !== undefined;
  }

  override set(name: string, inode: Inode): this {
    this.missing?.delete(name);
    (this.added ??= new Set()).add(name);
    this.names?.add(name);
    return super.set(name, inode);
  }

  override delete(name: string): boolean {
    const had = this.has(name);
    (this.missing ??= new Set()).add(name);
    this.added?.delete(name);
    this.names?.delete(name);
    super.delete(name);
    return had;
  }

  override get size(): number {
    // The constructor of `Map` and debuggers ask before there is a source.
    return this.source === undefined ? 0 : this.listed().size;
  }

  /** Names that were looked up come first, so that a search for a known inode does not read the directory. */
  override *keys(): MapIterator<string> {
    const first = [...super.keys()];
    yield* first;
    const seen = new Set(first);
    for (const name of this.listed()) if (!seen.has(name)) yield name;
  }

  override *entries(): MapIterator<[string, Inode]> {
    for (const name of this.keys()) {
      const inode = this.get(name);
      if (inode !== undefined) yield [name, inode];
    }
  }

  override *values(): MapIterator<Inode> {
    for (const [, inode] of this.entries()) yield inode;
  }

  override [Symbol.iterator](): MapIterator<[string, Inode]> {
    return this.entries();
  }

  override forEach(visit: (inode: Inode, name: string, map: Map<string, Inode>) => void): void {
    for (const [name, inode] of this.entries()) visit(inode, name, this);
  }

  /** Returns the entries that were looked up so far, without reading more. */
  known(): MapIterator<[string, Inode]> {
    return super.entries();
  }

  private listed(): Set<string> {
    if (this.names === undefined) {
      const names = this.source.list(this.dir);
      this.names = new Set(names.filter((name) => this.missing?.has(name) !== true));
      for (const name of this.added ?? []) this.names.add(name);
    }
    return this.names;
  }
}
