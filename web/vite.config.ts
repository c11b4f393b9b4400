import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

// The page is served by the API from dist/web; in development `vite` proxies to a running one.
export default defineConfig(({ command }) => {
  // A page built from inside a test run is the same page: React's development build is four times
  // slower, and what tests look at should be what people get.
  if (command === 'build') process.env.NODE_ENV = 'production';
  return {
    plugins: [react()],
    build: {
      outDir: '../dist/web',
      emptyOutDir: true,
      target: 'es2022',
      chunkSizeWarningLimit: 1500,
    },
    worker: { format: 'es' as const },
    server: {
      host: '127.0.0.1',
      port: 5173,
      proxy: { '/api': process.env.RINGFENCE_API ?? 'http://127.0.0.1:8080' },
    },
  };
});
