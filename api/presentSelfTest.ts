import type { JobView } from '../analytics/jobs/types.js';
import { formatFen } from '../analytics/model/money.js';
import { formatTime } from '../analytics/model/time.js';
import {
  cellsOf,
  costliestMissed,
  type PlantedOutcome,
  type SelfTest,
} from '../analytics/planting/shadow/judge.js';
import type {
  MissedRing,
  SelfTestBrief,
  SelfTestReport,
  SelfTestResult,
  SelfTestState,
} from './contract/index.js';
import type { KeptSelfTest } from './records/selfTests.js';
import type { Services } from './wiring.js';

/** The last attempt at a run's self-test and the last result; either may be missing. */
export interface KnownSelfTest {
  readonly job?: JobView;
  readonly kept?: KeptSelfTest;
}

/** Older jobs than these are history. */
const JOBS_LOOKED_AT = 500;

export async function lookUpSelfTests(
  { jobs, selfTests }: Pick<Services, 'jobs' | 'selfTests'>,
  runs: readonly string[],
): Promise<{ of(run: string): KnownSelfTest }> {
  if (runs.length === 0) return { of: () => ({}) };
  const [asked, kept] = await Promise.all([jobs.list(JOBS_LOOKED_AT), selfTests.of(runs)]);
  return {
    of(run) {
      const job = asked.find((j) => j.kind === 'self-test' && j.title === run);
      const known = kept.get(run);
      return { ...(job ? { job } : {}), ...(known ? { kept: known } : {}) };
    },
  };
}

function stateOf({ job, kept }: KnownSelfTest): SelfTestState {
  if (job?.state === 'waiting' || job?.state === 'active') return job.state;
  if (job && job.state !== 'completed') return 'failed';
  return kept ? 'done' : 'none';
}

const countFound = (plantings: readonly PlantedOutcome[]) =>
  plantings.filter((p) => p.found).length;

export function presentBrief(known: KnownSelfTest): SelfTestBrief {
  const plantings = known.kept?.result.plantings ?? [];
  return { state: stateOf(known), planted: plantings.length, found: countFound(plantings) };
}

export function presentSelfTest(known: KnownSelfTest): SelfTestReport {
  const { job, kept } = known;
  const state = stateOf(known);
  const { error } = job ?? {};
  return {
    state,
    job: job?.id ?? null,
    error:
      state === 'failed' && error
        ? { message: error.message, ...(error.remedy ? { remedy: error.remedy } : {}) }
        : null,
    result: kept ? presentResult(kept.result, kept.finishedAt.getTime() / 1000) : null,
  };
}

/** A self-test in numbers; `finishedAt` in epoch seconds. */
export function presentResult(test: SelfTest, finishedAt: number): SelfTestResult {
  const { seed, code, worlds, patients, settlements, plantings } = test;
  const missed = costliestMissed(plantings).map(presentMissed);
  return {
    finishedAt: formatTime(Math.floor(finishedAt)),
    seed,
    code,
    worlds,
    patients,
    settlements,
    planted: plantings.length,
    found: countFound(plantings),
    cells: cellsOf(plantings),
    floor: missed[0] ?? null,
    missed,
  };
}

function presentMissed({
  type,
  camouflage,
  people,
  institutions,
  fund,
}: PlantedOutcome): MissedRing {
  return { type, camouflage, people, institutions, fund: formatFen(fund) };
}
