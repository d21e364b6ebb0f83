import { llp } from 'llpc/unplugin/vite';
import { defineConfig } from 'vite';

export default defineConfig({
  plugins: [llp({ defines: { data: '/srv/data' } })],
  build: { ssr: 'main.ts' },
  ssr: { external: ['llpc'] },
});
