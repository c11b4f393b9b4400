import type { Dictionary } from '../../ingest/dictionary.js';
import type { LandingReader } from '../../landing/types.js';
import { createRng, deriveSeed } from '../../model/rng.js';
import type { Period } from '../../model/time.js';
import { loadWorld } from '../../projection/load.js';
import { type PlantedType, SITE_TYPES } from '../context.js';
import { kindOf, type Occupied, plantRings } from '../index.js';
import { chooseOrders } from './choose.js';
import { shadowContext } from './context.js';
import { type PlantedRing, plantedRings } from './judge.js';
import { planRows } from './plan.js';
import { ringFunds, writeShadow } from './rows.js';
import { type Survey, surveyOf } from './survey.js';

export interface PlantRequest {
  readonly period: Period;
  readonly seed: number;
  /** What the list of the period's run has already. */
  readonly listed: readonly ListedPlace[];
  /** Where the rows of a world go. */
  folderOf(world: number): string;
}

/** An institution at the heart of a finding of the detector. */
export interface ListedPlace {
  readonly detector: string;
  readonly institution: string;
}

/** Types whose finding is one place: a ring planted where one is listed would only be more of the same finding. */
const PLACE_TYPES: readonly PlantedType[] = ['impersonated-dialysis', ...SITE_TYPES];

function occupiedBy(listed: readonly ListedPlace[], ids: readonly string[]): Occupied {
  const handles = new Map(ids.map((id, handle) => [id, handle]));
  const out = new Map<ReturnType<typeof kindOf>, Set<number>>();
  for (const { detector, institution } of listed) {
    const type = PLACE_TYPES.find((t) => t === detector);
    const handle = handles.get(institution);
    if (type === undefined || handle === undefined) continue;
    out.set(kindOf(type), (out.get(kindOf(type)) ?? new Set()).add(handle));
  }
  return out;
}

/**
 * Plants rings in shadow copies of the period that `ev_settlement` of the reader holds (`prepareEvents`) and
 * writes their rows, a folder a world. An order that the people of the period cannot fill is left out, and so
 * is a world without any ring. The same rows and seed give the same files.
 */
export async function plantWorlds(
  reader: LandingReader,
  { period, seed, listed, folderOf }: PlantRequest,
  dictionary: Dictionary,
): Promise<{ worlds: PlantedRing[][]; patients: number; settlements: number }> {
  const survey = await surveyPeriod(reader, period, dictionary);
  const { start } = survey.ofPatient;
  let patients = 0;
  for (let p = 0; p + 1 < start.length; p++) if (start[p + 1]! > start[p]!) patients++;
  const size = { patients, settlements: survey.world.settlements.count };
  const occupied = occupiedBy(listed, survey.world.institutions.ids);
  const worlds: PlantedRing[][] = [];
  for (const [k, orders] of chooseOrders(size, seed).entries()) {
    const rng = createRng(deriveSeed(seed, `self-test ${k}`));
    const plantings = plantRings(shadowContext(survey, rng), orders, occupied);
    if (plantings.length === 0) continue;
    const folder = folderOf(worlds.length);
    await writeShadow(reader, planRows(survey, plantings, rng), folder);
    worlds.push(plantedRings(survey, plantings, await ringFunds(reader, folder)));
  }
  return { worlds, ...size };
}

async function surveyPeriod(
  reader: LandingReader,
  period: Period,
  dictionary: Dictionary,
): Promise<Survey> {
  const world = await loadWorld(reader, period, dictionary, new Set(['fee_list_d', 'drug_trac_d']));
  return surveyOf(world, dictionary, await sessionLags(reader));
}

/** Longer than this after its beginning nothing is settled at the chair. */
const LAG_MAX_S = 8 * 3600;

/** Usual seconds from the beginning of a dialysis session to its settlement, by institution. */
async function sessionLags(reader: LandingReader): Promise<ReadonlyMap<number, number>> {
  if (!reader.has('mdtrt_d')) return new Map();
  const rows = await reader.rows<{ ix: number; lag: number }>(`
    SELECT i.ix, median(e.time_s - v.begntime)::INTEGER AS lag
    FROM ev_settlement e JOIN f_settlement f USING (setl_id) JOIN d_institution i ON i.code = e.fixmedins_code
    JOIN ${reader.sql('mdtrt_d')} v ON v.mdtrt_id = e.mdtrt_id
    WHERE f.dialysis AND e.has_clock AND v.begntime_clock
      AND e.time_s - v.begntime BETWEEN 0 AND ${LAG_MAX_S}
    GROUP BY i.ix`);
  return new Map(rows.map((r) => [r.ix, r.lag]));
}
