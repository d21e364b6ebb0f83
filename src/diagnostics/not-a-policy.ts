/**
 * Detects a manifest that is given as a policy, so that one error says so instead of the parser's errors on its JSON.
 */
import { report } from './catalogue.js';
import type { Diagnostic } from './types.js';

/** The error for a text that is a manifest; undefined for other texts. */
export function manifestForPolicy(text: string, source: number): Diagnostic | undefined {
  if (!/^\uFEFF?\s*\{/.test(text) || !/"format"\s*:\s*"llp-manifest"/.test(text)) return undefined;
  const start = text.indexOf('{');
  const made = policyOf(text);
  const help =
    `give the policy that it was built from${made === undefined ? '' : `, \`${made}\``}; ` +
    '`llpc run`, `explain` and `diff` take a manifest by a name that ends in `.json`';
  return report('LLP2020', {}, { span: { source, start, end: start + 1 }, help });
}

/** The first source in the manifest. */
function policyOf(text: string): string | undefined {
  return /"sources"\s*:\s*\[\s*\{\s*"name"\s*:\s*"([\w./ -]+)"/.exec(text)?.[1];
}
