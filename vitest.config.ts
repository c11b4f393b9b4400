import { configDefaults, defineConfig } from 'vitest/config';

// Minutes each, and CI has twenty: `npm run test:faults` (FAULT_POINTS) runs them, `npm test` does not.
const LONG = [
  'tests/services/restore.slow.test.ts',
  'tests/contracts/neo4jBulk.test.ts',
  'tests/cli/feedback.test.ts',
  'tests/cli/selfTest.test.ts',
];

/** In this process and without servers: they may run side by side. */
const SLOW =
  'tests/analytics/{algorithms,cases,detectors,ingest,landing,planting,projection,store}/**/*.slow.test.ts';

// unit: quick and without servers; slow: what computes for long; system: the real engines, a browser, the
// command line, one file after another, since they time and kill processes.
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
        test: { name: 'slow', include: [SLOW], testTimeout: 300_000, hookTimeout: 300_000 },
      },
      {
        extends: true,
        test: {
          name: 'system',
          include: ['tests/{contracts,e2e,faults,cli}/**/*.test.ts', 'tests/**/*.slow.test.ts'],
          testTimeout: 300_000,
          hookTimeout: 300_000,
          exclude: [...configDefaults.exclude, SLOW, ...(process.env.FAULT_POINTS ? [] : LONG)],
          fileParallelism: false,
        },
      },
    ],
  },
});
