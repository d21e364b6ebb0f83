/** Constructors for the rows of the catalogue. They keep the message as a literal type. */

export interface Row<S, M extends string> {
  readonly severity: S;
  readonly title: string;
  readonly message: M;
  readonly help?: string;
}

export function error<const M extends string>(title: string, message: M, help?: string): Row<'error', M> {
  return { severity: 'error', title, message, ...(help !== undefined && { help }) };
}

export function warning<const M extends string>(title: string, message: M, help?: string): Row<'warning', M> {
  return { severity: 'warning', title, message, ...(help !== undefined && { help }) };
}
