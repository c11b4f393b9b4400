import { defineConfig } from 'vitest/config';

// unit: quick and without servers; system: the real engines, a browser, the command line. Two of the system's
// files run side by side, since they wait most of the time: each lane has servers of its own, but for servers of
// the environment, of which there is one.
const shared = ['TEST_NEO4J_URL', 'TEST_REDIS_URL', 'TEST_DATABASE_URL'].some(
  (v) => process.env[v],
);

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
          maxWorkers: shared ? 1 : 2,
          sequence: { groupOrder: 1 },
        },
      },
    ],
  },
});
