import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { listCounties, prepareEvents } from '../landing/events.js';
import { openReader } from '../landing/reader.js';
import type { LandingReader } from '../landing/types.js';
import type { WorkContext } from '../model/progress.js';
import { judge } from '../planting/shadow/judge.js';
import { plantWorlds } from '../planting/shadow/plant.js';
import { shadowReader } from '../planting/shadow/reader.js';
import { dictionaryOf } from '../scoring/rules.js';
import { runDetection, screenCounty } from '../scoring/run.js';
import { leaveArtifact } from './artifact.js';
import type {
  Planted,
  PlantTask,
  ScreenTask,
  SearchTask,
  SelfTestTask,
  ShadowWorld,
} from './selfTest.js';
import { doTasks } from './subprocess.js';

async function plant(task: PlantTask): Promise<Planted> {
  const { snapshot, period, seed, listed, folder, dataDir, rules } = task;
  const reader = await openReader(snapshot, task.reader);
  try {
    await prepareEvents(reader, { ...period, orphans: false });
    const folderOf = (world: number) => join(folder, String(world));
    const request = { period, seed, listed, folderOf };
    const { worlds, ...size } = await plantWorlds(reader, request, dictionaryOf(dataDir, rules));
    const shadows: ShadowWorld[] = [];
    for (const [k, planted] of worlds.entries()) {
      const shadow = await shadowReader(reader, folderOf(k));
      shadows.push({ planted, counties: (await listCounties(shadow)).map((c) => c.county) });
    }
    return { worlds: shadows, ...size };
  } finally {
    await reader.close();
  }
}

/** Does something with the shadow that a task names. */
async function inShadow<T>(
  task: ScreenTask | SearchTask,
  use: (shadow: LandingReader) => Promise<T>,
): Promise<T> {
  const reader = await openReader(task.snapshot, task.reader);
  try {
    return await use(await shadowReader(reader, task.folder));
  } finally {
    await reader.close();
  }
}

const requestOf = ({ period, seed, dataDir, rules }: ScreenTask | SearchTask) => ({
  ...{ period, seed, dataDir },
  ...(rules ? { rules } : {}),
});

const screen = (task: ScreenTask, context: WorkContext) =>
  inShadow(task, async (shadow) => {
    const request = { ...requestOf(task), county: task.county };
    leaveArtifact(task.out, await screenCounty(shadow, request, context));
  });

const search = (task: SearchTask, context: WorkContext) =>
  inShadow(task, async (shadow) => {
    const { code, threads, planted } = task;
    const artifacts = task.counties.map((file) => readFileSync(file));
    const named = { id: 'self-test', code, artifacts, previous: [], threads };
    const run = await runDetection(shadow, { ...requestOf(task), ...named }, context);
    return judge(planted, run.rings);
  });

doTasks<SelfTestTask>((task, context) => {
  if (task.type === 'plant') return plant(task);
  return task.type === 'screen' ? screen(task, context) : search(task, context);
});
