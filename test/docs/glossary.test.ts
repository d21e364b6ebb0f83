/** The glossary of ARCHITECTURE.md: every type that it names is declared in `src`, once. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';

const GLOSSARY = readFileSync('ARCHITECTURE.md', 'utf8').split('## Glossary')[1] ?? '';

/** The types that the glossary names, without hooks and words of the language. */
const NAMED = [...GLOSSARY.matchAll(/`([A-Z][A-Za-z]+)`/g)].map((match) => match[1] ?? '');

const DECLARED = (readdirSync('src', { recursive: true }) as string[])
  .filter((file) => file.endsWith('.ts'))
  .flatMap((file) => [
    ...readFileSync(join('src', file), 'utf8').matchAll(/^(?:export )?(?:interface|type) (\w+)/gm),
  ])
  .map((match) => match[1] ?? '');

it('glossary: every type that it names is declared once', () => {
  expect(NAMED.length).toBeGreaterThan(40);
  expect(NAMED.filter((name) => DECLARED.filter((d) => d === name).length !== 1)).toEqual([]);
});
