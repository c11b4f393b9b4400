import type { Finding, InnocentExplanation } from '../../model/finding.js';
import type { World } from '../../projection/world.js';
import { corePlaces } from '../jointVisits.js';
import {
  conclude,
  fundOf,
  institutionSubject,
  memberSubjects,
  ranked,
  reason,
} from '../telling.js';
import type { RegularRing } from './regulars.js';
import type { Rounds } from './trips.js';

export const ID = 'multi-site-convoy';
export const VERSION = 3;
export const CORE_SHARE = 0.1;

/** Cards that each by itself go round the same pharmacies again and again. */
export function describeRegulars(
  world: World,
  params: { readonly q: number; readonly companions: number },
  ring: RegularRing,
  rounds: Rounds,
): Finding {
  const { household, address, phone, employer } = world.patients;
  const rows = ring.trips.flatMap((t) => rounds.rows[t]!);
  const weight = new Map<number, number>();
  for (const i of rows) {
    const h = world.settlements.institution[i]!;
    weight.set(h, (weight.get(h) ?? 0) + 1);
  }
  const units = new Set(ring.members.map((m) => household[m]!)).size;
  const hypotheses = [
    ['same-address', address],
    ['same-phone', phone],
    ['same-employer', employer],
  ] as const;
  const innocent: InnocentExplanation[] = hypotheses.map(([code, group]) => {
    const unitOf = (m: number) => (group[m]! >= 0 ? -1 - group[m]! : household[m]!);
    const left = new Set(ring.members.map(unitOf)).size;
    return { code, q: ring.pOf(unitOf), weight: 1 - left / units };
  });
  // A few friends may have their walk through the town.
  if (units < params.companions) innocent.push({ code: 'companions', q: 1, weight: 1 });
  return {
    ...{ detector: ID, detectorVersion: VERSION, kind: 'ring' },
    subjects: [
      ...corePlaces(weight, CORE_SHARE).map((h) => institutionSubject(world, h)),
      ...memberSubjects(world, ring.members),
    ],
    reasons: [
      reason(world, ID, 'regular-rounds', {
        ...{ measured: ring.units, expected: ring.expected, unit: 'people', rows, p: ring.p },
      }),
    ],
    innocent: ranked(innocent),
    ...conclude(ring.p, innocent, params.q),
    fundAtRisk: fundOf(world, rows),
  };
}
