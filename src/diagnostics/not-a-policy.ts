/** A manifest where a policy is wanted: one error that says so, in place of the parser's about its JSON. */
import { report } from './catalogue.js';
import type { Diagnostic } from './types.js';

/** Undefined for a text that is no manifest. */
export function manifestForPolicy(text: string, source: number): Diagnostic | undefined {
  if (!/^\uFEFF?\s*\{/.test(text) || !/"format"\s*:\s*"llp-manifest"/.test(text)) return undefined;
  const start = text.indexOf('{');
  const made = policyOf(text);
  const help =
    `give the policy that it was built from${made === undefined ? '' : `, \`${made}\``}; ` +
    '`llpc run`, `explain` and `diff` take a manifest by a name that ends in `.json`';
  return report('LLP2020', {}, { span: { source, start, end: start + 1 }, help });
}

/** The first of the sources that the manifest names. */
function policyOf(text: string): string | undefined {
  return /"sources"\s*:\s*\[\s*\{\s*"name"\s*:\s*"([\w./ -]+)"/.exec(text)?.[1];
}
