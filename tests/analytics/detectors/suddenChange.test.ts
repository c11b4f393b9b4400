import { describe, expect, it } from 'vitest';
import { suddenChange } from '../../../analytics/detectors/suddenChange.js';
import { createRng, type Rng } from '../../../analytics/model/rng.js';
import { CLASS_OUTPATIENT } from '../../../analytics/projection/world.js';
import { detectWith, idsOf, itBehaves, listed } from './detecting.js';
import {
  buildWorld,
  type PlainInstitution,
  type PlainPatient,
  type PlainSettlement,
} from './worldBuilder.js';

const detect = detectWith(suddenChange);
const FROM = 20_089;
const DAYS = 364;

interface Clinics {
  readonly patients: PlainPatient[];
  readonly institutions: PlainInstitution[];
  readonly settlements: PlainSettlement[];
  readonly period: { from: number; to: number };
  readonly rng: Rng;
}

/** Twelve clinics of some five visits a week or more; winter is busier everywhere; a flu wave. */
function clinics(seed: number): Clinics {
  const rng = createRng(seed);
  const plain: Clinics = {
    patients: Array.from({ length: 900 }, (_, p) => ({ id: person(p), region: '530102' })),
    institutions: Array.from({ length: 12 }, (_, h) => ({
      ...{ id: `h${10 + h}`, level: '10', county: '530102' },
    })),
    settlements: [],
    period: { from: FROM, to: FROM + DAYS },
    rng,
  };
  for (let h = 0; h < 12; h++)
    for (let day = 0; day < DAYS; day++) {
      const season =
        1 + 0.4 * Math.cos((day / 365) * 2 * Math.PI) + (day > 300 && day < 320 ? 0.5 : 0);
      for (let n = 0; n < 4; n++)
        if (rng.next() < season * (0.2 + 0.04 * h))
          visit(plain, `h${10 + h}`, day, { diagnosis: day > 300 && day < 320 ? 'J11' : 'I10' });
    }
  return plain;
}

/** So many people at h15 who come every four days for six weeks, the next beginning when some have done. */
function treatsInCourses(plain: Clinics, people: number): void {
  for (let k = 0; k < people; k++)
    for (let n = 0; n < 10; n++)
      visit(plain, 'h15', Math.floor((k * 320) / people) + 4 * n, { patient: person(300 + k) });
}

const person = (p: number) => `p${String(p).padStart(4, '0')}`;

function visit(
  plain: Clinics,
  institution: string,
  day: number,
  more: Partial<PlainSettlement> = {},
): void {
  plain.settlements.push({
    ...{ patient: person(plain.rng.int(900)), institution, day: FROM + day },
    ...{ class: CLASS_OUTPATIENT, fund: 5000 + plain.rng.int(3000), department: 'A03' },
    ...more,
  });
}

/** From a day on, so many visits a day more. */
function jump(
  plain: Clinics,
  institution: string,
  from: number,
  more: (day: number, n: number) => Partial<PlainSettlement> = () => ({}),
  perDay = 4,
): Clinics {
  for (let day = from; day < DAYS; day++)
    for (let n = 0; n < perDay; n++) visit(plain, institution, day, more(day, n));
  return plain;
}

/** People who come to one clinic every five weeks or so: from the first week on, but for one in twenty. */
function withRegulars(plain: Clinics): Clinics {
  for (let h = 0; h < 12; h++)
    for (let p = 0; p < 40; p++)
      comesOften(plain, `h${10 + h}`, `r${h}-${p}`, p % 20 ? plain.rng.int(30) : 150);
  return plain;
}

function comesOften(
  plain: Clinics,
  institution: string,
  patient: string,
  from: number,
  every = 35,
) {
  for (let day = from; day < DAYS; day += 7 + plain.rng.int(2 * every - 14))
    visit(plain, institution, day, { patient });
}

/** Twenty cards of the county that are billed by turns, every third week each. */
const boughtUp = (plain: Clinics) => {
  for (let k = 0; k < 20; k++)
    comesOften(plain, 'h15', person(300 + k), 130 + plain.rng.int(40), 20);
  return plain;
};

const jumped = () => jump(clinics(101), 'h15', 210);

describe('sudden-change', () => {
  it('finds the clinic whose visits jump for good', async () => {
    const [finding, ...others] = listed(await detect(buildWorld(jumped())));
    expect(others).toEqual([]);
    expect(idsOf(finding!, 'institution')).toEqual(['h15']);
    const codes = finding!.reasons.map((r) => r.code);
    expect(codes).toContain('sudden-change.visits');
    expect(codes).toContain('sudden-change.spend');
    const lasts = finding!.reasons.find((r) => r.code === 'sudden-change.lasts')!;
    expect(lasts.measured).toBeGreaterThanOrEqual(20);
    expect(lasts.measured).toBeLessThanOrEqual(24);
    expect(idsOf(finding!, 'patient')).toEqual([]);
  });

  it('names the newcomers who carry the jump', async () => {
    const cards = Array.from({ length: 20 }, (_, k) => `z${10 + k}`);
    const plain = jump(clinics(102), 'h15', 210, (_, n) => ({
      patient: cards[(n * 5 + (_ % 5)) % 20]!,
    }));
    const [finding] = listed(await detect(buildWorld(plain)));
    expect(idsOf(finding!, 'patient')).toEqual(cards);
  });

  it('finds patients from elsewhere who begin to come', async () => {
    const plain = clinics(103);
    for (let k = 0; k < 150; k++) plain.patients.push({ id: `o${100 + k}`, region: '530199' });
    for (let day = 200; day < DAYS; day++)
      if (day % 2) visit(plain, 'h20', day, { patient: `o${100 + plain.rng.int(150)}` });
    const [finding] = listed(await detect(buildWorld(plain)));
    expect(idsOf(finding!, 'institution')).toEqual(['h20']);
    expect(finding!.reasons[0].code).toBe('sudden-change.outsiders');
  });

  it('finds a crowd that was never there before, though the place grows by less than half', async () => {
    const [finding, ...others] = listed(
      await detect(buildWorld(boughtUp(withRegulars(clinics(111))))),
    );
    expect(others).toEqual([]);
    expect(idsOf(finding!, 'institution')).toEqual(['h15']);
    expect(finding!.reasons.map((r) => r.code)).toEqual([
      'sudden-change.new-regulars',
      'sudden-change.lasts',
    ]);
    const cards = idsOf(finding!, 'patient');
    expect(cards.filter((p) => p.startsWith('p')).length).toBeGreaterThanOrEqual(15);
    expect(cards.filter((p) => p.startsWith('r')).length).toBeLessThanOrEqual(2);
    expect(finding!.fundAtRisk).toBeGreaterThan(200_000);
  });

  it('finds the crowd in whatever week it began', async () => {
    for (const from of [62, 84]) {
      const plain = withRegulars(clinics(119));
      for (let k = 0; k < 24; k++)
        comesOften(plain, 'h15', person(300 + k), from + plain.rng.int(7), 20);
      const [finding] = listed(await detect(buildWorld(plain)));
      expect(idsOf(finding!, 'institution')).toEqual(['h15']);
      expect(finding!.reasons[0].code).toBe('sudden-change.new-regulars');
      expect(finding!.reasons[0].measured).toBeGreaterThanOrEqual(20);
    }
  });

  it('lets regulars come and go everywhere', async () => {
    for (const seed of [112, 113, 114])
      expect(await detect(buildWorld(withRegulars(clinics(seed))))).toEqual([]);
  });

  it('lets people come for a course, some now and some then', async () => {
    const plain = withRegulars(clinics(121));
    treatsInCourses(plain, 66);
    const findings = await detect(buildWorld(plain));
    expect(findings.map((f) => [f.status, f.innocent[0]!.code])).toEqual([
      ['explained', 'courses'],
    ]);
  });

  it('puts up for review what jumps where none of the insured lives', async () => {
    const plain = withRegulars(clinics(119));
    const far = plain.institutions.findIndex((i) => i.id === 'h15');
    plain.institutions[far] = { ...plain.institutions[far]!, county: '440605' };
    for (let k = 0; k < 24; k++) comesOften(plain, 'h15', person(300 + k), 84, 20);
    const findings = await detect(buildWorld(plain));
    expect(findings.map((f) => [f.status, f.p])).toEqual([['review', null]]);
  });

  it('finds a crowd at a place where people come for courses', async () => {
    const plain = withRegulars(clinics(121));
    treatsInCourses(plain, 22);
    for (let k = 0; k < 30; k++)
      for (let n = 0; n < 10; n++)
        visit(plain, 'h15', 180 + plain.rng.int(80), { patient: person(400 + k) });
    const [finding] = listed(await detect(buildWorld(plain)));
    expect(idsOf(finding!, 'institution')).toEqual(['h15']);
  });

  it('takes four visits on one day of a small place for chance, not for a fair', async () => {
    const plain = withRegulars(clinics(117));
    // Thirty cards, six times each, four of them on one day where one or two come as a rule.
    for (let n = 0; n < 180; n++)
      visit(plain, 'h12', 140 + 4 * Math.floor(n / 4), { patient: person(300 + (n % 30)) });
    const [finding] = listed(await detect(buildWorld(plain)));
    expect(idsOf(finding!, 'institution')).toEqual(['h12']);
    expect(finding!.reasons[0].code).toBe('sudden-change.new-regulars');
    const fair = finding!.innocent.find((x) => x.code === 'promotion-day')!;
    expect(fair.weight).toBeLessThan(0.05);
  });

  it('lets a new ward have new regulars', async () => {
    const plain = withRegulars(clinics(115));
    for (const s of boughtUp({ ...plain, settlements: [] }).settlements)
      plain.settlements.push({ ...s, department: 'A21' });
    const findings = await detect(buildWorld(plain));
    expect(findings.map((f) => [f.status, f.innocent[0]!.code])).toEqual([
      ['explained', 'new-ward'],
    ]);
  });

  it('takes no department for new that a small hospital used too seldom to be seen', async () => {
    const newWard = async (plain: Clinics) =>
      (await detect(buildWorld(plain)))[0]!.innocent.find((x) => x.code === 'new-ward')!.weight;
    // None of some forty visits was of D8, to which one in nine goes.
    const small = clinics(118);
    small.institutions.push({ id: 'h34', level: '10', county: '530102' });
    for (let day = 0; day < DAYS; day += 3) visit(small, 'h34', day, { department: `D${day % 8}` });
    const anyOfNine = (day: number, n: number) => ({ department: `D${(2 * day + n) % 9}` });
    expect(await newWard(jump(small, 'h34', 130, anyOfNine, 2))).toBe(0);
    const oneInThree = (_: number, n: number) => ({ department: n === 0 ? 'A21' : 'A03' });
    expect(await newWard(jump(clinics(118), 'h15', 130, oneInThree, 3))).toBeGreaterThan(0.25);
  });

  it('lists nobody in an honest county', async () => {
    for (const seed of [1, 2, 3, 4]) expect(await detect(buildWorld(clinics(seed)))).toEqual([]);
  });

  it('takes the usual weeks of a clinic that closed for no change', async () => {
    for (const last of [120, 240]) {
      const plain = clinics(118);
      // Quiet weeks at the start, as after every New Year: what follows them is the usual.
      const isOpen = (day: number) => day >= FROM + 14 && day < FROM + last;
      const open = plain.settlements.filter(
        (s) => s.institution !== 'h20' || isOpen(Number(s.day)),
      );
      // A refund and a wrong date stray into the weeks afterwards.
      for (const day of [FROM + 300, FROM + 350])
        open.push({ ...open.find((s) => s.institution === 'h20')!, day });
      const findings = await detect(buildWorld({ ...plain, settlements: open }));
      expect(findings).toEqual([]);
    }
  });

  it('takes no place that wanes for one that jumped', async () => {
    const plain = clinics(120);
    const wanes = plain.settlements.filter(
      (s) => s.institution !== 'h20' || Number(s.day) < FROM + 210 || Number(s.day) % 8 === 0,
    );
    expect(await detect(buildWorld({ ...plain, settlements: wanes }))).toEqual([]);
  });

  it('lets a check-up day, a dear bill and one dialysis patient be', async () => {
    const day = clinics(104);
    for (let n = 0; n < 60; n++) visit(day, 'h15', 250, {});
    expect(await detect(buildWorld(day))).toEqual([]);
    const bill = clinics(105);
    visit(bill, 'h15', 300, { fund: 20_000_000 });
    expect(await detect(buildWorld(bill))).toEqual([]);
    const patient = clinics(106);
    for (let d = 200; d < DAYS; d++) if (d % 2) visit(patient, 'h15', d, { patient: 'p0007' });
    expect(await detect(buildWorld(patient))).toEqual([]);
  });

  it.each([
    ['new-ward', () => jump(clinics(107), 'h15', 210, () => ({ department: 'A21' }))],
    ['outbreak-week', () => jump(clinics(108), 'h15', 210, () => ({ diagnosis: 'J06' }))],
    [
      'newly-opened',
      () => {
        const plain = clinics(109);
        plain.institutions.push({ id: 'h30', level: '10', county: '530102' });
        return jump(plain, 'h30', 200);
      },
    ],
    [
      'neighbour-closed',
      () => {
        const plain = clinics(110);
        plain.institutions.push({ id: 'h31', level: '10', county: '530102' });
        const own = (_: number, n: number) => ({ patient: `m${10 + ((_ * 4 + n) % 60)}` });
        for (let day = 0; day < 210; day++)
          for (let n = 0; n < 4; n++) visit(plain, 'h31', day, own(day, n));
        return jump(plain, 'h15', 210, own);
      },
    ],
    [
      'promotion-day',
      () => {
        // Five fairs in a row of weeks, to which people come from elsewhere.
        const plain = clinics(116);
        for (let k = 0; k < 150; k++) plain.patients.push({ id: `o${100 + k}`, region: '530199' });
        for (let fair = 0; fair < 6; fair++)
          for (let n = 0; n < 25; n++)
            visit(plain, 'h15', 210 + 7 * fair, { patient: `o${100 + plain.rng.int(150)}` });
        return plain;
      },
    ],
  ])('knows a %s', async (code, make) => {
    const findings = await detect(buildWorld(make()));
    expect(listed(findings)).toEqual([]);
    expect(findings[0]).toMatchObject({ status: 'explained' });
    expect(findings[0]?.innocent[0]?.code).toBe(code);
  });

  it('takes a clinic that somebody saw every other week for open', async () => {
    const plain = clinics(117);
    plain.institutions.push({ id: 'h32', level: '10', county: '530102' });
    for (let day = 3; day < 200; day += 14) visit(plain, 'h32', day);
    const [finding, ...others] = listed(await detect(buildWorld(jump(plain, 'h32', 200))));
    expect(others).toEqual([]);
    expect(idsOf(finding!, 'institution')).toEqual(['h32']);
  });

  it('takes a shop for newly opened though a few used it before, and not where these bring the crowd', async () => {
    const plain = clinics(119);
    plain.institutions.push({ id: 'h33', level: '10', county: '530102' });
    const before = (day: number) => ({ patient: person(day % 5) });
    for (let day = 3; day < DAYS; day += 7) visit(plain, 'h33', day, before(day));
    const settlements = [...plain.settlements];
    const [opened] = await detect(buildWorld(jump(plain, 'h33', 200)));
    expect(opened).toMatchObject({ status: 'explained' });
    expect(opened!.innocent[0]!.code).toBe('newly-opened');
    const again = { ...plain, settlements };
    const cards = (day: number, n: number) => ({ patient: person(100 + ((4 * day + n) % 80)) });
    expect(listed(await detect(buildWorld(jump(again, 'h33', 200, cards))))).toHaveLength(1);
  });

  itBehaves(suddenChange, jumped);
});
