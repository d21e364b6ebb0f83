/** The `assert never … under "PATH";` of a file, for `llpc learn --assert`. */
import { literalNames } from '../../semantics/pattern.js';
import { checkSources, type CompileOptions } from '../../compile.js';
import { report } from '../../diagnostics/catalogue.js';
import type { Diagnostic } from '../../diagnostics/types.js';
import type { Assertion } from '../../ir/check/policy.js';
import { actionText } from './facts.js';
import type { Never } from './needs-tree.js';

export interface ReadAssertions {
  readonly nevers: readonly Never[];
  readonly diagnostics: readonly Diagnostic[];
}

/** Assertions that the file's own policy breaks, and that it has none: neither matters here. */
const OWN: ReadonlySet<string> = new Set(['LLP2013', 'LLP3018', 'LLP3019', 'LLP3020']);

/** Of the file's diagnostics only those that keep it from being read: what it asserts need not hold of its own policy. */
export function readAssertions(
  file: string,
  text: string,
  options: Pick<CompileOptions, 'defines' | 'importer'>,
): ReadAssertions {
  const checked = checkSources([{ name: file, text }], options);
  const wrong = checked.diagnostics.filter((d) => d.severity === 'error' && !OWN.has(d.code));
  if (wrong.length > 0 || checked.policy === undefined)
    return { nevers: [], diagnostics: wrong.map((d) => placed(d, file)) };
  const asserted = checked.policy.assertions.filter((a) => a.claim === 'never' && a.layer === undefined);
  const nevers = asserted.flatMap((a) => neverOf(a) ?? []);
  const diagnostics =
    nevers.length === asserted.length
      ? []
      : [
          report(
            'LLP5020',
            { file, why: 'an assertion with a glob in its path cannot be kept while learning' },
            {
              help: 'assert it of a literal path, or put the assertion into the learned policy and check it',
            },
          ),
        ];
  return { nevers, diagnostics };
}

/** `at` is kept as `under`: more is left out than must be, never less. */
function neverOf({ actions, path }: Assertion): Never | undefined {
  const names = literalNames(path);
  if (names === undefined) return undefined;
  return { actions, path: names, text: `never ${actionText(actions)} under "/${names.join('/')}"` };
}

/** Spans are of another list of sources than the command's: the file stands in the message. */
function placed({ code, severity, message, help }: Diagnostic, file: string): Diagnostic {
  const said = { code, severity, message: `${file}: ${message}`, notes: [] };
  return help === undefined ? said : { ...said, help };
}
