import { randomUUID } from 'node:crypto';
import { mkdirSync, rmdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Landing } from '../landing/landing.js';
import type { ReaderOptions } from '../landing/reader.js';
import type { LandingSnapshot } from '../landing/snapshot.js';
import { notFound, RingfenceError } from '../model/errors.js';
import type { Progress, WorkContext } from '../model/progress.js';
import { compiled } from '../model/resources.js';
import { deriveSeed } from '../model/rng.js';
import type { RunRules } from '../model/rules.js';
import type { Period } from '../model/time.js';
import type { PlantedOutcome, PlantedRing, SelfTest } from '../planting/shadow/judge.js';
import type { ListedPlace } from '../planting/shadow/plant.js';
import type { GraphStore } from '../store/port.js';
import { PART_LIMITS, type RebuildResult, ringsOf } from './rebuild.js';
import { sideBySide } from './sideBySide.js';
import { type Program, runApart } from './subprocess.js';
import type { Flow, JobContext, Payload } from './types.js';

/** Where the self-tests of runs are kept: the last one of each run. */
export interface SelfTests {
  /** `job` is the one that made it. */
  record(job: string, result: SelfTest): Promise<void>;
  /** Forgets those of all other runs. */
  keep(runs: readonly string[]): Promise<void>;
}

export interface SelfTestNeeds {
  readonly landing: Landing;
  readonly graph: GraphStore;
  readonly selfTests: SelfTests;
  /** Version of the program that searches now. */
  readonly code: string;
  /** Counties read, and detectors run, side by side. */
  readonly threads: number;
}

interface SelfTestPlan {
  readonly run: string;
  readonly version: number;
  readonly period: Period;
  /** Of the search, as the run's. */
  readonly runSeed: number;
  /** Of what is planted. */
  readonly seed: number;
  /** The run's rules; absent without a file of rules. */
  readonly rules?: RunRules;
}

interface TaskBase {
  readonly snapshot: LandingSnapshot;
  readonly reader: ReaderOptions;
  readonly period: Period;
  readonly dataDir: string;
  readonly rules?: RunRules;
}
export interface PlantTask extends TaskBase {
  readonly type: 'plant';
  readonly seed: number;
  readonly listed: readonly ListedPlace[];
  /** Each world's rows go into a folder of this one, named by its number. */
  readonly folder: string;
}
export interface ScreenTask extends TaskBase {
  readonly type: 'screen';
  readonly seed: number;
  /** The rows of one world. */
  readonly folder: string;
  readonly county: string;
  /** File to leave the county's statistics in. */
  readonly out: string;
}
export interface SearchTask extends TaskBase {
  readonly type: 'search';
  readonly seed: number;
  readonly code: string;
  /** The rows of one world. */
  readonly folder: string;
  /** What its counties left. */
  readonly counties: readonly string[];
  readonly planted: readonly PlantedRing[];
  readonly threads: number;
}
export type SelfTestTask = PlantTask | ScreenTask | SearchTask;

/** A shadow copy: its rings, and the counties of its institutions. */
export interface ShadowWorld {
  readonly planted: readonly PlantedRing[];
  readonly counties: readonly string[];
}

/** What was planted, and how much was there to plant it in. */
export interface Planted {
  readonly worlds: readonly ShadowWorld[];
  readonly patients: number;
  readonly settlements: number;
}

const PROGRAM: Program = { url: compiled('analytics/jobs/selfTest.worker.js'), nice: 19 };
const PART = 'shadow';

/**
 * The self-test of a run: a background flow of one part. The rows of the planted rings lie in the job's own
 * folder under `work/` until it is over; landing, graph and published rings never hold any of them.
 */
export function createSelfTest(needs: SelfTestNeeds): Flow<'self-test'> {
  const { landing, graph } = needs;
  const folderOf = (jobId: string) => join(landing.dir, 'work', jobId);

  async function snapshotAt(plan: SelfTestPlan): Promise<LandingSnapshot> {
    const snapshot = await landing.snapshotAt(plan.version);
    if (snapshot) return snapshot;
    throw new RingfenceError(
      'conflict',
      `The rows that ${plan.run} was made of were pruned since`,
      'Run `ringfence rebuild` first.',
    );
  }

  return {
    background: true,

    async plan({ run: id, seed }) {
      const run = await graph.read.run(id);
      if (!run) throw notFound(`Run ${id}`, 'Run `ringfence rebuild` first.');
      const plan: SelfTestPlan = {
        run: run.id,
        version: run.ledgerVersion,
        period: run.period,
        runSeed: run.seed,
        // Other rings are planted every week, and the same ones again for the same run.
        seed: seed ?? deriveSeed(run.seed, run.id),
        ...(run.rules ? { rules: run.rules } : {}),
      };
      await snapshotAt(plan);
      return { plan, parts: [PART] };
    },

    async part({ plan: raw }, ctx): Promise<SelfTest> {
      const plan = raw as SelfTestPlan;
      // Of this attempt alone: another process may still be at it, taken for dead.
      const folder = join(folderOf(ctx.jobId), randomUUID());
      mkdirSync(folder, { recursive: true });
      try {
        return await testIn(folder, plan, await snapshotAt(plan), ctx);
      } finally {
        rmSync(folder, { recursive: true, force: true });
        removeEmpty(folderOf(ctx.jobId));
      }
    },

    async join(_, parts, ctx) {
      const result = parts[PART] as SelfTest;
      await needs.selfTests.record(ctx.jobId, result);
      rmSync(folderOf(ctx.jobId), { recursive: true, force: true });
      return result;
    },
  };

  async function listedBy(run: string): Promise<ListedPlace[]> {
    const rings = await ringsOf(graph, run);
    return rings
      .filter((ring) => ring.status === 'finding')
      .flatMap(({ subjects, reasons }) =>
        subjects
          .filter((s) => s.kind === 'institution' && s.role === 'core')
          .flatMap((s) => reasons.map((r) => ({ detector: r.detector, institution: s.id }))),
      );
  }

  async function testIn(
    folder: string,
    plan: SelfTestPlan,
    snapshot: LandingSnapshot,
    ctx: JobContext,
  ): Promise<SelfTest> {
    const { period, rules } = plan;
    const { code } = needs;
    const base = {
      snapshot,
      period,
      // What a process that is killed leaves there goes with the folder.
      reader: { ...landing.readerOptions(), tempDir: join(folder, 'tmp') },
      dataDir: landing.dir,
      ...(rules ? { rules } : {}),
    };
    ctx.progress({ phase: 'planting rings', done: 0 });
    const listed = await listedBy(plan.run);
    const plant: PlantTask = { ...base, type: 'plant', seed: plan.seed, listed, folder };
    const { worlds, ...size } = await runApart<Planted>(PROGRAM, plant, { signal: ctx.signal });
    const plantings: PlantedOutcome[] = [];
    for (const [k, world] of worlds.entries()) {
      // The share of this world that is done counts too: there may be but one.
      const progress = ({ done, total }: Progress) =>
        ctx.progress({
          phase: 'searching for planted rings',
          done: Math.floor(100 * (k + (total ? done / total : 0))),
          total: 100 * worlds.length,
        });
      const search = { ...base, seed: plan.runSeed, folder: join(folder, String(k)) };
      plantings.push(...(await searchWorld(search, world, { signal: ctx.signal, progress })));
    }
    return {
      run: plan.run,
      seed: plan.seed,
      code,
      period,
      worlds: worlds.length,
      ...size,
      plantings,
    };
  }

  /** The rebuild's own two steps, on a shadow: every county's pairs, side by side, then all together. */
  async function searchWorld(
    base: TaskBase & Pick<SearchTask, 'seed' | 'folder'>,
    { planted, counties }: ShadowWorld,
    { signal, progress }: Required<WorkContext>,
  ): Promise<PlantedOutcome[]> {
    const { code, threads } = needs;
    const total = 2 * counties.length;
    const reader = { ...base.reader, ...PART_LIMITS };
    let done = 0;
    const files = await sideBySide(counties, threads, signal, async (county, stopped) => {
      progress({ phase: 'counties', done, total });
      const out = join(base.folder, `county-${county || 'none'}.bin`);
      const screen: ScreenTask = { ...base, reader, type: 'screen', county, out };
      await runApart(PROGRAM, screen, { signal: stopped });
      done++;
      return out;
    });
    const all = (at: Progress) => {
      if (at.total) progress({ phase: 'all', done: at.total + at.done, total: 2 * at.total });
    };
    const search: SearchTask = { ...base, type: 'search', code, counties: files, planted, threads };
    return runApart<PlantedOutcome[]>(PROGRAM, search, { signal, progress: all });
  }
}

/** The attempt of another process may still be in it. */
function removeEmpty(folder: string): void {
  try {
    rmdirSync(folder);
  } catch {
    // It is swept with what is in it when the job is over.
  }
}

/** A rebuild that has the self-test of what it published asked for, where it is wanted. */
export function followedBySelfTest<K extends 'rebuild' | 'week'>(
  rebuild: Flow<K>,
  wanted: (payload: Payload<K>) => boolean,
  ask: (run: string) => Promise<unknown>,
): Flow<K> {
  async function followed(result: unknown): Promise<unknown> {
    const { state, run } = result as RebuildResult;
    if (state === 'published') await ask(run);
    return result;
  }
  return {
    ...rebuild,
    async plan(payload, ctx) {
      const planned = await rebuild.plan(payload, ctx);
      if (!wanted(payload)) return planned;
      if ('done' in planned) return { done: await followed(planned.done) };
      return { ...planned, plan: { ...(planned.plan as object), selfTest: true } };
    },
    async join(plan, parts, ctx) {
      const result = await rebuild.join(plan, parts, ctx);
      return (plan as { selfTest?: boolean }).selfTest ? followed(result) : result;
    },
  };
}
