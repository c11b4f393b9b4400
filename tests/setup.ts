import type { TestProject } from 'vitest/node';
import { buildServer } from '../scripts/build.mjs';
import { openBroker } from './services/shared.js';

/**
 * Worker threads and spawned commands run the transpiled files, so they are made first. The returned
 * function stops the servers that the tests of the run shared.
 */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  await buildServer();
  const broker = await openBroker();
  project.provide('services', broker.url);
  return () => broker.close();
}
