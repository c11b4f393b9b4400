import { createRng } from '../../../analytics/model/rng.js';
import {
  CLASS_CHRONIC,
  CLASS_INPATIENT,
  CLASS_OUTPATIENT,
  SUPPORT_BITS,
} from '../../../analytics/projection/world.js';
import type { DialysisOptions, PlantedDialysis } from './dialysisPlan.js';
import {
  buildWorld,
  type PlainInstitution,
  type PlainPatient,
  type PlainSettlement,
} from './worldBuilder.js';

const DAYS = 365;
const FROM = 20089; // 2025-01-01
const B = SUPPORT_BITS;
const ALL: ReadonlyArray<readonly [bit: number, share: number]> = [
  [B.dialyser, 0.99],
  [B.bloodLine, 0.98],
  [B.anticoagulant, 0.95],
  [B.epo, 0.5],
  [B.iron, 0.15],
  [B.tests, 0.08],
];

/**
 * A district with dialysis as it honestly is, noise in its records, and rings on request. It is
 * written apart from `seed/` and shares nothing with it, so that a detector tuned to one is caught by
 * the other.
 */
export function dialysisWorld(options: DialysisOptions = {}): PlantedDialysis {
  const {
    centres = 6,
    patientsPerCentre = 12,
    others = 600,
    wrongDates = 0.01,
    lostLines = 0.1,
    lostItems = 0.02,
    rings = [],
    honest = {},
  } = options;
  const rng = createRng(options.seed ?? 1);
  const chance = (p: number) => rng.next() < p;
  const patients: PlainPatient[] = [];
  const settlements: PlainSettlement[] = [];
  const institutions: PlainInstitution[] = [];
  const centreId = (c: number) => `C${c}`;
  const hospitalId = (h: number) => `H${h}`;
  for (let c = 0; c < centres; c++)
    institutions.push({
      id: centreId(c),
      dialysisMachines:
        c === 1 && honest.fewMachines ? honest.fewMachines : Math.ceil(patientsPerCentre / 3) + 2,
    });
  for (let h = 0; h < 6; h++) institutions.push({ id: hospitalId(h) });
  // What a centre never bills apart.
  const habit = Array.from({ length: centres }, (_, c) =>
    c % 3 === 2 ? B.bloodLine | B.iron : c % 5 === 4 ? B.dialyser : 0,
  );

  const put = (s: Omit<PlainSettlement, 'day'> & { day: number }) => {
    let { day } = s;
    let { begin, end } = s as { begin?: number; end?: number };
    if (chance(wrongDates)) {
      const by = chance(0.5) ? (chance(0.5) ? 1 : -1) : rng.int(61) - 30;
      if (begin === undefined || end === undefined) day += by;
      else if (chance(0.5)) begin = Math.min(begin + by, end);
      else end = Math.max(end + by, begin);
    }
    if (day < FROM || day >= FROM + DAYS) return;
    const { begin: _b, end: _e, ...rest } = s;
    settlements.push({
      ...rest,
      day,
      ...(begin === undefined ? {} : { begin }),
      ...(end === undefined ? {} : { end }),
      id: `s${String(settlements.length).padStart(7, '0')}`,
    });
  };
  const supportsAt = (c: number, day: number, factor: number, lacks = 0) => {
    let bits = 0;
    for (const [bit, share] of ALL) {
      if (habit[c]! & bit || lacks & bit) continue;
      if (honest.habitChange && c === 0 && bit === B.dialyser && day < FROM + DAYS / 2) continue;
      if (chance(share * factor) && !chance(lostItems)) bits |= bit;
    }
    return bits;
  };
  const session = (
    patient: string,
    c: number,
    day: number,
    factor: number,
    doctor: string,
    lacks = 0,
  ) => {
    const lost = chance(lostLines);
    const supports = lost ? 0 : supportsAt(c, day, factor, lacks);
    put({
      patient,
      institution: centreId(c),
      doctor,
      day,
      second: 8 * 3600 + rng.int(6 * 3600),
      class: CLASS_CHRONIC,
      dialysis: true,
      diagnosis: 'M07800',
      fund: 28000 + 4000 * countBits(supports),
      total: 32000 + 4000 * countBits(supports),
      lines: lost ? 0 : 1 + countBits(supports),
      supports,
    });
  };
  const stay = (patient: string, h: number, begin: number, length: number) =>
    put({
      patient,
      institution: hospitalId(h),
      day: begin + length,
      begin,
      end: begin + length,
      class: CLASS_INPATIENT,
      fund: 500000,
      total: 800000,
      lines: 20,
      supports: chance(0.3) ? B.tests : 0,
    });
  const drawStays = (mean: number, patient: string, least = 3) => {
    const out: Array<{ begin: number; end: number }> = [];
    for (let n = poisson(rng.next, mean); n > 0; n--) {
      const begin = FROM + rng.int(DAYS - 30);
      const length = least + rng.int(12);
      stay(patient, rng.int(6), begin, length);
      out.push({ begin, end: begin + length });
    }
    return out;
  };

  // Honest people without kidney disease.
  const staysOf = new Map<string, Array<{ begin: number; end: number }>>();
  for (let i = 0; i < others; i++) {
    const id = `P${String(i).padStart(6, '0')}`;
    const dies = chance(0.02) ? FROM + 30 + rng.int(DAYS - 60) : undefined;
    patients.push({ id, ...(dies === undefined ? {} : { deathDay: dies }) });
    const mine = drawStays(0.3, id);
    staysOf.set(id, mine);
    for (let n = poisson(rng.next, 5); n > 0; n--) {
      const day = FROM + rng.int(DAYS);
      if (dies !== undefined && day > dies) continue;
      if (mine.some((t) => day >= t.begin && day <= t.end)) continue;
      put({
        patient: id,
        institution: hospitalId(rng.int(6)),
        day,
        class: CLASS_OUTPATIENT,
        lines: 3,
      });
    }
  }

  // Honest dialysis patients: three times a week, stopping in hospital and at death.
  const homes: Array<{ id: string; centre: number; days: number[]; sessions: Set<number> }> = [];
  for (let c = 0; c < centres; c++)
    for (let i = 0; i < patientsPerCentre; i++) {
      const id = `D${c}-${String(i).padStart(3, '0')}`;
      const dies = chance(0.08) ? FROM + 40 + rng.int(DAYS - 80) : undefined;
      const typed =
        dies !== undefined && chance(honest.wrongDeaths ?? 0) ? dies - 14 - rng.int(60) : dies;
      patients.push({ id, ...(typed === undefined ? {} : { deathDay: typed }) });
      const ferried = c === 1 && i < (honest.ferried ?? 0);
      const transfer = i < (honest.transfers ?? 0);
      const mine = ferried ? [] : drawStays(transfer ? 2 : 1.2, id);
      if (ferried) stay(id, 5, FROM + 60 + rng.int(60), 90);
      const days = chance(0.5) ? [0, 2, 4] : [1, 3, 5];
      const lacks =
        (c === 0 && i < (honest.heparinFree ?? 0) ? B.anticoagulant : 0) |
        (c === 3 && i < (honest.billedElsewhere ?? 0) ? B.epo | B.tests | B.iron : 0);
      const away =
        i < (honest.travellers ?? 0)
          ? { from: FROM + 30 + rng.int(250), centre: (c + 1) % centres }
          : undefined;
      const isBrief = c === 3 && i < (honest.briefCourses ?? 0);
      const first = isBrief || chance(0.2) ? FROM + 30 + rng.int(170) : FROM;
      const last = isBrief ? first + 70 + rng.int(60) : FROM + DAYS;
      const sessions = new Set<number>();
      let month = 0;
      for (let day = first; day < last; day++) {
        if (dies !== undefined && day > dies) break;
        const inside = mine.some((t) => day > t.begin && day < t.end);
        const edge = mine.some((t) => day === t.begin || day === t.end);
        const due = days.includes((day + 3) % 7) || (transfer && edge);
        if (!due || inside || (edge && !transfer) || chance(0.04)) continue;
        const at = away && day >= away.from && day < away.from + 21 ? away.centre : c;
        sessions.add(day);
        if (c === 2 && honest.monthly) {
          if (++month % 13 === 0) session(id, at, day, 1, `doc${at}`, lacks);
        } else session(id, at, day, 1, `doc${at}`, lacks);
      }
      if (lacks & B.epo)
        for (let day = FROM; day < FROM + DAYS; day += 30)
          put({
            patient: id,
            institution: hospitalId(0),
            day,
            class: CLASS_OUTPATIENT,
            lines: 2,
            supports: B.epo | B.tests,
          });
      homes.push({ id, centre: c, days, sessions });
    }

  // Rings.
  const used = new Set<string>();
  const truth = rings.map((plan) => {
    const members: string[] = [];
    const pool =
      plan.way === 'double'
        ? homes.filter((h) => h.centre !== plan.centre).map((h) => h.id)
        : plan.way === 'extra'
          ? homes.filter((h) => h.centre === plan.centre).map((h) => h.id)
          : [...staysOf].filter(([, stays]) => stays.length > 0).map(([id]) => id);
    while (members.length < plan.patients) {
      const id = pool[rng.int(pool.length)]!;
      if (used.has(id)) continue;
      used.add(id);
      members.push(id);
      const weeks = plan.weeks ?? 26;
      const at = patients.findIndex((p) => p.id === id);
      const home = homes.find((h) => h.id === id);
      const mine = staysOf.get(id) ?? [];
      let begin = FROM + rng.int(DAYS - weeks * 7);
      if (plan.way === 'card') begin = Math.max(FROM, mine[0]!.begin - rng.int(weeks * 4));
      if (plan.way === 'dead') {
        const died = begin + weeks * 2;
        patients[at] = { id, deathDay: died };
        for (let k = settlements.length - 1; k >= 0; k--)
          if (settlements[k]!.patient === id && (settlements[k]!.day as number) > died)
            settlements.splice(k, 1);
      }
      const days =
        plan.way === 'double'
          ? home!.days
          : plan.way === 'extra'
            ? [0, 1, 2, 3, 4, 5].filter((d) => !home!.days.includes(d))
            : [1, 3, 5];
      for (let day = begin; day < begin + weeks * 7; day++) {
        if (!days.includes((day + 3) % 7)) continue;
        if (!plan.duringStays && mine.some((t) => day >= t.begin && day <= t.end)) continue;
        session(id, plan.centre, day, plan.supports, `bad${plan.centre}`);
      }
    }
    return { centre: centreId(plan.centre), patients: members.sort() };
  });
  // Ids given anew, since splicing may have left two alike.
  const rows = settlements.map((s, i) => ({ ...s, id: `s${String(i).padStart(7, '0')}` }));
  const plain = { patients, institutions, settlements: rows };
  return {
    plain,
    world: buildWorld({ ...plain, period: { from: FROM, to: FROM + DAYS } }),
    rings: truth,
  };
}

function countBits(bits: number): number {
  let n = 0;
  for (let b = bits; b > 0; b >>= 1) n += b & 1;
  return n;
}

function poisson(next: () => number, mean: number): number {
  let n = 0;
  for (let p = next(); p > Math.exp(-mean); p *= next()) n++;
  return n;
}
