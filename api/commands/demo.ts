import { existsSync, mkdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { isFinal } from '../../analytics/jobs/types.js';
import { errorOf } from '../../analytics/jobs/view.js';
import type { Io } from '../owner/io.js';
import type { OwnedServices } from '../wiring.js';

/** Settlements of the sample district. */
export const DEMO_SETTLEMENTS = 50_000;
const DEMO_SEED = 1;

/**
 * Fills the sample district once: made, imported, rebuilt. Each step looks at what is there, so it
 * goes on where a former start was stopped.
 */
export async function prepareDemo(services: OwnedServices, io: Io): Promise<void> {
  const input = join(services.dataDir, 'input', 'sample');
  const say = (text: string) => io.stderr(`${text}\n`);
  try {
    await say('This is a demonstration on a made-up district; no person in it exists.');
    if ((await services.landing.imports()).length === 0) {
      if (!existsSync(input)) await make(services, io, say);
      await done(services, (await services.jobs.enqueueImport({ dir: input })).id);
    }
    if (!(await services.graph.read.run())) {
      await say('searching the sample district ...');
      await done(services, (await services.jobs.enqueueRebuild({ selfTest: true })).id);
    }
    if (await services.graph.read.run()) await say('The sample district is ready.');
  } catch (error) {
    if (io.signal.aborted) return;
    // The page shows what became of the jobs; the server goes on.
    await say(`The sample district is not complete: ${(error as Error).message}`);
  }
}

async function make(
  services: OwnedServices,
  io: Io,
  say: (text: string) => Promise<void>,
): Promise<void> {
  const { writeSeedWorld } = await import('../../seed/index.js');
  await say(`making a sample district of ${DEMO_SETTLEMENTS.toLocaleString('en')} settlements ...`);
  // The directory appears whole: a start that was stopped makes it anew.
  const making = join(services.dataDir, 'input.part');
  rmSync(making, { recursive: true, force: true });
  mkdirSync(making, { recursive: true });
  await writeSeedWorld({
    outDir: join(making, 'sample'),
    settlements: DEMO_SETTLEMENTS,
    seed: DEMO_SEED,
    signal: io.signal,
  });
  renameSync(making, join(services.dataDir, 'input'));
}

async function done(services: OwnedServices, id: string): Promise<void> {
  for await (const job of services.jobs.events(id)) {
    if (job.state === 'completed') return;
    if (isFinal(job.state)) throw errorOf(job);
  }
  throw new Error('the program is stopping');
}
