import { createRng, type Rng } from '../../../analytics/model/rng.js';
import type { PlainInstitution, PlainPatient, PlainSettlement } from './worldBuilder.js';

export interface CoreWorld {
  readonly patients: PlainPatient[];
  readonly institutions: PlainInstitution[];
  readonly settlements: PlainSettlement[];
  readonly rng: Rng;
}

/**
 * People of some towns who use a handful of institutions, mostly of their town: one settlement a
 * link. A few are often ill and use many.
 */
export function towns(
  seed: number,
  size: { people: number; towns: number; institutions: number; mean: number },
): CoreWorld {
  const rng = createRng(seed);
  const patients: PlainPatient[] = [];
  const settlements: PlainSettlement[] = [];
  const institutions = Array.from({ length: size.institutions }, (_, h) => ({
    id: `h${String(h).padStart(4, '0')}`,
  }));
  const perTown = Math.floor(size.institutions / size.towns);
  for (let p = 0; p < size.people; p++) {
    const id = `p${String(p).padStart(6, '0')}`;
    const town = p % size.towns;
    patients.push({ id, region: '530102', town: `t${town}`, village: `t${town}`, household: id });
    const many = rng.next() < 0.03 ? 3 : 1;
    const used = new Set<number>();
    for (let n = Math.max(1, Math.round(many * size.mean * (0.4 + 1.2 * rng.next()))); n > 0; n--) {
      const away = rng.next() < 0.25;
      // Squared: some places of a town are far more popular than others.
      const local = town * perTown + Math.floor(perTown * rng.next() ** 2);
      used.add(away ? Math.floor(size.institutions * rng.next() ** 2) : local);
    }
    for (const h of used)
      settlements.push({
        ...{ patient: id, institution: institutions[h]!.id, day: 20_100 + rng.int(300) },
        fund: 5000,
      });
  }
  return { patients, institutions, settlements, rng };
}

/** Patients lent to institutions, each to at least `least` of them. */
export function lend(
  world: CoreWorld,
  patients: number,
  institutions: number,
  least: number,
): { patients: string[]; institutions: string[] } {
  const stride = Math.floor(world.patients.length / patients);
  const lent = Array.from({ length: patients }, (_, k) => world.patients[k * stride]!.id);
  const step = world.institutions.length / institutions;
  const places = Array.from(
    { length: institutions },
    (_, k) => world.institutions[Math.floor(k * step)]!.id,
  );
  for (const patient of lent) {
    const order = places.map((h) => ({ h, u: world.rng.next() })).sort((x, y) => x.u - y.u);
    const count = least + world.rng.int(Math.max(1, Math.floor(least / 4)));
    for (const { h } of order.slice(0, count))
      world.settlements.push({ patient, institution: h, day: 20_100, fund: 60_000 });
  }
  return { patients: lent.sort(), institutions: places };
}
