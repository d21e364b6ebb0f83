/** Rows of the catalogue, with their message kept as a literal type. */

export function error<const M extends string>(
  title: string,
  message: M,
): { severity: 'error'; title: string; message: M } {
  return { severity: 'error', title, message };
}

export function warning<const M extends string>(
  title: string,
  message: M,
): { severity: 'warning'; title: string; message: M } {
  return { severity: 'warning', title, message };
}
