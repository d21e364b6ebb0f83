import { llp } from 'llpc/unplugin/webpack';
import webpack from 'webpack';

const compiler = webpack({
  mode: 'production',
  target: 'node',
  entry: './main.js',
  experiments: { outputModule: true },
  output: { filename: 'main.js', library: { type: 'module' } },
  externals: { 'llpc/runtime': 'llpc/runtime' },
  plugins: [llp({ defines: { data: '/srv/data' } })],
});

compiler.run((error, stats) => {
  if (error) throw error;
  console.error(stats.toString({ all: false, errors: true, warnings: true }));
  process.exitCode = stats.hasErrors() ? 1 : 0;
});
