/**
 * Measures the time that an editor waits for an answer about a large file; the first answer after a change is analysed.
 */
import { TextDocument } from 'vscode-languageserver-textdocument';
import { formatText } from '../src/format/format.js';
import { hover } from '../src/front/lsp/hover.js';
import { createWorkspace, viewOf, type Workspace } from '../src/front/lsp/workspace.js';
import { largePolicy } from './policies.js';
import { medianMs, type Row } from './rows.js';

const SCOPES = 1_000;

export function whatEdits(): Row[] {
  const text = largePolicy(SCOPES);
  const workspace = createWorkspace({});
  let version = 0;
  change(workspace, text, ++version);
  const cached = medianMs(201, () => ask(workspace, text));
  const changed = medianMs(15, () => {
    change(workspace, text, ++version);
    ask(workspace, text);
  });
  const formatting = medianMs(15, () => void formatText(text));
  return [
    {
      what: `hover in a file of ${SCOPES} scopes`,
      value: cached,
      unit: 'ms',
      target: 'under 50 ms',
      beside: `first after a keystroke: ${changed.toFixed(1)} ms`,
    },
    { what: `fmt of ${SCOPES} scopes`, value: formatting, unit: 'ms', target: '', beside: '' },
  ];
}

const URI = 'untitled:large.llp';

function change(workspace: Workspace, text: string, version: number): void {
  workspace.open.set(URI, TextDocument.create(URI, 'llp', version, text));
}

/** Requests the hover text of a scope in the middle of the file. */
function ask(workspace: Workspace, text: string): void {
  const view = viewOf(workspace, URI);
  const at = text.indexOf(`place${SCOPES >> 1}"`);
  if (view === undefined || hover(workspace, view, at) === undefined) throw new Error('nothing is shown');
}
