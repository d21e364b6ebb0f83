/**
 * The labels that a scenario gives to tasks, descriptors and mappings. A descriptor or mapping belongs to a task. A
 * child has the descriptors and mappings that its parent had at the fork.
 */
import { nearestName } from '../../diagnostics/suggest.js';
import type { Task } from '../kernel/task.js';

/** A fault of the scenario itself. Calls throw it; the replay catches it, ends there, and returns it as data. */
export class ScenarioFault extends Error {}

export interface Numbered {
  readonly kind: 'descriptor' | 'mapping';
  readonly number: number;
}

export interface Labels {
  readonly tasks: Map<string, Task>;
  readonly numbers: Map<Task, Map<string, Numbered>>;
}

export function unknown(kind: string, label: string, known: Iterable<string>): ScenarioFault {
  const near = nearestName(label, known);
  const help = near === undefined ? '' : `: did you mean \`${near}\`?`;
  return new ScenarioFault(`there is no ${kind} \`${label}\`${help}`);
}

export function taskOf(labels: Labels, label: string): Task {
  const found = labels.tasks.get(label);
  if (found === undefined) throw unknown('task', label, labels.tasks.keys());
  if (!found.alive) throw new ScenarioFault(`task \`${label}\` has ended`);
  return found;
}

/** The number of the descriptor or mapping that has this label in this task. */
export function numberOf(labels: Labels, task: Task, kind: Numbered['kind'], label: string): number {
  const own = labels.numbers.get(task);
  const found = own?.get(label);
  if (found?.kind === kind) return found.number;
  if (found !== undefined) throw new ScenarioFault(`\`${label}\` is a ${found.kind}, not a ${kind}`);
  const owner = [...labels.tasks].find(([, t]) => t !== task && labels.numbers.get(t)?.has(label));
  if (owner !== undefined) throw new ScenarioFault(`\`${label}\` belongs to task \`${owner[0]}\``);
  throw unknown(kind, label, own?.keys() ?? []);
}

export function addTask(labels: Labels, label: string, child: Task, parent?: Task): void {
  labels.tasks.set(label, child);
  labels.numbers.set(child, new Map(parent === undefined ? [] : labels.numbers.get(parent)));
}

export function addNumber(labels: Labels, task: Task, label: string, numbered: Numbered): void {
  labels.numbers.get(task)?.set(label, numbered);
}
