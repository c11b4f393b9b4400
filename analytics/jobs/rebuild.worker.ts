import { randomUUID } from 'node:crypto';
import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { constants, setPriority } from 'node:os';
import { parentPort, workerData } from 'node:worker_threads';
import { openReader } from '../landing/reader.js';
import { RingfenceError } from '../model/errors.js';
import type { Progress } from '../model/progress.js';
import { runDetection, screenCounty } from '../scoring/run.js';
import type { CountyTask, DetectTask, RebuildTask } from './rebuild.js';
import type { ThreadMessage } from './thread.js';

const say = (message: ThreadMessage) => parentPort?.postMessage(message);
const context = { progress: (progress: Progress) => say({ type: 'progress', progress }) };

async function screen(task: CountyTask): Promise<null> {
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

async function detect(task: DetectTask) {
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

// On Linux a thread has a priority of its own, which DuckDB's threads inherit: whoever asks for a page
// goes before a rebuild. Elsewhere it would be the whole process's.
if (process.platform === 'linux') setPriority(constants.priority.PRIORITY_BELOW_NORMAL);

try {
  const task = workerData as RebuildTask;
  const result = task.type === 'county' ? await screen(task) : await detect(task);
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
