// What detectors need beside the period that they read: node --expose-gc memoryOf.mjs DATA DETECTOR…
// Another thread looks at the resident memory of this process, whose own is busy, every few milliseconds. Prints
// one JSON object: settlements, and the growth of each detector in bytes.
import { Worker } from 'node:worker_threads';
import { addScreens } from '../../dist/analytics/algorithms/pairSums.js';
import { DETECTORS } from '../../dist/analytics/detectors/index.js';
import { periodOf } from '../../dist/analytics/jobs/period.js';
import { prepareEvents } from '../../dist/analytics/landing/events.js';
import { openLanding } from '../../dist/analytics/landing/landing.js';
import { createLedger } from '../../dist/analytics/landing/ledger.js';
import { TABLE_NAMES } from '../../dist/analytics/model/tables.js';
import { loadWorld } from '../../dist/analytics/projection/load.js';
import { dictionaryOf } from '../../dist/analytics/scoring/rules.js';
import { openRecords } from '../../dist/api/records/open.js';

const [dir, ...ids] = process.argv.slice(2);

async function load() {
  const records = await openRecords(dir);
  const ledger = createLedger(records.db);
  const landing = await openLanding({ dir, ledger, exclusive: true, threads: 1 });
  const reader = await landing.reader();
  try {
    const period = await periodOf(reader, {});
    await prepareEvents(reader, { ...period });
    return await loadWorld(reader, period, dictionaryOf(), new Set(TABLE_NAMES));
  } finally {
    await reader.close();
    await landing.close();
    await records.close();
  }
}

/** Most resident bytes since it was last set to 0. */
const most = new Float64Array(new SharedArrayBuffer(8));
const watcher = new Worker(
  `const { workerData: most } = require('node:worker_threads');
   setInterval(() => { most[0] = Math.max(most[0], process.memoryUsage.rss()); }, 3);`,
  { eval: true, workerData: most },
);
watcher.unref();

const world = await load();
const growth = {};
for (const id of ids) {
  const detector = DETECTORS.find((d) => d.id === id);
  const params = detector.parameters.parse({});
  globalThis.gc();
  globalThis.gc();
  const before = process.memoryUsage.rss();
  most[0] = before;
  const screened = addScreens([detector.screen?.(world, params, { seed: 1 }) ?? []]);
  await detector.detect(world, params, { seed: 1 }, screened);
  growth[id] = Math.max(most[0], process.memoryUsage.rss()) - before;
}
process.stdout.write(`${JSON.stringify({ settlements: world.settlements.ids.length, growth })}\n`);
await watcher.terminate();
