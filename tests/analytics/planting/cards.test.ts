import { describe, expect, it } from 'vitest';
import { dayOf } from '../../../analytics/model/time.js';
import {
  CAMOUFLAGES,
  CARD_TYPES,
  type Camouflage,
  type PlantedType,
  type PlantedVisit,
  type Planting,
  type PlantingContext,
} from '../../../analytics/planting/context.js';
import { FOOTPRINT, plantRings } from '../../../analytics/planting/index.js';
import { district } from './support.js';

interface Case {
  readonly ctx: PlantingContext;
  readonly ring: Planting;
}

function planted(type: PlantedType, camouflage: Camouflage, count = 6): Case[] {
  const out: Case[] = [];
  for (let seed = 1; seed <= count; seed++) {
    const ctx = district(seed);
    for (const ring of plantRings(ctx, [{ type, camouflage }])) out.push({ ctx, ring });
  }
  expect(out.length).toBe(count);
  return out;
}

const of = (ring: Planting, patient: number) => ring.add.filter((v) => v.patient === patient);
/** Visits of members that are the ring's own, not cover. */
const own = (ring: Planting) =>
  ring.add.filter((v) => ring.patients.includes(v.patient) && (v.lines !== null || v.diagnosis));
const mean = (list: readonly number[]) => list.reduce((a, b) => a + b, 0) / list.length;

describe.each(CARD_TYPES)('%s', (type) => {
  it.each(CAMOUFLAGES)('at level %i bills unrelated living members inside the period', (level) => {
    for (const { ctx, ring } of planted(type, level)) {
      expect(ring.type).toBe(type);
      expect(ring.camouflage).toBe(level);
      const households = ring.patients.map((p) => ctx.patient(p).household);
      expect(new Set(households).size).toBe(ring.patients.length);
      for (const p of ring.patients) expect(of(ring, p).length, `${p}`).toBeGreaterThan(0);
      for (const v of ring.add) {
        expect(v.begin).toBeGreaterThanOrEqual(ctx.from);
        expect(v.settled).toBeLessThan(ctx.to);
        expect(ctx.patient(v.patient).died ?? Infinity).toBeGreaterThan(dayOf(v.begin));
      }
    }
  });

  it('takes no more room than it says', () => {
    const rows = planted(type, 1, 12).map(({ ring }) => ring.add.length);
    expect(mean(rows)).toBeLessThanOrEqual(FOOTPRINT[type].rows);
    expect(Math.max(...rows)).toBeLessThanOrEqual(2 * FOOTPRINT[type].rows);
  });

  it('takes over cards in use from level 3 on, and idle ones below', () => {
    const active = (level: Camouflage) =>
      planted(type, level).flatMap(({ ctx, ring }) =>
        ring.patients.map((p) => ctx.visits(p).length),
      );
    expect(Math.max(...active(0))).toBeLessThanOrEqual(4);
    expect(Math.min(...active(3))).toBeGreaterThanOrEqual(6);
    expect(Math.min(...active(4))).toBeGreaterThanOrEqual(6);
  });

  it('covers its members with other visits at levels 1 and 2 only', () => {
    const cover = (ring: Planting) =>
      ring.add.filter(
        (v) =>
          v.lines === null &&
          v.kind !== 'in-patient' &&
          !ring.institutions.includes(v.institution) &&
          (v.doctor === null || !ring.doctors.includes(v.doctor)),
      );
    const perMember = (level: Camouflage) =>
      mean(planted(type, level).map(({ ring }) => cover(ring).length / ring.patients.length));
    for (const level of [0, 3, 4] as const) expect(perMember(level)).toBe(0);
    for (const level of [1, 2] as const) expect(perMember(level)).toBeGreaterThan(5);
  });

  it('is the same for the same stream', () => {
    const once = () => plantRings(district(5), [{ type, camouflage: 3 }]);
    expect(once()).toEqual(once());
  });
});

describe('drug resale', () => {
  const supply = ({ ctx, ring }: Case, patient: number) => {
    const days = new Map<number, number>();
    const drugs = new Map(ctx.drugs.map((d) => [d.item, d]));
    const visits = of(ring, patient).filter((v) => v.lines);
    for (const line of visits.flatMap((v) => v.lines ?? [])) {
      const drug = drugs.get(line.item);
      if (drug)
        days.set(drug.ingredient, (days.get(drug.ingredient) ?? 0) + drug.packDays * line.count);
    }
    const at = visits.map((v) => dayOf(v.begin));
    const span = Math.max(...at) - Math.min(...at) + 30;
    return {
      ratio: Math.max(...[...days.values()].map((d) => d / span)),
      places: new Set(visits.map((v) => v.institution)).size,
    };
  };

  it('takes far more than anybody can use from many places', () => {
    for (const c of planted('drug-resale-ring', 0)) {
      const all = c.ring.patients.map((p) => supply(c, p));
      expect(mean(all.map((a) => a.ratio))).toBeGreaterThan(1.5);
      expect(mean(all.map((a) => a.places))).toBeGreaterThanOrEqual(4);
    }
  });

  it('stays under four places and half a supply too much at level 4', () => {
    for (const c of planted('drug-resale-ring', 4))
      for (const p of c.ring.patients.filter((x) => of(c.ring, x).length > 8)) {
        expect(supply(c, p).ratio).toBeLessThan(1.6);
        // An occasional tour for two brings a card to somebody else's place.
        expect(supply(c, p).places).toBeLessThanOrEqual(7);
      }
  });
});

describe('card agents', () => {
  it('stand behind most members at level 0 and behind two or three each at level 4', () => {
    for (const { ctx, ring } of planted('card-agent-hub', 0)) {
      expect(ring.contacts?.length).toBe(1);
      expect(ring.contacts?.[0]?.patients.length).toBeGreaterThan(ring.patients.length * 0.6);
      expect(new Set(ring.patients.map((p) => ctx.patient(p).place)).size).toBeGreaterThanOrEqual(
        3,
      );
    }
    for (const { ring } of planted('card-agent-hub', 4)) {
      expect(ring.contacts?.length).toBeGreaterThan(1);
      for (const c of ring.contacts ?? []) expect(c.patients.length).toBeLessThanOrEqual(3);
    }
  });

  it('appear as telephone, stand-in and account', () => {
    const kinds = planted('card-agent-hub', 1, 40).map(({ ring }) => ring.contacts?.[0]?.kind);
    expect(new Set(kinds)).toEqual(new Set(['telephone', 'proxy', 'payee']));
  });
});

describe('convoys', () => {
  /** Per pair of cards, days on which both went to the same two shops in the same order. */
  const rounds = (ring: Planting) => {
    const days = new Map<string, Map<number, string[]>>();
    for (const v of [...own(ring)].sort((a, b) => a.settled - b.settled)) {
      const key = `${v.patient} ${dayOf(v.settled)}`;
      const known = days.get(key) ?? new Map<number, string[]>();
      known.set(v.settled, [String(v.institution)]);
      days.set(key, known);
    }
    const motifs = new Map<string, number[]>();
    for (const [key, visits] of days) {
      const [patient, day] = key.split(' ') as [string, string];
      const shops = [...new Set([...visits.values()].map(([s]) => s))];
      for (let i = 0; i < shops.length; i++)
        for (let j = i + 1; j < shops.length; j++) {
          const motif = `${day} ${shops[i]} ${shops[j]}`;
          motifs.set(motif, [...(motifs.get(motif) ?? []), Number(patient)]);
        }
    }
    const pairs = new Map<string, Set<string>>();
    for (const [motif, cards] of motifs)
      for (const a of cards)
        for (const b of cards)
          if (a < b)
            pairs.set(
              `${a} ${b}`,
              (pairs.get(`${a} ${b}`) ?? new Set()).add(motif.split(' ')[0] as string),
            );
    return [...pairs.values()].map((d) => d.size);
  };

  it('go the same round again and again, but not twice with the same cards at level 4', () => {
    for (const { ring } of planted('multi-site-convoy', 0))
      expect(Math.max(...rounds(ring))).toBeGreaterThanOrEqual(5);
    for (const { ring } of planted('multi-site-convoy', 4))
      expect(Math.max(0, ...rounds(ring))).toBeLessThanOrEqual(2);
  });
});

describe('rented patients', () => {
  const density = (level: Camouflage) =>
    mean(
      planted('rent-a-patient-core', level).map(({ ring }) => {
        const links = new Set(
          ring.add
            .filter((v) => ring.institutions.includes(v.institution))
            .map((v) => `${v.patient} ${v.institution}`),
        );
        return links.size / (ring.patients.length * ring.institutions.length);
      }),
    );

  it('are joined to nearly all places, at level 4 to about half', () => {
    expect(density(0)).toBeGreaterThan(0.7);
    expect(density(4)).toBeGreaterThan(0.35);
    expect(density(4)).toBeLessThan(0.65);
  });
});

describe('steering', () => {
  const led = (level: Camouflage) =>
    mean(
      planted('steering-loop', level, 12).map(({ ring }) => {
        const doctor = ring.doctors[0];
        const seen = ring.add.filter(
          (v) => v.doctor === doctor && !ring.institutions.includes(v.institution),
        );
        const after = (v: PlantedVisit) =>
          of(ring, v.patient).some(
            (x) =>
              ring.institutions.includes(x.institution) &&
              x.begin > v.begin &&
              x.begin < v.begin + 4 * 86_400,
          );
        return seen.filter(after).length / seen.length;
      }),
    );

  it('leads most visits to the payer, fewer at level 4', () => {
    expect(led(0)).toBeGreaterThan(0.6);
    expect(led(4)).toBeLessThan(0.6);
    expect(led(4)).toBeGreaterThan(0.2);
  });
});

describe('duplicate prescribing', () => {
  /** Days, per substance, on which an earlier supply from another hospital was not used up. */
  const overlap = ({ ctx, ring }: Case) => {
    const drugs = new Map(ctx.drugs.map((d) => [d.item, d]));
    const until = new Map<number, Map<number, number>>();
    const days = new Map<number, number>();
    for (const v of [...own(ring)].sort((a, b) => a.begin - b.begin))
      for (const line of v.lines ?? []) {
        const drug = drugs.get(line.item);
        if (!drug) continue;
        const day = dayOf(v.begin);
        const end = day + drug.packDays * line.count;
        const known = until.get(drug.ingredient) ?? new Map<number, number>();
        until.set(drug.ingredient, known);
        for (const [hospital, last] of known)
          if (hospital !== v.institution && last > day)
            days.set(drug.ingredient, (days.get(drug.ingredient) ?? 0) + Math.min(last, end) - day);
        known.set(v.institution, Math.max(known.get(v.institution) ?? 0, end));
      }
    return [...days.values()];
  };

  it('doubles months of one substance, at level 4 less than thirty days of each of several', () => {
    for (const c of planted('duplicate-prescribing', 0))
      expect(Math.max(0, ...overlap(c))).toBeGreaterThan(60);
    for (const c of planted('duplicate-prescribing', 4)) {
      expect(Math.max(0, ...overlap(c))).toBeLessThanOrEqual(30);
      expect(overlap(c).filter((d) => d >= 14).length).toBeGreaterThanOrEqual(2);
    }
  });
});

describe('trace codes', () => {
  const settled = (ring: Planting) => {
    const times = new Map<number, Array<{ at: number; shop: number }>>();
    for (const v of ring.add)
      for (const line of v.lines ?? [])
        for (const pack of line.packs ?? [])
          times.set(pack, [...(times.get(pack) ?? []), { at: v.settled, shop: v.institution }]);
    return [...times.values()].map((t) => t.sort((a, b) => a.at - b.at));
  };

  it('settles packs again, in the ring’s pharmacies', () => {
    for (const { ring } of planted('trace-code-loop', 0)) {
      const again = settled(ring).filter((t) => t.length > 1);
      expect(again.length).toBeGreaterThanOrEqual(3);
      for (const t of again) expect(ring.institutions).toContain(t[t.length - 1]?.shop);
    }
  });

  it('sells no pack a third time and at most two in a pharmacy at level 4', () => {
    for (const { ring } of planted('trace-code-loop', 4)) {
      const all = settled(ring);
      expect(Math.max(...all.map((t) => t.length))).toBe(2);
      for (const shop of ring.institutions)
        expect(all.filter((t) => t[1]?.shop === shop).length).toBeLessThanOrEqual(2);
    }
  });

  it('leaves whoever buys a pack that came back out of the ring', () => {
    const back = planted('trace-code-loop', 4).map(
      ({ ring }) => ring.add.filter((v) => !ring.patients.includes(v.patient)).length,
    );
    expect(Math.max(...back)).toBeGreaterThan(0);
  });
});
