/** Scenario files: from JSON to a scenario, or to what is wrong with it, a line each. */
import { jsonFault, validateAgainst } from '../schema.js';
import type { Scenario } from './types.js';

export type ScenarioCheck =
  | { readonly kind: 'ok'; readonly scenario: Scenario }
  | { readonly kind: 'refused'; readonly faults: readonly string[] };

/** Structure only; which arguments a call takes is seen when it is made. */
export async function validateScenario(data: unknown): Promise<ScenarioCheck> {
  const faults = await validateAgainst('scenario-1.json', data);
  return faults.length === 0 ? { kind: 'ok', scenario: data as Scenario } : { kind: 'refused', faults };
}

/** As `validateScenario`, from the text of the file. */
export async function parseScenario(text: string): Promise<ScenarioCheck> {
  try {
    return await validateScenario(JSON.parse(text));
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    return { kind: 'refused', faults: [jsonFault(error)] };
  }
}
