/** `llpc lsp`: the language server on standard input and output. */
import { serve } from '../lsp/server.js';
import { UsageError, type Options } from './options.js';
import { VERSION } from './version.js';

export function lspCommand(options: Options): number {
  if (options.positionals.length > 0)
    throw new UsageError('`llpc lsp` takes no files: the editor names them');
  serve(process.stdin, process.stdout, { defines: options.defines, version: VERSION }, end);
  return 0;
}

function end(code: number, why?: string): never {
  if (why !== undefined) process.stderr.write(`llpc: ${why}\n`);
  process.exit(code);
}
