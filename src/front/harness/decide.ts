/** Decides requests under a policy on a small tree, and names the rule behind each verdict. */
import { actionBit, type ActionName, type ActionBit } from '../../abi/actions.js';
import { addRequired } from '../../tools/testing/test-tree.js';
import { toDiagnostics } from '../../tools/query/locate.js';
import { createEngine } from '../../runtime/engine/engine.js';
import type { EngineName } from '../../runtime/engine/names.js';
import { traced } from '../../runtime/explain.js';
import { addToTree, type TreeEntry } from '../../runtime/kernel/build-tree.js';
import { request } from '../../runtime/kernel/syscalls/index.js';
import { Vfs } from '../../runtime/kernel/vfs.js';
import { loadPolicy } from '../../runtime/load.js';
import { notesOf } from '../../tools/testing/testing.js';
import { artifactOf, rendered, type PolicyInput } from './policy.js';

export interface Decider {
  /** `allow`, `deny`, or the errno of a call that fails for another reason. */
  readonly decide: (action: ActionName, path: string) => string;
  /** The rule that decided, as text with its place; empty if no rule of the policy did. */
  readonly why: (action: ActionName, path: string) => string;
}

/**
 * Loads a policy on a tree. Objects that the policy requires are added to the tree.
 * @param tree paths of files, paths of directories with a `/` at the end, or entries of `buildTree`
 * @throws if the policy does not compile, the tree cannot be made, or the policy cannot be loaded on it
 */
export function decider(
  policy: PolicyInput,
  tree: readonly (string | TreeEntry)[],
  { engine = 'auto' }: { readonly engine?: EngineName } = {},
): Decider {
  const { artifact, sources } = artifactOf(policy);
  const vfs = new Vfs();
  for (const entry of tree.map(entryOf)) {
    const why = addToTree(vfs, entry);
    if (why !== undefined) throw new Error(`cannot make \`${entry.path}\`: ${why}`);
  }
  addRequired(vfs, artifact.manifest);
  const loaded = loadPolicy(artifact, vfs, createEngine(engine));
  if (loaded.kind === 'refused') throw new Error(rendered(toDiagnostics(loaded.problems, sources), sources));
  const { value } = loaded;
  const decide: Decider['decide'] = (action, path) => {
    const { verdict, errno } = value.decide(action, path);
    return verdict === 'error' ? (errno ?? verdict) : verdict;
  };
  const why: Decider['why'] = (action, path) => {
    const bit: ActionBit | undefined = actionBit(action);
    if (bit === undefined) return '';
    const { runs } = traced(value.kernel, () => request(value.task, bit, path));
    const notes = notesOf(value, runs, sources);
    return notes.map(({ message, span }) => placed(message, span, sources)).join('\n');
  };
  return { decide, why };
}

type NoteOf = ReturnType<typeof notesOf>[number];

/** A note as text, rendered like the note of a diagnostic. */
function placed(message: string, span: NoteOf['span'], sources: Parameters<typeof rendered>[1]): string {
  const note = span === undefined ? { message } : { message, span };
  const text = rendered([{ code: '', severity: 'error', message: '', notes: [note] }], sources);
  return text.slice(text.indexOf('\n') + 1);
}

function entryOf(entry: string | TreeEntry): TreeEntry {
  if (typeof entry !== 'string') return entry;
  return entry.endsWith('/') ? { kind: 'dir', path: entry.slice(0, -1) } : { kind: 'file', path: entry };
}
