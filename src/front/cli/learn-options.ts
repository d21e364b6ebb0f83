/** Reads the options of `llpc learn`. */
import { list, oneOf, UsageError, wholeNumber } from './arguments.js';

/** The options of `llpc learn`. */
export interface LearnArguments {
  readonly report: 'text' | 'json';
  readonly noGeneralise: readonly string[];
  readonly siblings: number;
  readonly home: string | undefined;
  readonly cwd: string | undefined;
  /** A directory that stands for `/`: the kinds of the traced paths are looked up in it. */
  readonly root: string | undefined;
  readonly never: readonly string[];
  /** Files with assertions. */
  readonly assert: readonly string[];
  readonly name: string | undefined;
  /** The file to write the first input to, as a scenario. */
  readonly saveScenario: string | undefined;
  readonly lenient: boolean;
  readonly verify: boolean;
  readonly ignoreRefused: boolean;
}

export function readLearnOptions(
  values: Readonly<Record<string, unknown>>,
  text: (name: string) => string | undefined,
): LearnArguments {
  const absolute = (name: string): string | undefined => {
    const path = text(name)?.replace(/(?<=.)\/+$/, '');
    if (path === undefined || path.startsWith('/')) return path;
    throw new UsageError(`\`--${name} ${path}\`: it takes an absolute path`);
  };
  return {
    report: oneOf('--report', text('report') ?? 'text', ['text', 'json']),
    noGeneralise: list(values['no-generalise']).flatMap((names) => names.split(',')),
    siblings: wholeNumber('--siblings', text('siblings'), 2, 1_000_000) ?? 3,
    home: absolute('home'),
    cwd: absolute('cwd'),
    root: text('root'),
    never: list(values['never']),
    assert: list(values['assert']),
    name: text('name'),
    saveScenario: text('save-scenario'),
    lenient: values['lenient'] === true,
    verify: values['no-verify'] !== true,
    ignoreRefused: values['ignore-refused'] === true,
  };
}
