/** A seed world made, imported and searched in this process, for benches that look inside a search. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { cpus } from 'node:os';
import { join } from 'node:path';
import { deserialize } from 'node:v8';
import { addScreens, type PairScreen } from '../../analytics/algorithms/pairSums.js';
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
import { parseTruth, type TruthRing } from '../../analytics/scoring/evaluateTruth.js';
import { dictionaryOf } from '../../analytics/scoring/rules.js';
import { screenCounty } from '../../analytics/scoring/run.js';
import { openRecords } from '../../api/records/open.js';
import { writeSeedWorld } from '../../seed/index.js';

const RUN_SEED = 1;

export interface WorldWanted {
  readonly scratch: string;
  readonly seed: number;
  readonly settlements: number;
  readonly clean: boolean;
}

export interface Searched {
  readonly period: Period;
  /** What each detector that could run says, before findings are joined and corrected. */
  readonly findings: ReadonlyMap<string, readonly Finding[]>;
  readonly truth: readonly TruthRing[];
  readonly lookalikes: readonly TruthRing[];
  /** One detector again. */
  detect(id: string): Promise<readonly Finding[]>;
}

/** Rings of all types, or their look-alikes only. */
export async function withWorld<T>(
  { scratch, seed, settlements, clean }: WorldWanted,
  use: (searched: Searched) => Promise<T>,
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
      const truth = cases('truth');
      const lookalikes = cases('lookalikes');
      return await use({ ...(await search(reader)), truth, lookalikes });
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

async function search(reader: LandingReader): Promise<Omit<Searched, 'truth' | 'lookalikes'>> {
  const period = await periodOf(reader, {});
  const counties: Array<Record<string, readonly PairScreen[]>> = [];
  for (const { county } of await listCounties(reader))
    counties.push(deserialize(await screenCounty(reader, { period, seed: RUN_SEED, county })));
  await prepareEvents(reader, { ...period });
  const dictionary = dictionaryOf(undefined, undefined);
  const world = await loadWorld(reader, period, dictionary, new Set(TABLE_NAMES));
  const detect = (id: string) => {
    const detector = DETECTORS.find((d) => d.id === id)!;
    return detector.detect(
      world,
      detector.parameters.parse({}),
      { seed: deriveSeed(RUN_SEED, id) },
      addScreens(counties.map((c) => c[id] ?? [])),
    );
  };
  const findings = new Map<string, readonly Finding[]>();
  for (const { id, needs } of DETECTORS)
    if (needs.every((table) => !world.missing.has(table))) findings.set(id, await detect(id));
  return { period, findings, detect };
}
