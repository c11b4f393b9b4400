import { defineConfig } from 'vitest/config';

// unit: quick and without servers; services: the real engines, a browser, the command line.
export default defineConfig({
  test: {
    globalSetup: ['tests/setup.ts'],
    testTimeout: 30_000,
    hookTimeout: 60_000,
    projects: [
      {
        extends: true,
        test: {
          name: 'unit',
          include: ['tests/{analytics,api,seed,web}/**/*.test.ts'],
          exclude: ['tests/**/*.slow.test.ts'],
        },
      },
      {
        extends: true,
        test: {
          name: 'system',
          include: ['tests/{contracts,e2e,faults,cli}/**/*.test.ts', 'tests/**/*.slow.test.ts'],
          testTimeout: 300_000,
          hookTimeout: 300_000,
          fileParallelism: false,
        },
      },
    ],
  },
});
