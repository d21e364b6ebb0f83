/** The reference: what is generated is not stale, and its sources leave nothing out. */
import { expect, it } from 'vitest';
import { splitStatements } from '../../reference/declarations.js';
import { readSchemas, rowsOf } from '../../reference/formats.js';
import { generate } from '../../reference/generate.js';
import * as llpc from '../../src/index.js';
import * as runtime from '../../src/runtime/index.js';
import { readPage } from '../support/page.js';

const pages = await generate();

it.each([...pages])('docs/reference: %s is up to date (npm run docs)', (name, text) => {
  expect(readPage(`docs/reference/${name}`)).toBe(text);
});

it('docs/reference: describes every property', () => {
  const without = [...readSchemas()].flatMap(([name, schema]) =>
    [schema, ...Object.values(schema.$defs ?? {})]
      .flatMap((object) => rowsOf(name, schema, object, ''))
      .filter(({ type, meaning }) => meaning === '' && !/^`("[^"]*"|\d+)`$/.test(type))
      .map(({ path }) => `${name}: ${path}`),
  );
  expect(without).toEqual([]);
});

it('docs/reference: has every value that the library exports', () => {
  const library = readPage('docs/reference/library.md');
  for (const name of [...Object.keys(llpc), ...Object.keys(runtime)])
    expect(library).toMatch(new RegExp(`^##+ (llpc/runtime: )?${name}$`, 'm'));
});

it('docs/reference: splits declarations at their end', () => {
  const text = `/** Of the file. */
import { a } from './a.js';
/** One; and more. */
export interface One {
  /** } */
  readonly text: ';' | "}";
}
export declare function two(a: { readonly b: string; }): void;
`;
  expect(splitStatements(text).map(({ doc, text: t }) => [doc, t.split('\n').length])).toEqual([
    ['Of the file.', 1],
    ['One; and more.', 4],
    ['', 1],
  ]);
});

it('docs/reference: the index links each page', () => {
  const index = readPage('docs/reference/README.md');
  for (const name of pages.keys()) expect(index).toContain(`](${name})`);
});
