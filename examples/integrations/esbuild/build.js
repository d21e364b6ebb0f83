import { build } from 'esbuild';
import { llp } from 'llpc/unplugin/esbuild';

await build({
  entryPoints: ['main.js'],
  outfile: 'dist/main.js',
  bundle: true,
  format: 'esm',
  platform: 'node',
  packages: 'external',
  plugins: [llp({ defines: { data: '/srv/data' } })],
});
