/**
 * The helper functions of the Landlock v8 ABI, one row for each. If a kernel uses other numbers, change this table.
 *
 * Source: the table "Helpers" of the ABI description.
 */

export type ArgKind =
  | 'inode_map' // a pointer to a map of type inode, from LD_IMM64 with source 1
  | 'map' // a pointer to a plain (array or hash) map
  | 'map_key' // a pointer to key_size readable bytes
  | 'map_value' // a pointer to value_size readable bytes
  | 'inode'
  | 'chain'
  | 'tag_object'
  | 'scalar';

export type ReturnKind = 'scalar' | 'map_value_or_null';

export interface HelperAbi {
  readonly number: number;
  readonly name: string;
  /** The arguments, in r1, r2, … */
  readonly args: readonly ArgKind[];
  readonly returns: ReturnKind;
}

export const HELPER = {
  map_lookup_elem: 1,
  map_update_elem: 2,
  map_delete_elem: 3,
  inode_map_lookup: 60,
  inode_get_tag: 61,
  landlock_set_tag: 62,
} as const;

const row = (number: number, name: string, args: readonly ArgKind[], returns: ReturnKind): HelperAbi => ({
  number,
  name,
  args,
  returns,
});

const HELPERS: readonly HelperAbi[] = [
  row(1, 'map_lookup_elem', ['map', 'map_key'], 'map_value_or_null'),
  row(2, 'map_update_elem', ['map', 'map_key', 'map_value', 'scalar'], 'scalar'),
  row(3, 'map_delete_elem', ['map', 'map_key'], 'scalar'),
  row(60, 'inode_map_lookup', ['inode_map', 'inode'], 'scalar'),
  row(61, 'inode_get_tag', ['inode', 'chain'], 'scalar'),
  row(62, 'landlock_set_tag', ['tag_object', 'chain', 'scalar'], 'scalar'),
];

/** The row of a helper; undefined if there is no helper with this number. */
export function helperAbi(number: number): HelperAbi | undefined {
  return HELPERS.find((h) => h.number === number);
}
