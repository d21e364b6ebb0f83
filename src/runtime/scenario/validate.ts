/** Validates scenario files: returns a scenario, or its faults, one line for each. */
import { jsonFault, validateAgainst } from '../schema.js';
import type { Scenario } from './types.js';

export type ScenarioCheck =
  | { readonly kind: 'ok'; readonly scenario: Scenario }
  | { readonly kind: 'refused'; readonly faults: readonly string[] };

/** Validates the structure of a scenario. Whether a call takes its arguments is checked when the call is made. */
export async function validateScenario(data: unknown): Promise<ScenarioCheck> {
  const faults = await validateAgainst('scenario-1.json', data);
  return faults.length === 0 ? { kind: 'ok', scenario: data as Scenario } : { kind: 'refused', faults };
}

/** Like `validateScenario`, from the text of the file. */
export async function parseScenario(text: string): Promise<ScenarioCheck> {
  try {
    return await validateScenario(JSON.parse(text));
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    return { kind: 'refused', faults: [jsonFault(error)] };
  }
}
