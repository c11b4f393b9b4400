import { join } from 'node:path';
import { importDirectory } from '../ingest/import.js';
import { RingfenceError } from '../model/errors.js';
import { loadGraph } from './graph.js';
import { createRebuild, type RebuildNeeds } from './rebuild.js';
import { createRehearsal } from './rehearse.js';
import { createSelfTest, followedBySelfTest, type SelfTestNeeds } from './selfTest.js';
import type { Flow, Handlers, JobContext, Payload } from './types.js';
import type { Inbox } from './week.js';

export interface WorkNeeds extends RebuildNeeds, SelfTestNeeds {
  readonly inbox: Inbox;
  /** Settlements that open leads rest on. */
  readonly pinned: () => Promise<{ settlements: readonly string[]; runs: readonly string[] }>;
  /** Asks for the self-test of a run, to be done when nothing else is. */
  readonly askSelfTest: (run: string) => Promise<unknown>;
}

/** Pruning keeps so many runs besides those that leads pin. */
const RUNS_KEPT = 12;

/** What each kind of job does; each is safe to do again after a crash at any point. */
export function createHandlers(needs: WorkNeeds): Handlers {
  const { landing, graph } = needs;
  const rebuild = createRebuild(needs);

  /** What is committed is committed: who cancels from here on comes too late. */
  const showCommitted = (ctx: JobContext) =>
    loadGraph(landing, graph, { signal: ctx.shutdown, progress: ctx.progress });

  async function importOne(payload: Payload<'import'>, ctx: JobContext) {
    const result = await importDirectory({
      landing,
      dir: payload.dir,
      ...(payload.dialect ? { dialect: payload.dialect } : {}),
      replacePeriod: payload.replacePeriod,
      job: `${ctx.jobId} ${payload.dir}`,
      rejectDir: join(landing.dir, 'rejects'),
      signal: ctx.signal,
      progress: ctx.progress,
    });
    await showCommitted(ctx);
    return result;
  }

  const week: Flow<'week'> = {
    ...rebuild,
    async plan(_, ctx) {
      for (const entry of await needs.inbox.waiting()) {
        try {
          const { record } = await importOne({ dir: entry.dir, replacePeriod: false }, ctx);
          await needs.inbox.taken(entry, record.id);
        } catch (error) {
          // A directory that cannot be read must not stop the week, nor be tried every week.
          if (!(error instanceof RingfenceError) || error.kind === 'cancelled') throw error;
          await needs.inbox.taken(entry, null);
        }
      }
      return rebuild.planIfNew({ seed: 1, selfTest: true }, ctx);
    },
  };

  return {
    import: importOne,

    async withdraw({ id }, ctx) {
      const row = (await landing.ledgerRows()).find((r) => r.id === id);
      // Taken back by this very job before a crash: what is left is to load the graph.
      const done = ctx.resumed && row?.state === 'withdrawn';
      const record = done ? row : await landing.withdraw(id);
      await showCommitted(ctx);
      return { id: record.id, state: record.state };
    },

    async prune({ before }, ctx) {
      const { settlements, runs } = await needs.pinned();
      const result = await landing.prune(before, settlements, { signal: ctx.signal });
      await graph.pruneRuns(RUNS_KEPT, runs);
      await needs.selfTests.keep((await graph.read.runs()).map((run) => run.id));
      await showCommitted(ctx);
      return { before, imports: result.imports, removed: result.removed };
    },

    rebuild: followedBySelfTest(rebuild, ({ selfTest }) => selfTest, needs.askSelfTest),

    'self-test': createSelfTest(needs),

    rehearse: createRehearsal(needs, rebuild.search),

    week: followedBySelfTest(week, () => true, needs.askSelfTest),
  };
}
