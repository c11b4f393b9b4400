import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadDictionary } from '../../../analytics/ingest/dictionary.js';
import { importDirectory } from '../../../analytics/ingest/import.js';
import { listCounties, prepareEvents } from '../../../analytics/landing/events.js';
import type { LandingReader } from '../../../analytics/landing/types.js';
import type { Ring } from '../../../analytics/model/finding.js';
import { createRng } from '../../../analytics/model/rng.js';
import { DAY_S } from '../../../analytics/model/time.js';
import type { PlantedVisit } from '../../../analytics/planting/context.js';
import { shadowContext } from '../../../analytics/planting/shadow/context.js';
import { planRows } from '../../../analytics/planting/shadow/plan.js';
import { shadowReader } from '../../../analytics/planting/shadow/reader.js';
import { writeShadow } from '../../../analytics/planting/shadow/rows.js';
import { type Survey, surveyOf, VISIT_KINDS } from '../../../analytics/planting/shadow/survey.js';
import { loadWorld } from '../../../analytics/projection/load.js';
import { runDetection, screenCounty } from '../../../analytics/scoring/run.js';
import { writeSeedWorld } from '../../../seed/index.js';
import { openWorld, type TestWorld } from '../ingest/world.js';

const PERIOD = { from: '2025-01-01', to: '2026-01-01' };
/** So many of the honest settlements are written once more, on another day. */
const SHARE = 0.05;

/** Somebody's own visit on another day, at an hour when the place serves. */
function onAnotherDay(survey: Survey, seed: number): PlantedVisit[] {
  const { world } = survey;
  const s = world.settlements;
  const rng = createRng(seed);
  const ctx = shadowContext(survey, rng);
  const out: PlantedVisit[] = [];
  while (out.length < s.count * SHARE) {
    const row = rng.int(s.count);
    const kind = VISIT_KINDS[survey.kind[row]!]!;
    const at = ctx.serves(s.institution[row]!, world.fromDay + rng.int(340));
    if (at === null || kind === 'dialysis' || s.cancelled[row]) continue;
    const days = kind === 'in-patient' ? s.endDay[row]! - s.beginDay[row]! : 0;
    const end = at + days * DAY_S;
    const away = ctx
      .visits(s.patient[row]!)
      .some((v) => v.begin < end + DAY_S && v.end > at - DAY_S);
    if (away) continue;
    out.push({
      ...{ patient: s.patient[row]!, institution: s.institution[row]!, kind },
      doctor: s.doctor[row]! < 0 ? null : s.doctor[row]!,
      diagnosis: s.diagnosis[row]! < 0 ? null : s.diagnosis[row]!,
      ...{ begin: at, end, settled: end, lines: null, noCash: false, undelivered: false },
    });
  }
  return out;
}

describe('rows written as planted ones are', () => {
  let data: TestWorld;
  beforeAll(async () => {
    data = await openWorld();
  });
  afterAll(() => data.close());

  async function search(reader: LandingReader): Promise<readonly Ring[]> {
    const request = { period: PERIOD, seed: 1 };
    const artifacts: Uint8Array[] = [];
    for (const { county } of await listCounties(reader))
      artifacts.push(await screenCounty(reader, { ...request, county }));
    const named = { id: 'x', code: 'x', artifacts, previous: [] };
    return (await runDetection(reader, { ...request, ...named })).rings;
  }

  it('are no finding for being written so', { timeout: 900_000 }, async () => {
    const dir = join(data.dir, 'clean');
    await writeSeedWorld({ outDir: dir, settlements: 10_000, seed: 23, clean: true });
    await importDirectory({ landing: data.landing, dir, rejectDir: join(data.dir, 'rejects') });
    const reader = await data.landing.reader();
    try {
      await prepareEvents(reader, { ...PERIOD });
      const details = new Set(['fee_list_d', 'drug_trac_d'] as const);
      const world = await loadWorld(reader, PERIOD, loadDictionary(), details);
      const survey = surveyOf(world, loadDictionary());
      const nobody = { patients: [], institutions: [], doctors: [], items: [] };
      const planting = {
        ...({
          type: 'card-farming-pharmacy',
          camouflage: 0,
          takeOver: [],
          sharedPhone: [],
        } as const),
        ...nobody,
        add: onAnotherDay(survey, 5),
      };
      const folder = join(data.dir, 'shadow');
      await writeShadow(reader, planRows(survey, [planting], createRng(7)), folder);
      const shadow = await shadowReader(reader, folder);
      const [{ n } = { n: 0 }] = await shadow.rows<{ n: number }>(
        `SELECT count(*) AS n FROM ${shadow.sql('setl_d')} WHERE setl_id LIKE '%~%'`,
      );
      expect(n).toBeGreaterThan(400);
      const found = (await search(shadow)).filter((ring) => ring.status === 'finding');
      expect(found).toEqual([]);
    } finally {
      await reader.close();
    }
  });
});
