import { describe, expect, it } from 'vitest';
import { dayOf } from '../../../analytics/model/time.js';
import {
  CAMOUFLAGES,
  type Camouflage,
  type PlantedType,
  type PlantedVisit,
  type Planting,
  type PlantingContext,
  SITE_TYPES,
} from '../../../analytics/planting/context.js';
import { FOOTPRINT, plantRings } from '../../../analytics/planting/index.js';
import { workingDistrict as district } from './support.js';

interface Case {
  readonly ctx: PlantingContext;
  readonly ring: Planting;
  /** What is billed at the planted place itself, cover visits left out. */
  readonly own: readonly PlantedVisit[];
}

function planted(type: PlantedType, camouflage: Camouflage, count = 8): Case[] {
  const cases: Case[] = [];
  for (let seed = 1; seed <= count; seed++) {
    const ctx = district(seed);
    for (const ring of plantRings(ctx, [{ type, camouflage }])) {
      const places = new Set(ring.institutions);
      const own = ring.add.filter(
        (v) => places.has(v.institution) && (v.lines !== null || v.kind === 'in-patient'),
      );
      cases.push({ ctx, ring, own });
    }
  }
  expect(cases.length, `${type} at level ${camouflage}`).toBe(count);
  return cases;
}

const stays = (of: readonly PlantedVisit[]) => of.filter((v) => v.kind === 'in-patient');
const groups = <T, K>(of: readonly T[], key: (x: T) => K) => {
  const out = new Map<K, T[]>();
  for (const x of of) out.set(key(x), [...(out.get(key(x)) ?? []), x]);
  return [...out.values()];
};

describe.each(SITE_TYPES)('%s', (type) => {
  it.each(CAMOUFLAGES)('at level %i is the doing of places, inside the period', (level) => {
    for (const { ctx, ring } of planted(type, level)) {
      expect(ring).toMatchObject({ type, camouflage: level, patients: [], takeOver: [] });
      expect(ring.institutions.length).toBeGreaterThan(0);
      expect(ring.add.length).toBeLessThanOrEqual(FOOTPRINT[type].rows);
      for (const v of ring.add) {
        expect(v.begin).toBeGreaterThanOrEqual(ctx.from);
        expect(v.end).toBeGreaterThanOrEqual(v.begin);
        expect(v.settled).toBeLessThan(ctx.to);
      }
    }
  });

  it('lays nobody into two beds at once', () => {
    for (const level of [0, 4] as const)
      for (const { ctx, ring } of planted(type, level, 4)) {
        const mine = stays(ring.add);
        for (const v of mine) {
          const others = [...ctx.visits(v.patient), ...mine.filter((o) => o.patient === v.patient)];
          const clash = others.filter(
            (o) => o !== v && o.kind === 'in-patient' && o.begin < v.end && o.end > v.begin,
          );
          expect(clash).toEqual([]);
        }
      }
  });

  it('uses idle cards below level 3, cards in use from there on, and covers at 1 and 2 alone', () => {
    const habits = (level: Camouflage) =>
      planted(type, level, 4).flatMap(({ ctx, ring }) =>
        [...new Set(ring.add.map((v) => v.patient))].map((p) => ctx.visits(p).length),
      );
    expect(Math.max(...habits(0))).toBeLessThanOrEqual(4);
    expect(Math.min(...habits(3))).toBeGreaterThanOrEqual(6);
    expect(Math.min(...habits(4))).toBeGreaterThanOrEqual(6);
    const rows = (level: Camouflage) =>
      planted(type, level, 6).reduce((sum, { ring }) => sum + ring.add.length, 0);
    expect(rows(1)).toBeGreaterThan(rows(0) * 1.2);
  });

  it('is the same for the same stream, and takes its people from all others', () => {
    const once = () => plantRings(district(5), [{ type, camouflage: 2 }]);
    expect(once()).toEqual(once());
    const two = plantRings(district(6), [
      { type, camouflage: 0 },
      { type: 'card-farming-pharmacy', camouflage: 0 },
    ]);
    const [site, ring] = two;
    expect(two.length).toBe(2);
    const cards = new Set(site?.add.map((v) => v.patient));
    expect(ring?.patients.filter((p) => cards.has(p))).toEqual([]);
  });
});

describe('hung beds', () => {
  const seen = ({ ctx, ring, own }: Case) =>
    stays(own).filter((s) =>
      [...ctx.visits(s.patient), ...ring.add.filter((v) => v.patient === s.patient)].some(
        (v) =>
          v.kind !== 'in-patient' &&
          v.institution !== s.institution &&
          dayOf(v.begin) > dayOf(s.begin) &&
          dayOf(v.begin) < dayOf(s.end),
      ),
    ).length;

  it('belong to people who live on elsewhere, of whom a careful hospital lets two slip', () => {
    for (const c of planted('bed-hanging', 0))
      expect(seen(c)).toBeGreaterThan(stays(c.own).length * 0.3);
    for (const c of planted('bed-hanging', 4)) expect(seen(c)).toBeLessThanOrEqual(2);
  });
});

describe('split admissions', () => {
  const returns = ({ own }: Case, days: number) =>
    groups(stays(own), (v) => `${v.patient} ${v.institution}`).flatMap((list) =>
      list
        .sort((a, b) => a.begin - b.begin)
        .slice(1)
        .filter((v, i) => dayOf(v.begin) - dayOf((list[i] as PlantedVisit).end) <= days),
    ).length;

  it('return within the fortnight, and just after it when the hospital is careful', () => {
    for (const c of planted('split-admission', 0))
      expect(returns(c, 14)).toBeGreaterThan(stays(c.own).length * 0.4);
    for (const c of planted('split-admission', 4)) {
      expect(returns(c, 15)).toBe(0);
      expect(returns(c, 21)).toBeGreaterThan(4);
    }
  });
});

describe('cloned records', () => {
  /** Copies that are nearly one list of items, for each doctor the most. */
  const largest = ({ own }: Case) => {
    const sets = own.map((v) => ({ by: v.doctor, of: new Set(v.lines?.map((l) => l.item)) }));
    const like = (a: Set<number>, b: Set<number>) => {
      const shared = [...a].filter((x) => b.has(x)).length;
      return shared / (a.size + b.size - shared) >= 0.9;
    };
    return Math.max(
      ...sets.map((a) => sets.filter((b) => b.by === a.by && like(a.of, b.of)).length),
    );
  };

  it('are one record of one doctor, or at most nine of each of several', () => {
    for (const c of planted('clone-records', 0)) {
      expect(c.ring.doctors.length).toBe(1);
      expect(largest(c)).toBeGreaterThan(c.own.length * 0.6);
    }
    for (const c of planted('clone-records', 4)) {
      expect(c.ring.doctors.length).toBeGreaterThanOrEqual(2);
      expect(largest(c)).toBeLessThanOrEqual(9);
    }
  });
});

describe('impossible doctors', () => {
  const meetings = ({ ctx, ring }: Case, minutes: number) => {
    const [home] = ring.institutions;
    const doctor = ring.doctors[0] as number;
    const atHome = ctx
      .patientsAt(home as number)
      .flatMap((p) =>
        ctx
          .visits(p)
          .filter((v) => v.institution === home && v.doctor === doctor && v.kind !== 'in-patient'),
      );
    return ring.add.filter(
      (v) =>
        v.doctor === doctor &&
        v.institution !== home &&
        atHome.some((h) => Math.abs(h.end - v.settled) < minutes * 60),
    ).length;
  };

  it('sign at two houses on one day, hardly ever within minutes when careful', () => {
    const lent = planted('impossible-doctor', 0, 12).filter(
      (c) => c.ring.institutions.length === 2,
    );
    expect(lent.length).toBeGreaterThan(2);
    for (const c of lent) expect(meetings(c, 600)).toBeGreaterThan(20);
    for (const c of planted('impossible-doctor', 4)) {
      expect(c.ring.institutions.length).toBe(2);
      expect(meetings(c, 25)).toBeLessThanOrEqual(2);
    }
  });

  it('or bill more sittings than a day has room for', () => {
    const endless = planted('impossible-doctor', 0, 12).filter(
      (c) => c.ring.institutions.length === 1,
    );
    expect(endless.length).toBeGreaterThan(2);
    for (const c of endless)
      for (const day of groups(c.own, (v) => dayOf(v.begin))) {
        const sittings = day.flatMap((v) => v.lines ?? []).reduce((sum, l) => sum + l.count, 0);
        expect(sittings).toBeGreaterThan(100);
      }
  });
});

describe('missing stock', () => {
  const packs = ({ own }: Case) =>
    groups(
      own.flatMap((v) => v.lines ?? []),
      (l) => l.item,
    ).map((list) => list.reduce((sum, l) => sum + l.count, 0));

  it('is dozens of packs of a few drugs, or a handful of many', () => {
    for (const c of planted('inventory-gap', 0)) {
      expect(Math.max(...packs(c))).toBeGreaterThan(60);
      expect(c.own.every((v) => v.undelivered)).toBe(true);
    }
    for (const c of planted('inventory-gap', 4)) {
      expect(Math.max(...packs(c))).toBeLessThanOrEqual(38);
      expect(packs(c).length).toBeGreaterThanOrEqual(20);
    }
  });
});

describe('a sudden change', () => {
  const weekly = ({ ctx, ring }: Case) =>
    groups(
      ring.add.filter((v) => v.institution === ring.institutions[0]),
      (v) => Math.floor((dayOf(v.begin) - dayOf(ctx.from)) / 7),
    ).map((list) => list.length);

  it('more than doubles what is usual, or adds less than half of it', () => {
    const usual = ({ ctx, ring }: Case) =>
      (ctx.institutions[ring.institutions[0] as number]?.busy as number) / 52;
    for (const c of planted('sudden-change', 0))
      expect(Math.max(...weekly(c))).toBeGreaterThan(usual(c));
    for (const c of planted('sudden-change', 4))
      expect(Math.max(...weekly(c))).toBeLessThanOrEqual(Math.max(4, 0.6 * usual(c) + 1));
  });
});

describe('counted therapy', () => {
  it('is billed by the dozen, or twice and three times when careful', () => {
    const counts = (level: Camouflage) =>
      planted('therapy-overcount', level)
        .flatMap((c) => c.own)
        .filter((v) => v.kind === 'out-patient')
        .flatMap((v) => v.lines?.map((l) => l.count) ?? []);
    expect(Math.min(...counts(0))).toBeGreaterThanOrEqual(4);
    expect(Math.max(...counts(4))).toBeLessThanOrEqual(3);
  });
});
