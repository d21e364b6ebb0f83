/**
 * Builds the package: npm runs this after `npm ci`, and when it installs from a clone.
 *
 * `npm install --global` from a clone (what pre-commit does) runs it before the compiler is there: npm then looks for the
 * clone's own dependencies in the global folder. So they are installed here first when they are missing.
 */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';

function run(command) {
  const env = { ...process.env, npm_config_global: 'false', npm_config_location: 'project' };
  const { status } = spawnSync(command, { shell: true, env, stdio: ['ignore', 2, 2] });
  if (status !== 0) process.exit(status ?? 1);
}

if (!existsSync('node_modules/typescript')) run('npm ci --ignore-scripts --no-audit --no-fund');
run('npm run build');
