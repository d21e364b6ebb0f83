/** Imports point down the picture of ARCHITECTURE.md: no upward edge, no circle. Type-only imports count. */
import { readFileSync, readdirSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const SRC = fileURLToPath(new URL('../src/', import.meta.url));

/** The folders of ARCHITECTURE.md, from the bottom to the top. A file belongs to the first entry that its path begins with. */
const LAYERS: readonly (readonly string[])[] = [
  ['base/'],
  ['abi/'],
  ['semantics/'],
  ['diagnostics/', 'pattern/', 'artifact/'],
  ['bpf/'],
  ['runtime/engine/'],
  ['runtime/kernel/'],
  ['runtime/loader/', 'runtime/schema.ts', 'runtime/host/'],
  ['runtime/linux/'],
  ['runtime/models.ts'],
  ['runtime/load.ts'],
  ['runtime/'],
  ['parser/ast.ts', 'parser/linked.ts'],
  ['ir/check/'],
  ['ir/hierarchy/'],
  ['ir/analysis/'],
  ['codegen/v8/limits.ts', 'codegen/linux/limits.ts'],
  ['codegen/limits.ts'],
  ['codegen/'],
  ['parser/'],
  ['format/'],
  ['compile.ts'],
  ['tools/'],
  ['index.ts', 'front/cli/', 'front/lsp/'],
  ['front/'],
];

/** Imports that are not allowed although they point down. */
const FORBIDDEN: readonly (readonly [string, string])[] = [
  ['runtime/', 'parser/'],
  ['runtime/', 'ir/'],
  ['runtime/', 'codegen/'],
  ['parser/', 'runtime/'],
  ['parser/', 'codegen/'],
  ['ir/', 'runtime/'],
  ['ir/', 'bpf/'],
  ['tools/graph/', 'parser/'],
];

interface Edge {
  readonly from: string;
  readonly to: string;
}

const files = (readdirSync(SRC, { recursive: true }) as string[]).filter((f) => f.endsWith('.ts'));
const edges: readonly Edge[] = files.flatMap((from) =>
  [...readFileSync(join(SRC, from), 'utf8').matchAll(/(?:from|import\(?)\s*'(\.[^']+)\.js'/g)].map((m) => ({
    from,
    to: normalize(join(dirname(from), `${m[1] ?? ''}.ts`)),
  })),
);

const layerOf = (file: string): number =>
  LAYERS.findIndex((prefixes) => prefixes.some((p) => file.startsWith(p)));

describe('imports', () => {
  it('are read, and every file has its layer', () => {
    expect(edges.length).toBeGreaterThan(300);
    expect(files.filter((f) => layerOf(f) < 0)).toEqual([]);
    expect(edges.filter((e) => !files.includes(e.to))).toEqual([]);
  });

  it('never point upwards', () => {
    expect(edges.filter(({ from, to }) => layerOf(to) > layerOf(from))).toEqual([]);
  });

  it('keep the compiler and the runtime apart', () => {
    const broken = edges.filter(({ from, to }) =>
      FORBIDDEN.some(([a, b]) => from.startsWith(a) && to.startsWith(b)),
    );
    expect(broken).toEqual([]);
  });

  it('let the middle of the compiler see the tree, never the parser', () => {
    expect(
      edges.filter(
        ({ from, to }) =>
          from.startsWith('ir/') &&
          to.startsWith('parser/') &&
          !['parser/ast.ts', 'parser/linked.ts'].includes(to),
      ),
    ).toEqual([]);
  });

  it('keep the engine and the code generator out of a check, unless there is a move to run', () => {
    const loaded = [...loadedBy('front/cli/compile-files.ts'), ...loadedBy('compile.ts')];
    expect(loaded).toContain('parser/grammar.ts');
    expect(
      loaded.filter((f) =>
        /^(runtime|bpf)\/|^codegen\/(?!target|limits|v8\/limits|linux\/limits)|confirm-gains/.test(f),
      ),
    ).toEqual([]);
    expect(loadedBy('tools/testing/confirm-gains.ts')).toContain('runtime/load.ts');
  });

  it('leave the names of hooks to the target: what lies above the runtime compares phases', () => {
    const above = files.filter((f) => /^(tools|front)\/|^runtime\/(explain|coverage|subject)/.test(f));
    const named = /(?:[!=]==|case) 'fs_|\.hook [!=]==/;
    expect(above.filter((f) => named.test(readFileSync(join(SRC, f), 'utf8')))).toEqual([]);
  });

  it('have no circle', () => {
    expect(circle()).toBeUndefined();
  });
});

describe('words', () => {
  it('a type name is declared once', () => {
    const declared = files.flatMap((file) =>
      [...readFileSync(join(SRC, file), 'utf8').matchAll(TYPE)].map((m) => ({ name: m[1] ?? '', file })),
    );
    const names = new Map<string, Set<string>>();
    for (const { name, file } of declared) names.set(name, (names.get(name) ?? new Set()).add(file));
    expect(names.size).toBeGreaterThan(500);
    expect([...names].filter(([, where]) => where.size > 1).map(([name, where]) => [name, ...where])).toEqual(
      [],
    );
  });
});

/** A declaration of a type at the top of a file, exported or not. */
const TYPE = /^(?:export )?(?:abstract )?(?:interface|class|type) (\w+)\b(?=[^;]*?[={<])/gm;

/** The files that are loaded with a file: not those of types, nor those that it imports when it needs them. */
function loadedBy(file: string): string[] {
  const loaded = [file];
  for (const from of loaded) {
    const text = readFileSync(join(SRC, from), 'utf8').replace(/(?:im|ex)port type [^;]*;/g, '');
    for (const [, path] of text.matchAll(/from '(\.[^']+)\.js'/g)) {
      const to = normalize(join(dirname(from), `${path ?? ''}.ts`));
      if (!loaded.includes(to)) loaded.push(to);
    }
  }
  return loaded;
}

/** A circle of files, if there is one. */
function circle(): string[] | undefined {
  const done = new Set<string>();
  const visit = (file: string, path: readonly string[]): string[] | undefined => {
    if (path.includes(file)) return [...path.slice(path.indexOf(file)), file];
    if (done.has(file)) return undefined;
    for (const { to } of edges.filter((e) => e.from === file)) {
      const found = visit(to, [...path, file]);
      if (found !== undefined) return found;
    }
    done.add(file);
    return undefined;
  };
  return files.map((f) => visit(f, [])).find((c) => c !== undefined);
}
