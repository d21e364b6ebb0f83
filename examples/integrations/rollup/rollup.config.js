import { llp } from 'llpc/unplugin/rollup';

export default {
  input: 'main.js',
  output: { file: 'dist/main.js', format: 'es' },
  external: ['llpc/runtime'],
  plugins: [llp({ defines: { data: '/srv/data' } })],
};
