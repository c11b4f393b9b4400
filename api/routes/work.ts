import { existsSync } from 'node:fs';
import { readdir, realpath } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import type { Application } from 'express';
import { isFinal, type JobView } from '../../analytics/jobs/types.js';
import type { ImportRecord } from '../../analytics/landing/types.js';
import { invalid, notFound, RingfenceError } from '../../analytics/model/errors.js';
import { endpoints, type ImportLine, JOB_EVENT, type Job } from '../contract/index.js';
import { mount } from '../handle.js';
import { presentRules, presentVerdicts } from '../presentFeedback.js';
import { lookUpSelfTests, presentBrief, presentSelfTest } from '../presentSelfTest.js';
import type { Services } from '../wiring.js';
import { fixRun } from './rings.js';

const HEARTBEAT_MS = 15_000;
/** A subdirectory with this file is complete (DATA.md §4). */
const DONE = '_DONE';

function presentJob(job: JobView): Job {
  const { error, title, ...rest } = job;
  return {
    ...rest,
    // Directories of this machine stay here but for their names.
    title: title === null ? null : basename(title),
    progress: job.progress && { ...job.progress },
    error: error && {
      message: error.message,
      ...(error.remedy ? { remedy: error.remedy } : {}),
    },
  };
}

function presentImport(record: ImportRecord): ImportLine {
  const { id, dialect, committedAt, state, period } = record;
  return {
    id,
    source: basename(record.source),
    dialect,
    committedAt,
    state,
    period,
    tables: Object.fromEntries(Object.entries(record.tables).map(([k, v]) => [k, { ...v }])),
    warnings: [...record.warnings],
  };
}

async function inboxEntries(inbox: string) {
  const entries = await readdir(inbox, { withFileTypes: true }).catch(() => []);
  return entries
    .filter((e) => e.isDirectory() && !e.name.startsWith('.'))
    .map((e) => ({ name: e.name, done: existsSync(join(inbox, e.name, DONE)) }))
    .sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** The subdirectory itself: no step up, no link that leads out of the inbox. */
async function inInbox(inbox: string, name: string): Promise<string> {
  const refusal = notFound(`${name} in the inbox`, 'Put the directory into the inbox first.');
  if (name === '.' || name === '..') throw refusal;
  const [root, dir] = await Promise.all([realpath(inbox), realpath(join(inbox, name))]).catch(
    () => {
      throw refusal;
    },
  );
  if (dirname(dir) !== root) throw refusal;
  return dir;
}

/** `leaving` aborts when the process is about to end: streams end then, and are opened elsewhere. */
export function workRoutes(app: Application, services: Services, leaving?: AbortSignal): void {
  const { graph, jobs, landing, inbox } = services;

  mount(app, endpoints.runs, async () => {
    const runs = await graph.read.runs();
    const tests = await lookUpSelfTests(
      services,
      runs.map((run) => run.id),
    );
    return {
      runs: runs.map((run, i) => ({
        ...run,
        current: i === 0,
        selfTest: presentBrief(tests.of(run.id)),
      })),
    };
  });

  mount(app, endpoints.run, async ({ params }) => {
    await fixRun(graph, params.id);
    const run = await graph.read.run(params.id);
    if (!run) throw notFound(`Run ${params.id}`);
    const { rules, verdicts, ...made } = run;
    return {
      ...made,
      ...(rules ? { rules: presentRules(rules) } : {}),
      ...(verdicts ? { verdicts: presentVerdicts(verdicts) } : {}),
      parameters: { ...run.parameters },
      detectors: run.detectors.map((d) => ({ ...d })),
      selfTest: presentSelfTest((await lookUpSelfTests(services, [run.id])).of(run.id)),
    };
  });

  mount(app, endpoints.imports, async () => ({
    imports: (await landing.imports()).map(presentImport),
    inbox: inbox === undefined ? null : await inboxEntries(inbox),
  }));

  mount(app, endpoints.startImport, async ({ body }) => {
    if (inbox === undefined)
      throw invalid(
        'No inbox is configured',
        'Set RINGFENCE_INBOX, or use `ringfence import DIR`.',
      );
    if (services.demo)
      throw new RingfenceError(
        'conflict',
        'This is the sample district; real data is not mixed with it',
        'Run `ringfence serve` on a data directory of your own.',
      );
    return presentJob(await jobs.enqueueImport({ dir: await inInbox(inbox, body.name) }));
  });

  mount(app, endpoints.startRebuild, async ({ body }) => {
    const { from, to, seed, selfTest } = body;
    return presentJob(
      await jobs.enqueueRebuild({
        ...(from ? { from } : {}),
        ...(to ? { to } : {}),
        ...(seed === undefined ? {} : { seed }),
        selfTest: selfTest ?? true,
      }),
    );
  });

  mount(app, endpoints.startSelfTest, async ({ params, body }) => {
    await fixRun(graph, params.id);
    return presentJob(
      await jobs.enqueue('self-test', {
        run: params.id,
        ...(body.seed === undefined ? {} : { seed: body.seed }),
      }),
    );
  });

  mount(app, endpoints.jobs, async () => ({ jobs: (await jobs.list(100)).map(presentJob) }));

  mount(app, endpoints.job, async ({ params }) => {
    const job = await jobs.get(params.id);
    if (!job) throw notFound(`Job ${params.id}`);
    return presentJob(job);
  });

  mount(app, endpoints.cancelJob, async ({ params }) => presentJob(await jobs.cancel(params.id)));
  mount(app, endpoints.retryJob, async ({ params }) => presentJob(await jobs.retry(params.id)));

  mount(app, endpoints.jobEvents, async ({ params, res }) => {
    if (!(await jobs.get(params.id))) throw notFound(`Job ${params.id}`);
    const left = new AbortController();
    res.on('close', () => left.abort());
    const over = leaving ? AbortSignal.any([left.signal, leaving]) : left.signal;
    res.writeHead(200, {
      'content-type': 'text/event-stream',
      'cache-control': 'no-store',
      'x-accel-buffering': 'no',
    });
    const heartbeat = setInterval(() => res.write(': here\n\n'), HEARTBEAT_MS);
    try {
      for await (const job of jobs.events(params.id, over)) {
        res.write(`event: ${JOB_EVENT}\ndata: ${JSON.stringify(presentJob(job))}\n\n`);
        if (isFinal(job.state)) break;
      }
    } finally {
      clearInterval(heartbeat);
      res.end();
    }
    return undefined;
  });
}
