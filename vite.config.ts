import react from '@vitejs/plugin-react';
import { defineConfig } from 'vitest/config';

/** Browsers that know `light-dark()`; for older ones it would be rewritten in a way that needs a fixed colour scheme. */
const MODERN = ['chrome123', 'firefox120', 'safari17.5'];

export default defineConfig({
  root: 'ui',
  plugins: [react()],
  // The largest chunk is the text editor, which comes with the first definition that is opened.
  build: { outDir: '../dist/ui', emptyOutDir: true, chunkSizeWarningLimit: 4000, cssTarget: MODERN },
  test: {
    root: import.meta.dirname,
    include: ['test/**/*.test.ts'],
    globalSetup: ['test/setup.ts'],
    reporters: ['default', './test/closing-line.ts'],
    testTimeout: 30_000,
    hookTimeout: 60_000,
    // As long as the browser is waited for elsewhere: pages take their time on a machine that has other work.
    expect: { poll: { timeout: 15_000 } },
    pool: 'forks',
    // Files share what they import, which saves a third of the time: no test may count on a module that is new.
    isolate: false,
    maxWorkers: 2,
  },
});
