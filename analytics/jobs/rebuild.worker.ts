import { readFileSync } from 'node:fs';
import { openReader } from '../landing/reader.js';
import type { WorkContext } from '../model/progress.js';
import { runDetection, screenCounty } from '../scoring/run.js';
import { leaveArtifact } from './artifact.js';
import type { CountyTask, DetectTask, RebuildTask } from './rebuild.js';
import { doTasks } from './subprocess.js';

async function screen(task: CountyTask, context: WorkContext): Promise<null> {
  const { snapshot, period, seed, county, out, dataDir } = task;
  const rules = task.rules ? { rules: task.rules } : {};
  const reader = await openReader(snapshot, task.reader);
  try {
    const request = { period, seed, county, dataDir, ...rules };
    leaveArtifact(out, await screenCounty(reader, request, context));
    return null;
  } finally {
    await reader.close();
  }
}

async function detect(task: DetectTask, context: WorkContext) {
  const { snapshot, period, seed, runId: id, code, previous, dataDir, threads } = task;
  const artifacts = task.counties.map(([, file]) => readFileSync(file));
  const reader = await openReader(snapshot, task.reader);
  try {
    const rules = task.rules ? { rules: task.rules } : {};
    const request = { id, code, period, seed, previous, artifacts, dataDir, threads, ...rules };
    return await runDetection(reader, request, context);
  } finally {
    await reader.close();
  }
}

doTasks<RebuildTask>((task, context) =>
  task.type === 'county' ? screen(task, context) : detect(task, context),
);
