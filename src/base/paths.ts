/** Absolute paths as texts: without links, `.` and `..`. */

/** Returns the path of the directory of an object; that of `/` is `/`. */
export function parentPath(path: string): string {
  const slash = path.lastIndexOf('/');
  return slash <= 0 ? '/' : path.slice(0, slash);
}

/** Returns the directories above a path, the root first; none for the root. */
export function prefixesOf(path: string): string[] {
  if (path === '/') return [];
  const parts = path.split('/').slice(1, -1);
  return ['/', ...parts.map((_, i) => '/' + parts.slice(0, i + 1).join('/'))];
}
