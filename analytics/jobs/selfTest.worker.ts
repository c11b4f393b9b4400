import { join } from 'node:path';
import { listCounties, prepareEvents } from '../landing/events.js';
import { openReader } from '../landing/reader.js';
import type { Progress, WorkContext } from '../model/progress.js';
import { judge, type PlantedOutcome } from '../planting/shadow/judge.js';
import { plantWorlds } from '../planting/shadow/plant.js';
import { shadowReader } from '../planting/shadow/reader.js';
import { dictionaryOf } from '../scoring/rules.js';
import { runDetection, screenCounty } from '../scoring/run.js';
import type { Planted, PlantTask, SearchTask, SelfTestTask } from './selfTest.js';
import { doTasks } from './subprocess.js';

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
async function search(task: SearchTask, context: WorkContext): Promise<PlantedOutcome[]> {
  const { snapshot, period, seed, code, folder, planted, dataDir } = task;
  const reader = await openReader(snapshot, task.reader);
  try {
    const shadow = await shadowReader(reader, folder);
    const counties = (await listCounties(shadow)).map((c) => c.county);
    const request = { period, seed, dataDir, ...(task.rules ? { rules: task.rules } : {}) };
    const artifacts: Uint8Array[] = [];
    const steps = 2 * counties.length;
    for (const county of counties) {
      context.progress?.({ phase: 'counties', done: artifacts.length, total: steps });
      artifacts.push(await screenCounty(shadow, { ...request, county }));
    }
    const progress = ({ done, total }: Progress) => {
      if (total) context.progress?.({ phase: 'all', done: total + done, total: 2 * total });
    };
    const named = { id: 'self-test', code, artifacts, previous: [] };
    const run = await runDetection(shadow, { ...request, ...named }, { progress });
    return judge(planted, run.rings);
  } finally {
    await reader.close();
  }
}

doTasks<SelfTestTask>((task, context) =>
  task.type === 'plant' ? plant(task) : search(task, context),
);
