import type { RequestHandler, Response } from 'express';
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import type { ImportRecord } from '../../analytics/landing/types.js';
import type { Services } from '../wiring.js';
import type { StepEnd } from './observed.js';

/** Numbers for Prometheus. Labels are routes, kinds and states: never an id, a name or a path. */
export interface Metrics {
  readonly contentType: string;
  render(): Promise<string>;
  /** Counts and times requests by route. */
  readonly http: RequestHandler;
  step(end: StepEnd): void;
}

const HTTP_SECONDS = [0.005, 0.02, 0.05, 0.1, 0.15, 0.25, 0.5, 1, 2.5, 10];
const JOB_SECONDS = [1, 5, 15, 60, 180, 360, 900, 3600, 4 * 3600];
/** A part that is away must not make the others' numbers late. */
const COLLECT_MS = 2_000;

/** Waiting in one way or another. */
const QUEUED = ['waiting', 'prioritized', 'delayed'];

export function createMetrics(services: Services): Metrics {
  const register = new Registry();
  const registers = [register];
  collectDefaultMetrics({ register });
  const http = new Histogram({
    name: 'ringfence_http_seconds',
    help: 'Duration of requests by route of the contract',
    labelNames: ['method', 'route', 'status'],
    buckets: HTTP_SECONDS,
    registers,
  });
  const steps = new Histogram({
    name: 'ringfence_job_step_seconds',
    help: 'Duration of what this process did of jobs: whole ones (run), or steps of a rebuild',
    labelNames: ['kind', 'step', 'outcome'],
    buckets: JOB_SECONDS,
    registers,
  });
  const finished = new Counter({
    name: 'ringfence_jobs_finished_total',
    help: 'Jobs that this process brought to their end',
    labelNames: ['kind', 'outcome'],
    registers,
  });
  const rebuilds = new Histogram({
    name: 'ringfence_rebuild_seconds',
    help: 'From asking for a rebuild to its published run',
    buckets: JOB_SECONDS,
    registers,
  });
  const rows = new Counter({
    name: 'ringfence_import_rows_total',
    help: 'Rows that imports of this process read',
    labelNames: ['table', 'outcome'],
    registers,
  });

  /** A gauge that is asked for when it is scraped; a part that is away leaves it out. */
  function asked(
    name: string,
    help: string,
    labelNames: string[],
    ask: (gauge: Gauge) => Promise<void>,
  ): void {
    const gauge: Gauge = new Gauge({
      name,
      help,
      labelNames,
      registers,
      async collect() {
        gauge.reset();
        let timer: NodeJS.Timeout | undefined;
        const late = new Promise<void>((resolve) => {
          timer = setTimeout(resolve, COLLECT_MS);
        });
        await Promise.race([ask(gauge).catch(() => {}), late]);
        clearTimeout(timer);
      },
    });
  }

  asked('ringfence_part_up', 'Whether a part answers', ['part'], async (gauge) => {
    for (const { part, status } of (await services.monitor.status()).parts)
      gauge.set({ part }, status === 'away' ? 0 : 1);
  });
  asked('ringfence_queue_jobs', 'What is in the queues', ['queue', 'state'], async (gauge) => {
    for (const queue of await services.queues())
      for (const [state, count] of Object.entries(await queue.getJobCounts()))
        gauge.set({ queue: queue.name, state }, count);
  });
  asked('ringfence_queue_depth', 'Jobs and parts that wait', ['queue'], async (gauge) => {
    for (const queue of await services.queues()) {
      const counts = await queue.getJobCounts(...(QUEUED as never[]));
      gauge.set(
        { queue: queue.name },
        Object.values(counts).reduce((sum, n) => sum + n, 0),
      );
    }
  });
  asked(
    'ringfence_graph_lag_versions',
    'Ledger versions that the graph does not show yet',
    [],
    async (gauge) => {
      const [committed, shown] = await Promise.all([
        services.landing.version(),
        services.graph.version(),
      ]);
      gauge.set(committed - shown);
    },
  );

  return {
    contentType: register.contentType,
    render: () => register.metrics(),

    http(req, res: Response, next) {
      const began = performance.now();
      res.on('finish', () => {
        const route = typeof res.locals.route === 'string' ? res.locals.route : 'page';
        http.observe(
          { method: req.method, route, status: res.statusCode },
          (performance.now() - began) / 1000,
        );
      });
      next();
    },

    step({ kind, job, step, outcome, seconds, result }) {
      steps.observe({ kind, step, outcome }, seconds);
      const over = step === 'run' || step === 'join' || outcome === 'failed';
      if (over && outcome !== 'stopped') finished.inc({ kind, outcome });
      if (step === 'join' && outcome === 'done') void sinceAsked(job);
      if (kind === 'import' && outcome === 'done') countRows(result);
    },
  };

  async function sinceAsked(job: string): Promise<void> {
    const view = await services.jobs.get(job).catch(() => undefined);
    if (view) rebuilds.observe((Date.now() - Date.parse(view.createdAt)) / 1000);
  }

  function countRows(result: unknown): void {
    const { record, changed } = (result ?? {}) as { record?: ImportRecord; changed?: boolean };
    if (!record || !changed) return;
    for (const [table, counts] of Object.entries(record.tables)) {
      rows.inc({ table, outcome: 'accepted' }, counts.accepted);
      rows.inc({ table, outcome: 'rejected' }, counts.rejected);
    }
  }
}
