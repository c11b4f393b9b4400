import { constants, setPriority } from 'node:os';
import { join } from 'node:path';
import { parentPort, workerData } from 'node:worker_threads';
import { listCounties, prepareEvents } from '../landing/events.js';
import { openReader } from '../landing/reader.js';
import { RingfenceError } from '../model/errors.js';
import type { Progress } from '../model/progress.js';
import { judge, type PlantedOutcome } from '../planting/shadow/judge.js';
import { plantWorlds } from '../planting/shadow/plant.js';
import { shadowReader } from '../planting/shadow/reader.js';
import { dictionaryOf } from '../scoring/rules.js';
import { runDetection, screenCounty } from '../scoring/run.js';
import type { Planted, PlantTask, SearchTask, SelfTestTask } from './selfTest.js';
import type { ThreadMessage } from './thread.js';

const say = (message: ThreadMessage) => parentPort?.postMessage(message);

async function plant(task: PlantTask): Promise<Planted> {
  const { snapshot, period, seed, folder, dataDir, rules } = task;
  const reader = await openReader(snapshot, task.reader);
  try {
    await prepareEvents(reader, { ...period, orphans: false });
    const folderOf = (world: number) => join(folder, String(world));
    return await plantWorlds(reader, { period, seed, folderOf }, dictionaryOf(dataDir, rules));
  } finally {
    await reader.close();
  }
}

/** The rebuild's own two steps, on the shadow: every county's pairs, then all together. */
async function search(task: SearchTask): Promise<PlantedOutcome[]> {
  const { snapshot, period, seed, code, folder, planted, dataDir } = task;
  const reader = await openReader(snapshot, task.reader);
  try {
    const shadow = await shadowReader(reader, folder);
    const counties = (await listCounties(shadow)).map((c) => c.county);
    const request = { period, seed, dataDir, ...(task.rules ? { rules: task.rules } : {}) };
    const artifacts: Uint8Array[] = [];
    const steps = 2 * counties.length;
    for (const county of counties) {
      say({
        type: 'progress',
        progress: { phase: 'counties', done: artifacts.length, total: steps },
      });
      artifacts.push(await screenCounty(shadow, { ...request, county }));
    }
    const progress = ({ done, total }: Progress) => {
      if (total)
        say({ type: 'progress', progress: { phase: 'all', done: total + done, total: 2 * total } });
    };
    const named = { id: 'self-test', code, artifacts, previous: [] };
    const run = await runDetection(shadow, { ...request, ...named }, { progress });
    return judge(planted, run.rings);
  } finally {
    await reader.close();
  }
}

// As in a rebuild: whoever asks for a page goes first.
if (process.platform === 'linux') setPriority(constants.priority.PRIORITY_LOW);

try {
  const task = workerData as SelfTestTask;
  const result = task.type === 'plant' ? await plant(task) : await search(task);
  say({ type: 'done', result });
} catch (error) {
  const { message, stack } = error instanceof Error ? error : new Error(String(error));
  if (error instanceof RingfenceError) {
    const { kind, remedy } = error;
    say({ type: 'failed', kind, message, ...(remedy ? { remedy } : {}) });
  } else {
    say({ type: 'failed', kind: 'defect', message, ...(stack ? { stack } : {}) });
  }
}
