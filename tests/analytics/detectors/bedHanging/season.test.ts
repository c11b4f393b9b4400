import { describe, expect, it } from 'vitest';
import { alikeStays } from '../../../../analytics/detectors/bedHanging/alike.js';
import { interiorStays } from '../../../../analytics/detectors/bedHanging/clashes.js';
import { bedHanging } from '../../../../analytics/detectors/bedHanging.js';
import { stayColumns } from '../../../../analytics/detectors/stays.js';
import {
  CLASS_INPATIENT,
  CLASS_OUTPATIENT,
  CLASS_PHARMACY,
} from '../../../../analytics/projection/world.js';
import { detectWith, idsOf, listed } from '../detecting.js';
import { type HonestWorld, honestWorld } from '../honestWorld.js';
import { buildWorld } from '../worldBuilder.js';

const detect = detectWith(bedHanging);
const HOUSES = 24;
const LOCALS = 50;
const local = (h: number, k: number) => `q${h}-${k}`;

/** Hospitals whose patients live around them and see their doctors, too, and go to a shop. */
function county(seed: number): HonestWorld {
  const plain = honestWorld(seed, 10);
  const { rng } = plain;
  for (let h = 0; h < HOUSES; h++) {
    plain.institutions.push({ id: `ko${h}`, county: '530102', level: '08', beds: 60 });
    for (let k = 0; k < LOCALS; k++) {
      const patient = local(h, k);
      plain.patients.push({ id: patient, region: '530102', household: patient });
      for (let n = 0; n < 8; n++)
        plain.settlements.push({
          ...{ patient, day: plain.day(rng.int(365)), second: 36_000, fund: 4000 },
          institution: n % 2 ? `ph${rng.int(8)}` : `ko${rng.next() < 0.8 ? h : rng.int(HOUSES)}`,
          class: n % 2 ? CLASS_PHARMACY : CLASS_OUTPATIENT,
        });
      stay(plain, patient, `ko${h}`, rng.int(340), 2 + rng.int(12));
    }
  }
  return plain;
}

function stay(
  plain: HonestWorld,
  patient: string,
  institution: string,
  begin: number,
  nights: number,
  department = 'A03',
): void {
  plain.settlements.push({
    ...{ patient, institution, class: CLASS_INPATIENT, diagnosis: 'M51.2', department },
    ...{ day: plain.day(begin + nights), begin: plain.day(begin), end: plain.day(begin + nights) },
    ...{ fund: 400_000, cash: 40_000 },
  });
}

/** People of other hospitals, in the beds of `ko3` for 4 to 6 nights. */
function paper(plain: HonestWorld, from: number, days: number, count = 36, department = 'A03') {
  const people = Array.from({ length: count }, (_, k) => local(5 + (k % 15), k));
  for (const patient of people)
    stay(plain, patient, 'ko3', from + plain.rng.int(days), 4 + plain.rng.int(3), department);
  return people;
}

describe('a season of stays alike', () => {
  it('is found where strangers lay a few nights each, and named', async () => {
    const plain = county(1);
    const people = paper(plain, 120, 110);
    const [finding, ...others] = listed(await detect(buildWorld(plain)));
    expect(others).toEqual([]);
    expect(idsOf(finding!, 'institution')).toEqual(['ko3']);
    expect(finding!.reasons.map((r) => r.code)).toEqual([
      'bed-hanging.stays-alike',
      'bed-hanging.of-a-season',
    ]);
    const [alike, season] = finding!.reasons;
    expect(alike!.measured).toBeGreaterThan(2 * alike!.expected);
    expect(season!.measured).toBeGreaterThan(5 * season!.expected);
    const named = idsOf(finding!, 'patient').filter((id) => people.includes(id));
    expect(named.length).toBeGreaterThan(25);
    expect(finding!.fundAtRisk).toBeGreaterThanOrEqual(named.length * 400_000);
  });

  it('is nothing in an honest county, nor where such stays are spread over the year', async () => {
    for (const seed of [2, 3]) expect(await detect(buildWorld(county(seed)))).toEqual([]);
    const plain = county(4);
    paper(plain, 2, 340);
    expect(await detect(buildWorld(plain))).toEqual([]);
  });

  it('is nothing where the house’s own patients come more often', async () => {
    const plain = county(5);
    for (let k = 0; k < 36; k++)
      stay(plain, local(3, k), 'ko3', 120 + plain.rng.int(110), 4 + plain.rng.int(3));
    expect(await detect(buildWorld(plain))).toEqual([]);
  });

  it('is explained by a new ward', async () => {
    const plain = county(6);
    paper(plain, 120, 110, 36, 'A21');
    for (let k = 0; k < 20; k++)
      plain.settlements.push({
        ...{ patient: local(3, k), institution: 'ko3', class: CLASS_OUTPATIENT },
        ...{ day: plain.day(125 + 10 * k), second: 36_000, fund: 4000, department: 'A21' },
      });
    const findings = await detect(buildWorld(plain));
    expect(listed(findings)).toEqual([]);
    const found = findings.find((f) => idsOf(f, 'institution').includes('ko3'));
    expect(found?.status).toBe('explained');
    expect(found?.innocent[0]?.code).toBe('new-ward');
  });

  it('takes a cycle of one patient for one stay', () => {
    const plain = county(7);
    const before = alikeOf(plain);
    for (let k = 0; k < 8; k++) stay(plain, local(9, 1), 'ko3', 100 + 12 * k, 4);
    expect(alikeOf(plain)).toBeLessThanOrEqual(before + 1);
  });
});

function alikeOf(plain: HonestWorld): number {
  const world = buildWorld(plain);
  const stays = interiorStays(world, stayColumns(world));
  return alikeStays(world, stays).get(world.institutions.ids.indexOf('ko3'))!.stays.length;
}
