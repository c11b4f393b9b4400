/** A seed world made, imported and searched in this process, for benches that look inside a search. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { cpus } from 'node:os';
import { join } from 'node:path';
import { deserialize } from 'node:v8';
import { addScreens, type PairScreen } from '../../analytics/algorithms/pairSums.js';
import type { DetectorContext } from '../../analytics/detectors/detector.js';
import { DETECTORS } from '../../analytics/detectors/index.js';
import { importDirectory } from '../../analytics/ingest/import.js';
import { periodOf } from '../../analytics/jobs/period.js';
import { listCounties, prepareEvents } from '../../analytics/landing/events.js';
import { openLanding } from '../../analytics/landing/landing.js';
import { createLedger } from '../../analytics/landing/ledger.js';
import type { LandingReader } from '../../analytics/landing/types.js';
import type { Finding } from '../../analytics/model/finding.js';
import { deriveSeed } from '../../analytics/model/rng.js';
import { TABLE_NAMES } from '../../analytics/model/tables.js';
import type { Period } from '../../analytics/model/time.js';
import { PLANTED_TYPES } from '../../analytics/planting/context.js';
import { loadWorld } from '../../analytics/projection/load.js';
import type { World } from '../../analytics/projection/world.js';
import type { CountyArtifact } from '../../analytics/scoring/detectOne.js';
import { parseTruth, type TruthRing } from '../../analytics/scoring/evaluateTruth.js';
import { dictionaryOf } from '../../analytics/scoring/rules.js';
import { screenCounty } from '../../analytics/scoring/run.js';
import { openRecords } from '../../api/records/open.js';
import { writeSeedWorld } from '../../seed/index.js';

/** Seed of every search here. */
export const RUN_SEED = 1;

export interface WorldWanted {
  readonly scratch: string;
  readonly seed: number;
  readonly settlements: number;
  /** Only the look-alikes of rings of all types, or the rings, too. */
  readonly clean: boolean;
}

export interface MadeWorld {
  readonly reader: LandingReader;
  readonly truth: readonly TruthRing[];
  readonly lookalikes: readonly TruthRing[];
}

/** A world, imported into a data directory of its own; both are gone afterwards. */
export async function withWorld<T>(
  { scratch, seed, settlements, clean }: WorldWanted,
  use: (made: MadeWorld) => Promise<T>,
): Promise<T> {
  const outDir = join(scratch, `world-${seed}`);
  const dir = mkdtempSync(join(scratch, 'data-'));
  await writeSeedWorld({ outDir, settlements, seed, clean, types: PLANTED_TYPES });
  const cases = (what: 'truth' | 'lookalikes') => {
    const file = `${outDir}.${what}.jsonl`;
    return parseTruth(readFileSync(file, 'utf8'), file, what);
  };
  const records = await openRecords(dir);
  const ledger = createLedger(records.db);
  const landing = await openLanding({ dir, ledger, exclusive: true, threads: cpus().length });
  try {
    await importDirectory({ landing, dir: outDir, rejectDir: join(dir, 'rejects') });
    const reader = await landing.reader();
    try {
      return await use({ reader, truth: cases('truth'), lookalikes: cases('lookalikes') });
    } finally {
      await reader.close();
    }
  } finally {
    await landing.close();
    await records.close();
    rmSync(dir, { recursive: true, force: true });
    rmSync(outDir, { recursive: true, force: true });
  }
}

export interface Screened {
  readonly period: Period;
  readonly world: World;
  readonly artifacts: readonly CountyArtifact[];
  /** Detectors whose tables are there. */
  readonly detectors: typeof DETECTORS;
  /** What one of them says, before findings are joined and corrected; parameters may lie beyond their ranges. */
  detect(
    id: string,
    parameters?: Readonly<Record<string, unknown>>,
    redrawn?: DetectorContext['redrawn'],
  ): Promise<readonly Finding[]>;
}

/** The pair statistics of all counties, and the detectors over them. */
export async function screened(reader: LandingReader): Promise<Screened> {
  const period = await periodOf(reader, {});
  const artifacts: CountyArtifact[] = [];
  for (const { county } of await listCounties(reader))
    artifacts.push(await screenCounty(reader, { period, seed: RUN_SEED, county }));
  const counties = artifacts.map((a) => deserialize(a) as Record<string, readonly PairScreen[]>);
  await prepareEvents(reader, { ...period });
  const dictionary = dictionaryOf(undefined, undefined);
  const world = await loadWorld(reader, period, dictionary, new Set(TABLE_NAMES));
  return {
    period,
    world,
    artifacts,
    detectors: DETECTORS.filter((d) => d.needs.every((table) => !world.missing.has(table))),
    detect(id, parameters = {}, redrawn) {
      const detector = DETECTORS.find((d) => d.id === id)!;
      return detector.detect(
        world,
        { ...detector.parameters.parse({}), ...parameters },
        { seed: deriveSeed(RUN_SEED, id), ...(redrawn ? { redrawn } : {}) },
        addScreens(counties.map((c) => c[id] ?? [])),
      );
    },
  };
}
