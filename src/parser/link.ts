/**
 * Follows imports and parses each file once. Files are read only through an `Importer`, so the compiler itself does not
 * access the disk.
 */
import { posix } from 'node:path';
import { report } from '../diagnostics/catalogue.js';
import { manifestForPolicy } from '../diagnostics/not-a-policy.js';
import type { Diagnostic, NamedSource, Span } from '../diagnostics/types.js';
import type { Linked, LinkedFile } from './linked.js';
import type { ImportDecl, PolicyFile } from './ast.js';
import { parse } from './parse.js';

/** A text to compile. */
export interface SourceInput {
  /** The name that diagnostics show, as the user wrote it. */
  readonly name: string;
  readonly text: string;
  /** The name in the manifest, which is the same on every machine. Default: `name`. */
  readonly id?: string;
}

export type Imported =
  { readonly kind: 'ok'; readonly text: string } | { readonly kind: 'missing'; readonly why: string };

/**
 * Returns the text of an imported file. `name` is the import's path joined to the folder of the importing file's name;
 * `std/…` names are passed unchanged.
 */
export type Importer = (name: string) => Imported;

export interface LinkResult {
  readonly linked: Linked;
  readonly sources: readonly NamedSource[];
  readonly diagnostics: readonly Diagnostic[];
}

/** Parses the files and everything that they import. */
export function link(inputs: readonly SourceInput[], importer: Importer): LinkResult {
  const linker: Linker = { files: [], sources: [], byId: new Map(), importer, out: [] };
  const entries = inputs.map((input) => addFile(linker, { ...input, id: input.id ?? input.name }, []));
  const files = linker.files.filter((f): f is LinkedFile => f !== undefined);
  return {
    linked: { files, entries: [...new Set(entries)] },
    sources: linker.sources,
    diagnostics: linker.out,
  };
}

interface Linker {
  /** Undefined while the imports of the file are being read. */
  readonly files: (LinkedFile | undefined)[];
  readonly sources: NamedSource[];
  readonly byId: Map<string, number>;
  readonly importer: Importer;
  readonly out: Diagnostic[];
}

/** Adds a file and its imports. Returns its index. `open` are the ids of the files on the chain of imports to it. */
function addFile(linker: Linker, source: NamedSource, open: readonly string[]): number {
  const known = linker.byId.get(source.id);
  if (known !== undefined) return known;
  const index = linker.sources.length;
  linker.byId.set(source.id, index);
  linker.sources.push(source);
  linker.files.push(undefined);
  const manifest = manifestForPolicy(source.text, index);
  const parsed =
    manifest === undefined ? parse(source.text, index) : { value: undefined, diagnostics: [manifest] };
  linker.out.push(...parsed.diagnostics);
  const file = parsed.value ?? emptyFile(index);
  const imports: LinkedFile['imports'][number][] = [];
  for (const decl of file.imports) {
    const target = followImport(linker, source, decl, [...open, source.id]);
    if (target !== undefined) imports.push({ index: target, span: decl.span });
  }
  const complete = !parsed.diagnostics.some((d) => d.severity === 'error');
  linker.files[index] = { file, source: index, imports, complete };
  return index;
}

function followImport(
  linker: Linker,
  from: NamedSource,
  decl: ImportDecl,
  open: readonly string[],
): number | undefined {
  const path = decl.path.parts.map((p) => (p.kind === 'text' ? p.text : '')).join('');
  const { span } = decl.path;
  const std = path.startsWith('std/');
  const id = std ? posix.normalize(path) : posix.join(posix.dirname(from.id), path);
  const name = std ? id : posix.join(posix.dirname(from.name), path);
  if (
    path === '' ||
    path.startsWith('/') ||
    id === '..' ||
    id.startsWith('../') ||
    (std && !id.startsWith('std/'))
  ) {
    return refuse(linker, 'LLP2018', path, span);
  }
  if (open.includes(id)) {
    const cycle = [...open.slice(open.indexOf(id)), id].map((n) => `\`${n}\``).join(' → ');
    const notes = [{ message: `the cycle: ${cycle}` }];
    linker.out.push(
      report('LLP2016', { path }, { span, notes, help: 'move what both need into a third file' }),
    );
    return undefined;
  }
  const known = linker.byId.get(id);
  if (known !== undefined) return known;
  const imported = linker.importer(name);
  if (imported.kind === 'ok') return addFile(linker, { id, name, text: imported.text }, open);
  linker.out.push(
    report(
      'LLP2015',
      { path, why: imported.why },
      {
        span,
        help: 'imports are found from the folder of the file that names them; `std/…` comes with the compiler',
      },
    ),
  );
  return undefined;
}

function refuse(linker: Linker, code: 'LLP2018', path: string, span: Span): undefined {
  const help =
    'an import names a file in the folder of the policy or beneath it, by a relative path, or `std/…`';
  linker.out.push(report(code, { path }, { span, help }));
  return undefined;
}

function emptyFile(source: number): PolicyFile {
  const span = { source, start: 0, end: 0 };
  const declared = { imports: [], params: [], actions: [], fragments: [], policies: [] };
  return { kind: 'file', span, version: undefined, ...declared, assertions: [], accepts: [], tests: [] };
}
