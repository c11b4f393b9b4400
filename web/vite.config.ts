import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

// The page is served by the API from dist/web; in development `vite` proxies to a running one.
export default defineConfig({
  plugins: [react()],
  build: {
    outDir: '../dist/web',
    emptyOutDir: true,
    target: 'es2022',
    sourcemap: false,
    chunkSizeWarningLimit: 1500,
  },
  worker: { format: 'es' },
  server: {
    host: '127.0.0.1',
    port: 5173,
    proxy: { '/api': process.env.RINGFENCE_API ?? 'http://127.0.0.1:8080' },
  },
});
