import { describe, expect, it } from 'vitest';
import { loadDictionary } from '../../../analytics/ingest/dictionary.js';
import { createRng } from '../../../analytics/model/rng.js';
import { dayOf, parseDay, startOfDay, weekdayOf } from '../../../analytics/model/time.js';
import type { PlantedVisit, Planting } from '../../../analytics/planting/context.js';
import { shadowContext } from '../../../analytics/planting/shadow/context.js';
import { planRows } from '../../../analytics/planting/shadow/plan.js';
import { surveyOf } from '../../../analytics/planting/shadow/survey.js';
import {
  CLASS_CHRONIC,
  CLASS_INPATIENT,
  CLASS_PHARMACY,
  INSTITUTION_PHARMACY,
} from '../../../analytics/projection/world.js';
import { buildWorld, type PlainSettlement } from '../detectors/worldBuilder.js';

const FIRST = parseDay('2025-01-01') as number;
const PERIOD = { from: '2025-01-01', to: '2025-07-01' };
const TEN = 10 * 3600;

/** Six weeks of a pharmacy that is closed on Sundays, of a ward, of a centre and of a clinic. */
function smallWorld() {
  const settlements: PlainSettlement[] = [];
  for (let day = FIRST; day < FIRST + 42; day++) {
    for (let k = 0; k < 5 && weekdayOf(day) !== 6; k++)
      settlements.push({
        patient: `p${k}`,
        institution: 'shop',
        class: CLASS_PHARMACY,
        day,
        second: TEN + 60 * k,
        fund: 1000,
        items: [{ item: 'tonic', units: 2, fen: 3000 }],
      });
    if (weekdayOf(day) % 2 === 0)
      settlements.push({
        patient: 'kidney',
        institution: 'centre',
        doctor: 'nephrologist',
        class: CLASS_CHRONIC,
        day,
        second: TEN,
        diagnosis: 'M07801',
        dialysis: true,
        supports: day % 2 === 0 ? ['dialyser', 'epo'] : ['dialyser'],
      });
    if (day % 5 === 0)
      settlements.push({
        patient: `in${day % 3}`,
        institution: 'ward',
        doctor: day % 2 === 0 ? 'internist' : 'surgeon',
        class: CLASS_INPATIENT,
        day: day + 7,
        begin: day,
        end: day + 7,
        second: TEN,
        total: 100_000,
        diagnosis: day % 2 === 0 ? 'J20' : 'M51',
      });
  }
  settlements.push({ patient: 'p0', institution: 'clinic', day: FIRST + 1, second: TEN });
  settlements.push({
    ...{ patient: 'p0', institution: 'shop', class: CLASS_PHARMACY, day: FIRST + 2 },
    cancelled: true,
  });
  return buildWorld({
    period: PERIOD,
    settlements,
    catalogue: [{ id: 'tonic', name: '阿胶', resaleRisk: 3 }],
    institutions: [
      { id: 'shop', type: INSTITUTION_PHARMACY, county: '110001' },
      { id: 'ward', level: '05', county: '110001', beds: 20, lng: 104, lat: 30 },
      { id: 'centre', level: '02', county: '110002', beds: 10 },
      { id: 'clinic', county: '110001' },
    ],
    patients: [
      { id: 'p0', region: '110001', village: 'east', household: 'h', birthDay: '1960-06-01' },
      { id: 'p1', region: '110001', village: 'east', household: 'h', deathDay: '2025-05-01' },
      ...Array.from({ length: 12 }, (_, i) => ({
        ...{ id: `old${i}`, region: '110001', village: 'east', birthDay: '1940-01-01' },
        address: 'home for the old',
      })),
    ],
  });
}

describe('a surveyed period', () => {
  const world = smallWorld();
  const survey = surveyOf(world, loadDictionary());
  const ctx = shadowContext(survey, createRng(1));
  const patient = (id: string) => ctx.patient(world.patients.ids.indexOf(id));
  const place = (id: string) => ctx.institutions[world.institutions.ids.indexOf(id)]!;
  const item = (id: string) => world.items.ids.indexOf(id);

  it('says what institutions are, of what level, how busy and with what supports', () => {
    expect(place('shop')).toMatchObject({ type: 'pharmacy', level: 0, busy: 180, area: '110001' });
    expect(place('ward')).toMatchObject({ type: 'hospital', level: 2, machines: 0, lng: 104 });
    expect(place('ward').stays).toBe(place('ward').busy);
    expect(place('clinic')).toMatchObject({ type: 'clinic', level: 0, busy: 1 });
    expect(place('centre')).toMatchObject({ level: 3, machines: 1 });
    expect(place('centre').supports.dialyser).toBe(1);
    expect(place('centre').supports.epo).toBeGreaterThan(0.3);
    expect(place('centre').supports.epo).toBeLessThan(0.7);
    expect(place('centre').supports.tests).toBe(0);
  });

  it('knows people: household, age, death, dialysis and where they live', () => {
    expect(patient('p0').household).toBe(patient('p1').household);
    expect(patient('p0').age).toBe(64);
    expect(patient('p1').died).toBe(parseDay('2025-05-01'));
    expect(patient('kidney').dialysis).toBe(true);
    expect(patient('p0').dialysis).toBe(false);
    expect(ctx.places[patient('p0').place]).toMatchObject({ kind: 'village', area: '110001' });
    expect(ctx.places[patient('old3').place]).toMatchObject({ kind: 'care-home' });
    expect(ctx.places[patient('old3').place]?.patients).toHaveLength(12);
  });

  it('has the honest visits in order, without those that a refund took back', () => {
    const visits = ctx.visits(world.patients.ids.indexOf('p0'));
    expect(visits).toHaveLength(37);
    expect(visits.map((v) => v.begin)).toEqual(visits.map((v) => v.begin).sort((a, b) => a - b));
    const stay = ctx.visits(world.patients.ids.indexOf('in1'))[0]!;
    expect(stay.kind).toBe('in-patient');
    expect(dayOf(stay.end) - dayOf(stay.begin)).toBe(7);
  });

  it('opens when the place was seen to serve, and not on its days of rest', () => {
    const shop = place('shop').handle;
    for (let day = FIRST; day < FIRST + 40; day++) {
      const at = ctx.serves(shop, day);
      if (weekdayOf(day) === 6) expect(at).toBeNull();
      else {
        expect(dayOf(at!)).toBe(day);
        expect(Math.abs(at! - startOfDay(day) - TEN - 120)).toBeLessThan(900);
      }
    }
    expect(ctx.serves(shop, FIRST - 1)).toBeNull();
    // A place with five customers a day and none on this one was closed.
    expect(ctx.serves(shop, FIRST + 100)).toBeNull();
  });

  it('names doctors by what they treat, and diagnoses that a stay can be hung on', () => {
    const j20 = world.settlements.diagnoses.indexOf('J20');
    const names = (d: number | null) =>
      ctx.doctors(place('ward').handle, d).map((h) => world.doctors[h]);
    expect(names(j20)).toEqual(['internist']);
    expect(names(null).sort()).toEqual(['internist', 'surgeon']);
    expect(ctx.lowSeverity).toContain(j20);
    expect(world.settlements.diagnoses[ctx.kidneyFailure]).toBe('M07801');
    expect(ctx.items.resale).toEqual([item('tonic')]);
    expect(ctx.drugs).toMatchObject([{ item: item('tonic'), resale: 3, price: 1500 }]);
  });

  const swipe = (more: Partial<PlantedVisit>): PlantedVisit => ({
    patient: patient('p0').handle,
    institution: place('shop').handle,
    doctor: null,
    kind: 'pharmacy',
    begin: startOfDay(FIRST + 9) + TEN,
    end: startOfDay(FIRST + 9) + TEN,
    settled: startOfDay(FIRST + 9) + TEN,
    diagnosis: null,
    lines: null,
    noCash: false,
    undelivered: true,
    ...more,
  });
  const planting = (add: PlantedVisit[], more: Partial<Planting> = {}): Planting => ({
    type: 'card-farming-pharmacy',
    camouflage: 0,
    patients: [patient('p0').handle],
    institutions: [place('shop').handle],
    doctors: [],
    items: [],
    add,
    takeOver: [],
    sharedPhone: [],
    ...more,
  });

  it('plans rows that lean on honest ones of the same place and kind', () => {
    const lines = [{ item: item('tonic'), count: 3, packs: [7, 8] }];
    const late = startOfDay(world.toDay) + 60;
    const plan = planRows(
      survey,
      [
        planting([
          swipe({ lines, refund: { after: 60, again: 60 } }),
          swipe({}),
          swipe({ settled: late }),
        ]),
      ],
      createRng(3),
    );
    expect(plan.visits.map((v) => [v.of, v.sign, v.given])).toEqual([
      [0, 1, true],
      [0, -1, true],
      [0, 1, true],
      [3, 1, false],
    ]);
    expect(plan.lines).toEqual([{ of: 0, seq: 0, item: 'tonic', count: 3 }]);
    expect(plan.packs.map((p) => p.pack)).toEqual(['0/7', '0/8']);
    const s = world.settlements;
    for (const v of plan.visits) {
      const donor = s.ids.indexOf(v.donor);
      expect(world.institutions.ids[s.institution[donor]!]).toBe('shop');
      expect(s.ids).not.toContain(v.setl);
    }
    expect(new Set(plan.visits.map((v) => v.setl)).size).toBe(4);
    expect(plan.visits.slice(0, 3).map((v) => v.visit)).toEqual(
      Array(3).fill(plan.visits[0]!.visit),
    );
  });

  it('leads an honest visit elsewhere and shares telephones', () => {
    const settled = startOfDay(FIRST + 20) + TEN;
    const p0 = patient('p0').handle;
    const take = { patient: p0, visit: 0, institution: place('clinic').handle, settled };
    const people = [p0, patient('p1').handle];
    const plan = planRows(
      survey,
      [planting([], { takeOver: [take], sharedPhone: people })],
      createRng(3),
    );
    expect(plan.visits).toMatchObject([
      { patient: 'p0', institution: 'clinic', moved: true, donor: plan.gone[0], settled },
    ]);
    expect(plan.contacts).toEqual([
      { kind: 'telephone', patient: 'p0', holder: 'p0', key: '0/phone' },
      { kind: 'telephone', patient: 'p1', holder: 'p0', key: '0/phone' },
    ]);
  });
});
