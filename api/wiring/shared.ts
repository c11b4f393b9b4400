import { readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import type { Kysely } from 'kysely';
import type { Handlers } from '../../analytics/jobs/types.js';
import { createInbox } from '../../analytics/jobs/week.js';
import { createHandlers, type WorkNeeds } from '../../analytics/jobs/work.js';
import { packageRoot } from '../../analytics/model/resources.js';
import type { Env } from '../env.js';
import { createInboxMemory, createRunLog } from '../records/history.js';
import type { RecordTables } from '../records/schema.js';

/** Counties and detectors side by side at most: each holds columns of its own in memory. */
const THREADS_MAX = 4;

export function threadsOf(env: Env): number {
  return env.RINGFENCE_THREADS ?? Math.min(THREADS_MAX, availableParallelism());
}

/** What jobs do, whichever engines they work on. */
export function handlersOn({
  db,
  inbox,
  env,
  ...rest
}: Pick<WorkNeeds, 'landing' | 'graph' | 'selfTests' | 'askSelfTest'> & {
  readonly db: Kysely<RecordTables>;
  readonly inbox: string | undefined;
  readonly env: Env;
}): Handlers {
  return createHandlers({
    ...rest,
    runLog: createRunLog(db),
    inbox: createInbox(inbox, createInboxMemory(db)),
    pinned: async () => ({ settlements: [], runs: [] }),
    code: programVersion(),
    threads: threadsOf(env),
  });
}

function programVersion(): string {
  const file = readFileSync(join(packageRoot, 'package.json'), 'utf8');
  return (JSON.parse(file) as { version: string }).version;
}
