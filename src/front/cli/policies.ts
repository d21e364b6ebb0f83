/** Loads the policies that the steps of a scenario enforce. */
import type { Artifact } from '../../artifact/manifest.js';
import { report } from '../../diagnostics/catalogue.js';
import type { Diagnostic, NamedSource } from '../../diagnostics/types.js';
import type { PolicyRef, Scenario } from '../../runtime/scenario/types.js';
import { loadFile, type LoadedFile } from './load-files.js';
import type { Options } from './options.js';
import { beside } from './scenario-files.js';

export interface Policies {
  readonly artifacts: ReadonlyMap<string, Artifact>;
  /** The texts of the policy of the command line, in which load problems show their places. */
  readonly sources: readonly NamedSource[];
  readonly diagnostics: readonly Diagnostic[];
}

/** Loads the policies. `main` is the policy of the command line, unless the scenario defines `main`. */
export async function loadPolicies(
  main: LoadedFile,
  scenario: Scenario,
  folder: string,
  options: Options,
): Promise<Policies> {
  const artifacts = new Map<string, Artifact>();
  if (main.artifact === undefined) return { artifacts, sources: main.sources, diagnostics: errorsOf(main) };
  artifacts.set('main', main.artifact);
  for (const ref of scenario.policies ?? []) {
    const loaded = await loadRef(ref, folder, options);
    if (loaded.artifact === undefined)
      return { artifacts, sources: loaded.sources, diagnostics: errorsOf(loaded) };
    artifacts.set(ref.name, loaded.artifact);
  }
  return { artifacts, sources: main.sources, diagnostics: [] };
}

function errorsOf({ diagnostics }: LoadedFile): readonly Diagnostic[] {
  return diagnostics.filter((d) => d.severity === 'error');
}

async function loadRef(ref: PolicyRef, folder: string, options: Options): Promise<LoadedFile> {
  const path = ref.source ?? ref.manifest;
  if (path === undefined) {
    const why = `policy \`${ref.name}\` has neither \`source\` nor \`manifest\``;
    const file = options.scenario ?? '';
    return {
      artifact: undefined,
      diagnostics: [report('LLP5011', { file, why }, {})],
      sources: [],
    };
  }
  const defines = { ...options.defines, ...ref.defines };
  return loadFile(beside(folder, path), { ...options, defines });
}
