import { randomUUID } from 'node:crypto';
import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { openReader } from '../landing/reader.js';
import type { WorkContext } from '../model/progress.js';
import { runDetection, screenCounty } from '../scoring/run.js';
import type { CountyTask, DetectTask, RebuildTask } from './rebuild.js';
import { doTasks } from './subprocess.js';

async function screen(task: CountyTask, context: WorkContext): Promise<null> {
  const { snapshot, period, seed, county, out, dataDir } = task;
  const rules = task.rules ? { rules: task.rules } : {};
  const reader = await openReader(snapshot, task.reader);
  try {
    const artifact = await screenCounty(
      reader,
      { period, seed, county, dataDir, ...rules },
      context,
    );
    // Whole or not at all: the parent may be told of it only when it stands under its name. Two
    // workers may be at the same county, when one was taken for dead.
    const making = `${out}.${randomUUID()}`;
    writeFileSync(making, artifact);
    renameSync(making, out);
    return null;
  } finally {
    await reader.close();
  }
}

async function detect(task: DetectTask, context: WorkContext) {
  const { snapshot, period, seed, runId: id, code, previous, dataDir } = task;
  const artifacts = task.counties.map(([, file]) => readFileSync(file));
  const reader = await openReader(snapshot, task.reader);
  try {
    const rules = task.rules ? { rules: task.rules } : {};
    const request = { id, code, period, seed, previous, artifacts, dataDir, ...rules };
    return await runDetection(reader, request, context);
  } finally {
    await reader.close();
  }
}

doTasks<RebuildTask>((task, context) =>
  task.type === 'county' ? screen(task, context) : detect(task, context),
);
