/** Starts `llpc lsp` and connects the editor to it. The server does everything else. */
import { existsSync } from 'node:fs';
import { window, workspace } from 'vscode';
import { LanguageClient, TransportKind, type ServerOptions } from 'vscode-languageclient/node';
import { findServer } from './server.js';

let client: LanguageClient | undefined;

export async function activate(): Promise<void> {
  const settings = workspace.getConfiguration('llp');
  const { kind, path, args } = findServer({
    path: settings.get('path', ''),
    defines: settings.get<Record<string, string>>('defines', {}),
    folders: (workspace.workspaceFolders ?? []).map((folder) => folder.uri.fsPath),
    trusted: workspace.isTrusted,
    exists: existsSync,
  });
  const server: ServerOptions =
    kind === 'module'
      ? { module: path, args: [...args], transport: TransportKind.stdio }
      : { command: path, args: [...args], transport: TransportKind.stdio };
  client = new LanguageClient('llp', 'LLP', server, {
    documentSelector: [{ language: 'llp' }],
    synchronize: { fileEvents: workspace.createFileSystemWatcher('**/*.llp') },
  });
  try {
    await client.start();
  } catch {
    void window.showErrorMessage(`\`${path}\` cannot be started: install llpc, or set \`llp.path\``);
  }
}

export async function deactivate(): Promise<void> {
  await client?.stop();
}
