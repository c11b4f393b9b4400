import { describe, expect, it } from 'vitest';
import { dayOf, weekdayOf } from '../../../analytics/model/time.js';
import {
  CAMOUFLAGES,
  type Camouflage,
  HEADLINE_TYPES,
  PLANTED_TYPES,
  type PlantedType,
  type Planting,
  type PlantingContext,
} from '../../../analytics/planting/context.js';
import { plantRings } from '../../../analytics/planting/index.js';
import { district } from './support.js';

function planted(type: PlantedType, camouflage: Camouflage, count = 8) {
  const worlds: Array<{ ctx: PlantingContext; ring: Planting }> = [];
  for (let seed = 1; seed <= count; seed++) {
    const ctx = district(seed);
    for (const ring of plantRings(ctx, [{ type, camouflage }])) worlds.push({ ctx, ring });
  }
  expect(worlds.length).toBe(count);
  return worlds;
}

const atRing = (ring: Planting) => {
  const places = new Set(ring.institutions);
  return ring.add.filter((v) => places.has(v.institution) && (v.lines || v.kind === 'in-patient'));
};

/** For each pair of members, on how many days they settle within ten minutes at one place. */
function meetings(ring: Planting): Map<string, number> {
  const out = new Map<string, number>();
  const visits = atRing(ring)
    .map((v) => ({ at: v.institution, patient: v.patient, settled: v.settled }))
    .sort((a, b) => a.settled - b.settled);
  visits.forEach((a, i) => {
    for (const b of visits.slice(i + 1)) {
      if (b.settled - a.settled > 600) break;
      if (a.at !== b.at || a.patient === b.patient) continue;
      const key = [a.patient, b.patient].sort((x, y) => x - y).join();
      out.set(key, (out.get(key) ?? 0) + 1);
    }
  });
  return out;
}

describe.each(HEADLINE_TYPES)('%s', (type) => {
  const sizes = {
    'patient-brokering-ring': [4, 25],
    'card-farming-pharmacy': [5, 40],
    'impersonated-dialysis': [2, 12],
  }[type] as [number, number];

  it.each(CAMOUFLAGES)(
    'at level %i names unrelated members, all of whom appear at its places',
    (level) => {
      for (const { ctx, ring } of planted(type, level)) {
        expect(ring.type).toBe(type);
        expect(ring.camouflage).toBe(level);
        expect(ring.patients.length).toBeGreaterThanOrEqual(sizes[0]);
        expect(ring.patients.length).toBeLessThanOrEqual(sizes[1]);
        const households = ring.patients.map((p) => ctx.patient(p).household);
        if (type !== 'impersonated-dialysis')
          expect(new Set(households).size).toBe(ring.patients.length);
        const seen = new Set([
          ...atRing(ring).map((v) => v.patient),
          ...ring.takeOver.map((t) => t.patient),
        ]);
        expect(ring.patients.filter((p) => !seen.has(p))).toEqual([]);
        const used = new Set(atRing(ring).map((v) => v.institution));
        expect(ring.institutions.filter((i) => !used.has(i)).length).toBeLessThanOrEqual(1);
      }
    },
  );

  it('takes over cards in use from level 3 on, and idle ones below', () => {
    const active = (level: Camouflage) =>
      planted(type, level).flatMap(({ ctx, ring }) =>
        ring.patients
          .map((p) => ctx.patient(p))
          .filter((p) => !p.dialysis && p.died === null && ctx.places[p.place]?.kind === 'village')
          .map((p) => ctx.visits(p.handle).filter((v) => v.kind !== 'in-patient').length),
      );
    expect(Math.max(...active(0))).toBeLessThanOrEqual(4);
    expect(Math.min(...active(3))).toBeGreaterThanOrEqual(5);
    expect(Math.min(...active(4))).toBeGreaterThanOrEqual(5);
  });

  it('covers its members with other visits at levels 1 and 2 only, at 2 in popular places', () => {
    const cover = (level: Camouflage) =>
      planted(type, level).flatMap(({ ctx, ring }) =>
        ring.add
          .filter((v) => v.lines === null && v.kind !== 'in-patient')
          .map((v) => ctx.institutions[v.institution]?.busy as number),
      );
    const mean = (list: number[]) => list.reduce((a, b) => a + b, 0) / list.length;
    expect(cover(0)).toEqual([]);
    expect(cover(3)).toEqual([]);
    expect(cover(1).length).toBeGreaterThan(100);
    expect(mean(cover(2))).toBeGreaterThan(mean(cover(1)) * 1.1);
  });

  it('is the same for the same stream', () => {
    const once = () => plantRings(district(5), [{ type, camouflage: 2 }]);
    expect(once()).toEqual(once());
  });
});

describe('card farming', () => {
  it('swipes the cards one after the other, and hardly any two together at level 4', () => {
    for (const { ring } of planted('card-farming-pharmacy', 0))
      expect(Math.max(...meetings(ring).values())).toBeGreaterThan(3);
    for (const { ring } of planted('card-farming-pharmacy', 4)) {
      // Twice by arrangement; chance may bring two cards of a ring to one shop once or twice more.
      expect(Math.max(0, ...meetings(ring).values())).toBeLessThanOrEqual(4);
      expect(ring.institutions.length).toBeGreaterThanOrEqual(3);
    }
  });

  it('leads honest purchases to its shops at level 4, each only once', () => {
    const taken = planted('card-farming-pharmacy', 4).flatMap(({ ctx, ring }) =>
      ring.takeOver.map((t) => {
        expect(ctx.visits(t.patient)[t.visit]?.kind).toBe('pharmacy');
        expect(ring.institutions).toContain(t.institution);
        return `${ring.patients[0]} ${t.patient} ${t.visit}`;
      }),
    );
    expect(taken.length).toBeGreaterThan(3);
    expect(new Set(taken).size).toBe(taken.length);
  });
});

describe('patient brokering', () => {
  const pairs = (ring: Planting) => {
    const stays = ring.add.filter((v) => v.kind === 'in-patient');
    const joint = new Map<string, number>();
    stays.forEach((a, i) => {
      for (const b of stays.slice(i + 1))
        if (
          a.patient !== b.patient &&
          a.institution === b.institution &&
          Math.abs(dayOf(a.begin) - dayOf(b.begin)) <= 1 &&
          Math.abs(dayOf(a.end) - dayOf(b.end)) <= 1
        ) {
          const key = [a.patient, b.patient].sort((x, y) => x - y).join();
          joint.set(key, (joint.get(key) ?? 0) + 1);
        }
    });
    return [...joint.values()];
  };

  it('admits and discharges members together, mostly for nothing in cash', () => {
    for (const { ring } of planted('patient-brokering-ring', 0)) {
      expect(Math.max(...pairs(ring))).toBeGreaterThanOrEqual(2);
      const stays = ring.add.filter((v) => v.kind === 'in-patient');
      expect(stays.filter((v) => v.noCash).length).toBeGreaterThan(stays.length * 0.4);
      for (const v of stays) expect(v.end - v.begin).toBeGreaterThan(3 * 86_400);
    }
  });

  it('meets less than half as often at level 4, in two hospitals or more', () => {
    const rate = (level: Camouflage) => {
      const all = planted('patient-brokering-ring', level, 12);
      const joint = all.flatMap(({ ring }) => pairs(ring)).reduce((a, b) => a + b, 0);
      const possible = all
        .map(({ ring }) => (ring.patients.length * (ring.patients.length - 1)) / 2)
        .reduce((a, b) => a + b, 0);
      return joint / possible;
    };
    expect(rate(4)).toBeLessThan(rate(3) * 0.5);
    for (const { ring } of planted('patient-brokering-ring', 4)) {
      expect(ring.institutions.length).toBeGreaterThanOrEqual(2);
      expect(ring.sharedPhone).toEqual([]);
    }
  });

  it('keeps members out of two beds at once', () => {
    for (const level of CAMOUFLAGES)
      for (const { ctx, ring } of planted('patient-brokering-ring', level, 4))
        for (const v of ring.add.filter((x) => x.kind === 'in-patient'))
          expect(
            ctx
              .visits(v.patient)
              .some((own) => own.kind === 'in-patient' && own.begin < v.end && own.end > v.begin),
          ).toBe(false);
  });
});

describe('impersonated dialysis', () => {
  it('leaves more centres honest than not, and those alone that are taken', () => {
    const order = { type: 'impersonated-dialysis', camouflage: 0 } as const;
    const plain = district(1);
    const institutions = plain.institutions.map((i) =>
      i.type === 'hospital' ? { ...i, machines: 8 } : i,
    );
    const centres = institutions.filter((i) => i.machines > 0).map((i) => i.handle);
    const ctx = { ...plain, institutions };
    const occupied = new Set(centres.slice(0, 5));
    const rings = plantRings(ctx, Array(20).fill(order), new Map([[order.type, occupied]]));
    const at = rings.flatMap((r) => r.institutions);
    expect(at.filter((i) => occupied.has(i))).toEqual([]);
    expect(new Set(at).size).toBe(Math.ceil(centres.length / 2) - occupied.size);
  });

  const support = (ring: Planting) => {
    const sessions = ring.add.filter((v) => v.kind === 'dialysis');
    return sessions.filter((v) => v.lines?.some((l) => l.item === 101)).length / sessions.length;
  };
  const conflicts = (ctx: PlantingContext, ring: Planting) =>
    ring.add.filter(
      (v) =>
        v.kind === 'dialysis' &&
        (ctx
          .visits(v.patient)
          .some(
            (own) =>
              (own.kind === 'in-patient' && own.begin < v.begin && own.end > v.begin) ||
              (own.kind === 'dialysis' && dayOf(own.begin) === dayOf(v.begin)),
          ) ||
          (ctx.patient(v.patient).died ?? Infinity) < dayOf(v.begin)),
    ).length;

  it('bills sessions that cannot be, without what they need', () => {
    for (const { ctx, ring } of planted('impersonated-dialysis', 0)) {
      expect(conflicts(ctx, ring)).toBeGreaterThanOrEqual(2);
      expect(support(ring)).toBeLessThan(0.45);
    }
  });

  it('bills most supports and slips at most twice a member at level 4', () => {
    for (const { ctx, ring } of planted('impersonated-dialysis', 4)) {
      expect(support(ring)).toBeGreaterThan(0.55);
      expect(conflicts(ctx, ring)).toBeLessThanOrEqual(2 * ring.patients.length);
    }
  });

  it('bills nothing that the centre does not bill honestly', () => {
    for (const { ring } of planted('impersonated-dialysis', 4)) {
      const lines = ring.add.filter((v) => v.kind === 'dialysis').map((v) => v.lines ?? []);
      const share = (item: number) =>
        lines.filter((l) => l.some((x) => x.item === item)).length / lines.length;
      expect(share(104)).toBeLessThan(0.08);
      expect(share(103)).toBeGreaterThan(0.55);
    }
  });

  it('never exceeds five sessions a week at level 4', () => {
    for (const { ctx, ring } of planted('impersonated-dialysis', 4)) {
      const weeks = new Map<string, number>();
      const count = (patient: number, begin: number) => {
        const day = dayOf(begin);
        const key = `${patient} ${day - weekdayOf(day)}`;
        weeks.set(key, (weeks.get(key) ?? 0) + 1);
      };
      for (const patient of ring.patients)
        for (const v of ctx.visits(patient)) if (v.kind === 'dialysis') count(patient, v.begin);
      for (const v of ring.add) if (v.kind === 'dialysis') count(v.patient, v.begin);
      expect(Math.max(...weeks.values())).toBeLessThanOrEqual(5);
    }
  });

  it('leaves the dead alone at level 4 and uses them below', () => {
    const dead = (level: Camouflage) =>
      planted('impersonated-dialysis', level, 12).flatMap(({ ctx, ring }) =>
        ring.patients.filter((p) => ctx.patient(p).died !== null),
      );
    expect(dead(4)).toEqual([]);
    expect(dead(0).length).toBeGreaterThan(0);
  });
});

describe('plantRings', () => {
  it('gives nobody to two rings and no place to two of a type', () => {
    const rings = plantRings(
      district(11),
      PLANTED_TYPES.flatMap((type) =>
        [0, 4].map((camouflage) => ({ type, camouflage: camouflage as Camouflage })),
      ),
    );
    expect(rings.length).toBeGreaterThanOrEqual(5);
    const people = rings.flatMap((r) => r.patients);
    expect(new Set(people).size).toBe(people.length);
    for (const type of PLANTED_TYPES) {
      const places = rings.filter((r) => r.type === type).flatMap((r) => r.institutions);
      expect(new Set(places).size).toBe(places.length);
    }
  });

  it('keeps to the largest size it is given', () => {
    const [ring] = plantRings(district(3), [
      { type: 'card-farming-pharmacy', camouflage: 1, largest: 6 },
    ]);
    expect(ring?.patients.length).toBeLessThanOrEqual(6);
  });

  it('leaves an order out that nobody can fill', () => {
    const ctx = { ...district(2), institutions: [] };
    expect(plantRings(ctx, [{ type: 'card-farming-pharmacy', camouflage: 0 }])).toEqual([]);
  });
});
