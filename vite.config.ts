import react from '@vitejs/plugin-react';
import { defineConfig } from 'vitest/config';

/** Browsers that know `light-dark()`; for older ones it would be rewritten in a way that needs a fixed colour scheme. */
const MODERN = ['chrome123', 'firefox120', 'safari17.5'];

export default defineConfig({
  root: 'ui',
  plugins: [react()],
  // One chunk has the canvas and the whole policy language; it comes with the first drawing.
  build: { outDir: '../dist/ui', emptyOutDir: true, chunkSizeWarningLimit: 700, cssTarget: MODERN },
  test: {
    root: import.meta.dirname,
    include: ['test/**/*.test.ts'],
    globalSetup: ['test/setup.ts'],
    reporters: ['default', './test/closing-line.ts'],
    testTimeout: 30_000,
    hookTimeout: 60_000,
    pool: 'forks',
    maxWorkers: 2,
  },
});
