/** Makes a tree from a tar archive, compressed with gzip or not, such as a layer of a container image. */
import fs from 'node:fs';
import { Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { extract, type Extract, type Header } from 'tar-stream';
import { addToTree, type BuiltTree, type TreeEntry, type TreeProblem } from './build-tree.js';
import { HEAD_BYTES, interpreterOf } from './interpreter-path.js';
import { nameFromBytes } from './names.js';
import { Vfs } from './vfs.js';

export interface TarTree extends BuiltTree {
  /** Number of members that were read. */
  readonly entries: number;
  /** True if the archive was read to its end. If it is truncated or damaged, `problems` says why. */
  readonly complete: boolean;
}

type TarMember = Extract extends AsyncIterable<infer M> ? M : never;

/** The records of a pax header that are names, as `tar-stream` returns them. */
interface PaxNames {
  readonly path?: string;
  readonly linkpath?: string;
}

/** latin1 keeps all bytes of a name, and `decoded` converts them. The package's types lack these options. */
const EXTRACT_OPTIONS = { filenameEncoding: 'latin1', highWaterMark: 65536 };

/** Makes a tree from an archive in a file or in bytes. Never throws: errors are in `problems`. */
export async function treeFromTar(
  source: string | Uint8Array,
  options: { readonly interpreters?: boolean } = {},
): Promise<TarTree> {
  const vfs = new Vfs();
  const problems: TreeProblem[] = [];
  const shown = typeof source === 'string' ? source : 'archive';
  let entries = 0;
  try {
    const members = extract(EXTRACT_OPTIONS);
    const bytes = typeof source === 'string' ? fs.createReadStream(source) : Readable.from(chunks(source));
    feed(bytes, members);
    for await (const member of members) {
      entries++;
      const problem = await addMember(vfs, member, options.interpreters === true);
      if (problem !== undefined) problems.push(problem);
    }
    return { vfs, problems, entries, complete: true };
  } catch (error) {
    problems.push({ path: shown, problem: error instanceof Error ? error.message : String(error) });
    return { vfs, problems, entries, complete: false };
  }
}

function* chunks(bytes: Uint8Array): Generator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += 65536) yield bytes.subarray(at, at + 65536);
}

/** Pipes the source into the extractor, through gunzip if it has the magic bytes of gzip. Errors destroy the extractor. */
function feed(source: Readable, members: Extract): void {
  const fail = (error: Error): void => void members.destroy(error);
  source.on('error', fail);
  source.once('readable', () => {
    const first = source.read() as Buffer | null;
    if (first !== null) source.unshift(first);
    const zipped = first !== null && first[0] === 0x1f && first[1] === 0x8b;
    const plain = zipped ? source.pipe(createGunzip().on('error', fail)) : source;
    plain.pipe(members as unknown as NodeJS.WritableStream);
  });
}

async function addMember(vfs: Vfs, member: TarMember, readsHead: boolean): Promise<TreeProblem | undefined> {
  const { header } = member;
  const name = decoded(header.name, paxNames(header).path);
  const wanted = readsHead && header.type === 'file' && (header.mode & 0o111) !== 0;
  const interpreter = await drain(member, wanted);
  const entry = entryOf(header, name, interpreter);
  if (isDamaged(header)) return { path: name, problem: 'has a name in a pax record that is not UTF-8' };
  if (typeof entry === 'string') return { path: name, problem: entry };
  if (entry === undefined) return undefined;
  const problem = addToTree(vfs, entry, true);
  return problem === undefined ? undefined : { path: name, problem };
}

function paxNames(header: Header): PaxNames {
  return (header.pax ?? {}) as PaxNames;
}

/**
 * Returns whether bytes of a name were lost: `tar-stream` reads pax records as UTF-8 and replaces invalid bytes by U+FFFD.
 * Known weakness: a name that really contains U+FFFD is refused too.
 */
function isDamaged(header: Header): boolean {
  const { path = '', linkpath = '' } = paxNames(header);
  return path.includes('\ufffd') || linkpath.includes('\ufffd');
}

/** Reads a member to its end. Returns its interpreter, if that is wanted. */
async function drain(member: TarMember, wanted: boolean): Promise<string | undefined> {
  const head: Buffer[] = [];
  let length = 0;
  for await (const chunk of member as AsyncIterable<Buffer>) {
    if (wanted && length < HEAD_BYTES) head.push(chunk);
    length += chunk.length;
  }
  return wanted ? interpreterOf(Buffer.concat(head).subarray(0, HEAD_BYTES)) : undefined;
}

/** Returns a name as a string. A pax name is text already; other names are bytes in latin1. */
function decoded(text: string, pax: string | undefined): string {
  return pax === undefined ? nameFromBytes(Buffer.from(text, 'latin1')) : text;
}

/** Returns the path of a member in the tree, or undefined when it has `..`. */
function treePath(name: string): string | undefined {
  const parts = name.split('/').filter((part) => part !== '' && part !== '.');
  return parts.includes('..') ? undefined : `/${parts.join('/')}`;
}

/** Returns the entry of a header, a problem as text, or undefined for a member that makes no object. */
function entryOf(
  header: Header,
  name: string,
  interpreter: string | undefined,
): TreeEntry | string | undefined {
  const path = treePath(name);
  if (path === undefined) return 'leaves the archive through `..`';
  const target = decoded(header.linkname ?? '', paxNames(header).linkpath);
  switch (header.type) {
    case 'directory':
      return { kind: 'dir', path };
    case 'file':
    case 'contiguous-file':
      return { kind: 'file', path, ...(interpreter === undefined ? {} : { interpreter }) };
    case 'symlink':
      return { kind: 'link', path, target };
    case 'link':
      return { kind: 'hardlink', path, target: treePath(target) ?? '/' };
    case 'fifo':
      return { kind: 'fifo', path };
    case 'character-device':
    case 'block-device':
      return { kind: 'device', path };
    default:
      return undefined;
  }
}
