/**
 * A manifest file and its bytecode → an artifact. A manifest is refused if it has another version, a wrong digest or an
 * unknown field, or if a bytecode file is missing.
 */
import { MANIFEST_FORMAT, MANIFEST_VERSION, type Artifact, type Manifest } from '../artifact/manifest.js';
import { checkSeal } from '../artifact/text.js';
import { problemOf, type LoadProblem } from './loader/problems.js';
import { jsonFault, validateAgainst } from './schema.js';

export type ReadResult =
  | { readonly kind: 'ok'; readonly artifact: Artifact }
  | { readonly kind: 'refused'; readonly problems: readonly LoadProblem[] };

export interface UnreadBytecode {
  readonly why: string;
}

/**
 * Reads a manifest and its bytecode.
 *
 * @param file the name of the manifest, for messages
 * @param readBytecode returns the bytes of a file beside the manifest, undefined when there is no such file, or the reason
 *   why it cannot be read
 */
export async function readArtifact(
  file: string,
  text: string,
  readBytecode: (name: string) => Uint8Array | UnreadBytecode | undefined,
): Promise<ReadResult> {
  const refused = (why: string, help?: string): ReadResult => ({
    kind: 'refused',
    problems: [problemOf('LLP5006', { file, why }, help)],
  });
  let data: unknown;
  try {
    data = JSON.parse(text);
  } catch (error) {
    return refused(jsonFault(error), 'build it again');
  }
  const head = typeof data === 'object' && data !== null ? (data as Partial<Manifest>) : {};
  if (head.format !== MANIFEST_FORMAT)
    return refused(`it is not a manifest: \`format\` is not \`${MANIFEST_FORMAT}\``);
  if (head.version !== MANIFEST_VERSION) {
    return refused(
      `it has version ${String(head.version)}, and this loader reads version ${MANIFEST_VERSION}`,
      'build it with this release',
    );
  }
  if (checkSeal(text) === 'broken')
    return refused('it was changed after it was built: its digest differs', 'build it again');
  const faults = await validateAgainst('manifest-1.json', data);
  const [first] = faults;
  if (first !== undefined) return refused(first);
  const { sha256: _seal, ...manifest } = data as Manifest & { sha256?: string };
  const bytecode = new Map<string, Uint8Array>();
  for (const { bytecode: ref } of manifest.programs) {
    const bytes = readBytecode(ref.file);
    if (bytes === undefined)
      return refused(`its bytecode \`${ref.file}\` is missing`, 'keep the files of a build together');
    if ('why' in bytes) return refused(`its bytecode \`${ref.file}\` cannot be read: ${bytes.why}`);
    bytecode.set(ref.file, bytes);
  }
  return { kind: 'ok', artifact: { manifest, bytecode } };
}
