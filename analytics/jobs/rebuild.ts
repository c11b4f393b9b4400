import { randomUUID } from 'node:crypto';
import { mkdirSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { listCounties } from '../landing/events.js';
import type { Landing, ReadOptions } from '../landing/landing.js';
import type { ReaderOptions } from '../landing/reader.js';
import type { LandingSnapshot } from '../landing/snapshot.js';
import type { LandingReader, LedgerVersion } from '../landing/types.js';
import { RingfenceError } from '../model/errors.js';
import type { DetectionRun, DetectorOutcome, FindingStatus, Ring } from '../model/finding.js';
import { compiled } from '../model/resources.js';
import type { RunRules } from '../model/rules.js';
import type { Period } from '../model/time.js';
import { inForce, type RuleSet, readRules, regionOf } from '../scoring/rules.js';
import { readVerdicts, verdictsHash } from '../scoring/verdicts.js';
import type { GraphStore } from '../store/port.js';
import { periodOf } from './period.js';
import { type Program, runApart } from './subprocess.js';
import type { Flow, JobContext, Payload } from './types.js';

export interface RebuildResult {
  readonly run: string;
  readonly state: 'published' | 'unchanged';
  readonly period: Period;
  readonly ledgerVersion: LedgerVersion;
  readonly seed: number;
  readonly counts: Readonly<Record<FindingStatus, number>>;
  readonly detectors: ReadonlyArray<Omit<DetectorOutcome, 'seconds'>>;
}

/** Where the history of rebuilds is kept. */
export interface RunLog {
  /** Once for each job: the same again changes nothing. */
  record(job: string, result: RebuildResult, code: string): Promise<void>;
}

export interface RebuildNeeds {
  readonly landing: Landing;
  readonly graph: GraphStore;
  readonly runLog: RunLog;
  /** Version of the program that makes the runs. */
  readonly code: string;
  /** Threads that search all counties together. */
  readonly threads: number;
}

export interface Plan {
  readonly version: LedgerVersion;
  readonly period: Period;
  readonly seed: number;
  /**
   * Folder of what the parts of this plan leave, under that of the job: parts of a plan that was
   * given up may still be running somewhere, and must not write among the new ones.
   */
  readonly folder: string;
  /** The bureau's rules in force, decided once for all parts; absent without a file of rules. */
  readonly rules?: RunRules;
}

/** What a process of a rebuild is given. */
interface TaskBase {
  readonly snapshot: LandingSnapshot;
  readonly reader: ReaderOptions;
  readonly period: Period;
  readonly seed: number;
  /** Where a bureau's own dictionaries are. */
  readonly dataDir: string;
  readonly rules?: RunRules;
}
export interface CountyTask extends TaskBase {
  readonly type: 'county';
  readonly county: string;
  /** File to leave the county's statistics in. */
  readonly out: string;
}
export interface DetectTask extends TaskBase {
  readonly type: 'detect';
  readonly runId: string;
  readonly code: string;
  /** What the counties left, by county. */
  readonly counties: ReadonlyArray<readonly [county: string, file: string]>;
  /** Rings of the run before, for their identity. */
  readonly previous: readonly Ring[];
  readonly threads: number;
}
export type RebuildTask = CountyTask | DetectTask;

const PROGRAM: Program = { url: compiled('analytics/jobs/rebuild.worker.js'), nice: 10 };
const RINGS_A_PAGE = 1_000;
/** Counties are read side by side, so each has one thread of DuckDB and a share of the memory. */
export const PART_LIMITS: ReadOptions = { threads: 1, memoryLimit: '700MB' };

export const runIdOf = (jobId: string) => `run-${jobId}`;

export async function ringsOf(graph: GraphStore, run: string): Promise<Ring[]> {
  const rings: Ring[] = [];
  for (;;) {
    const page = await graph.read.rings({ offset: rings.length, limit: RINGS_A_PAGE }, run);
    rings.push(...page.rings);
    if (page.rings.length < RINGS_A_PAGE) return rings;
  }
}

async function resultOf(
  graph: GraphStore,
  run: Omit<DetectionRun, 'rings' | 'profiles'>,
  state: RebuildResult['state'],
): Promise<RebuildResult> {
  const { statuses } = await graph.read.facets(run.id);
  return {
    run: run.id,
    state,
    period: run.period,
    ledgerVersion: run.ledgerVersion,
    seed: run.seed,
    counts: {
      finding: statuses.finding ?? 0,
      explained: statuses.explained ?? 0,
      review: statuses.review ?? 0,
    },
    detectors: run.detectors.map(({ seconds: _, ...rest }) => rest),
  };
}

/** What a file of rules says of this data and period; nothing without a file. */
export async function rulesFor(
  reader: LandingReader,
  period: Period,
  set: RuleSet | undefined,
): Promise<{ rules?: RunRules }> {
  if (!set) return {};
  const local = set.rules.some((rule) => rule.region !== null);
  return { rules: inForce(set, local ? await regionOf(reader) : '', period) };
}

/** The search of a rebuild without its publishing. */
export interface Search {
  part: Flow<'rebuild'>['part'];
  /** Joins the parts of a plan; `previous` are the rings that give theirs their names. */
  run(
    plan: Plan,
    parts: Readonly<Record<string, unknown>>,
    runId: string,
    previous: readonly Ring[],
    ctx: JobContext,
  ): Promise<DetectionRun>;
  /** Removes what the parts of a job left. */
  clear(jobId: string): void;
}

/** The rebuild as a flow: one part for each county of the institutions, and the join of all. */
export function createRebuild(needs: RebuildNeeds): Flow<'rebuild'> & {
  /** As `plan`, but ends where nothing is new since the last run. */
  planIfNew: Flow<'rebuild'>['plan'];
  readonly search: Search;
} {
  const { landing, graph } = needs;
  const folderOf = (jobId: string) => join(landing.dir, 'work', jobId);

  /** Whether a run was made of the same data, by the same program, in the same way. */
  const isOf = (run: Omit<DetectionRun, 'rings' | 'profiles'>, plan: Omit<Plan, 'folder'>) =>
    run.ledgerVersion === plan.version &&
    run.seed === plan.seed &&
    run.code === needs.code &&
    run.period.from === plan.period.from &&
    run.period.to === plan.period.to &&
    JSON.stringify(run.rules?.entries ?? []) === JSON.stringify(plan.rules?.entries ?? []);

  async function prepare(payload: Payload<'rebuild'>, ctx: JobContext) {
    ctx.progress({ phase: 'plan', done: 0 });
    const reader = await landing.reader({ signal: ctx.signal });
    try {
      const period = await periodOf(reader, payload);
      const counties = (await listCounties(reader)).map((c) => c.county);
      const version = reader.version;
      const rules = await rulesFor(reader, period, readRules(landing.dir));
      const plan: Plan = { version, period, seed: payload.seed, folder: randomUUID(), ...rules };
      return { plan, parts: counties };
    } finally {
      await reader.close();
    }
  }

  async function finish(jobId: string, result: RebuildResult): Promise<RebuildResult> {
    await needs.runLog.record(jobId, result, needs.code);
    search.clear(jobId);
    return result;
  }

  /** What this job published before the process ended that was to say so. */
  async function publishedBefore({ seed }: Payload<'rebuild'>, { jobId }: JobContext) {
    const run = await graph.read.run(runIdOf(jobId));
    if (run?.seed !== seed || run.code !== needs.code) return undefined;
    return finish(jobId, await resultOf(graph, run, 'published'));
  }

  async function taskBase(plan: Plan, limits: ReadOptions): Promise<TaskBase> {
    const snapshot = await landing.snapshotAt(plan.version);
    if (!snapshot)
      throw new RingfenceError(
        'conflict',
        `Ledger version ${plan.version} was pruned away while it was being searched`,
        'Start the rebuild again.',
      );
    const reader = landing.readerOptions(limits);
    const { period, seed, rules } = plan;
    const base = { snapshot, reader, period, seed, dataDir: landing.dir };
    return { ...base, ...(rules ? { rules } : {}) };
  }

  const search: Search = {
    async part({ part, plan: raw }, ctx) {
      const plan = raw as Plan;
      const folder = join(folderOf(ctx.jobId), plan.folder);
      mkdirSync(folder, { recursive: true });
      const file = `county-${part || 'none'}.bin`;
      const out = join(folder, file);
      const base = await taskBase(plan, PART_LIMITS);
      await runApart(PROGRAM, { ...base, type: 'county', county: part, out } satisfies CountyTask, {
        signal: ctx.signal,
      });
      return { file };
    },

    async run(plan, parts, runId, previous, ctx) {
      const task: DetectTask = {
        ...(await taskBase(plan, {})),
        type: 'detect',
        runId,
        code: needs.code,
        // By name: workers may see the data directory under different paths.
        counties: Object.entries(parts).map(([county, left]) => [
          county,
          join(folderOf(ctx.jobId), plan.folder, (left as { file: string }).file),
        ]),
        previous,
        threads: needs.threads,
      };
      return runApart<DetectionRun>(PROGRAM, task, ctx);
    },

    clear: (jobId) => rmSync(folderOf(jobId), { recursive: true, force: true }),
  };

  return {
    search,

    async plan(payload, ctx) {
      const done = ctx.resumed ? await publishedBefore(payload, ctx) : undefined;
      if (done) return { done };
      const { plan, parts } = await prepare(payload, ctx);
      return { plan, parts };
    },

    async planIfNew(payload, ctx) {
      const done = ctx.resumed ? await publishedBefore(payload, ctx) : undefined;
      if (done) return { done };
      const { plan, parts } = await prepare(payload, ctx);
      const last = await graph.read.run();
      const heard = verdictsHash(readVerdicts(landing.dir));
      const same =
        last && last.id !== runIdOf(ctx.jobId) && isOf(last, plan) && last.verdicts?.hash === heard;
      if (!same) return { plan, parts };
      return { done: await finish(ctx.jobId, await resultOf(graph, last, 'unchanged')) };
    },

    part: search.part,

    async join(raw, parts, ctx) {
      const plan = raw as Plan;
      const runId = runIdOf(ctx.jobId);
      const published = await graph.read.run(runId);
      if (published && isOf(published, plan))
        return finish(ctx.jobId, await resultOf(graph, published, 'published'));
      const before = (await graph.read.runs()).find((run) => run.id !== runId);
      const previous = before ? await ringsOf(graph, before.id) : [];
      const run = await search.run(plan, parts, runId, previous, ctx);
      ctx.progress({ phase: 'publish', done: 0 });
      await graph.publish(run, { signal: ctx.signal });
      return finish(ctx.jobId, await resultOf(graph, run, 'published'));
    },
  };
}

/**
 * Removes what jobs that are over left behind. What is there is listed before it is asked which jobs
 * are open, so the folder of one that another process begins meanwhile is never taken for theirs.
 */
export async function sweepWork(
  dataDir: string,
  unfinished: () => Promise<ReadonlySet<string>>,
): Promise<void> {
  const folder = join(dataDir, 'work');
  mkdirSync(folder, { recursive: true });
  const names = readdirSync(folder);
  if (names.length === 0) return;
  const open = await unfinished();
  for (const name of names)
    if (!open.has(name)) rmSync(join(folder, name), { recursive: true, force: true });
}
