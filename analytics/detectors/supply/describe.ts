import type { Finding, InnocentExplanation } from '../../model/finding.js';
import type { World } from '../../projection/world.js';
import { bestExplanation, provableUnits } from '../explanations.js';
import type { CalibratedGroup, GroupSearch } from '../groupSearch.js';
import { fundOfItems } from '../money.js';
import {
  conclude,
  doctorSubject,
  institutionSubject,
  itemSubjects,
  memberSubjects,
  ranked,
  reason,
} from '../telling.js';
import type { Taker } from './resale.js';

export const RESALE = { id: 'drug-resale-ring', version: 4 } as const;
/** Doctors and drugs are named that this share of the fills has, places that this share of the cards used. */
const CORE_SHARE = 0.1;
const CARDS_SHARE = 1 / 3;

/** One person who takes home far more, from far more places, than others do. */
export function describeTaker(
  world: World,
  taker: Taker,
  all: readonly Taker[],
  p: number,
  innocent: readonly InnocentExplanation[],
  level: number,
): Finding {
  const rows = taker.fills.map((f) => f.row);
  return {
    ...{ detector: RESALE.id, detectorVersion: RESALE.version, kind: 'entity' },
    subjects: [
      { kind: 'patient', id: world.patients.ids[taker.patient]!, role: 'core' },
      ...itemSubjects(world, oftenTaken([taker])),
    ],
    reasons: [
      reason(world, RESALE.id, 'supply-for-each-day', {
        ...{ measured: taker.supply, expected: mean(all, (t) => t.supply), unit: 'days' },
        ...{ rows, p },
      }),
      ...breadth(world, taker.places, taker.prescribers, all, rows),
    ],
    innocent: ranked(innocent),
    ...conclude(p, innocent, level),
    fundAtRisk: fundOfTakers(world, [taker]),
  };
}

/** Cards that take the same drugs at the same places. */
export function describeCollectors(
  world: World,
  cards: readonly Taker[],
  all: readonly Taker[],
  group: CalibratedGroup,
  search: GroupSearch,
  innocent: readonly InnocentExplanation[],
  params: { readonly q: number; readonly minUnits: number },
): Finding {
  const fills = cards.flatMap((t) => t.fills);
  const cores = often(
    cards.flatMap((t) => [...new Set(t.fills.map((f) => f.institution))]),
    cards.length * CARDS_SHARE,
  );
  const doctors = often(fills.map((f) => f.doctor)).filter((d) => d >= 0);
  const rows = fills.filter((f) => cores.includes(f.institution)).map((f) => f.row);
  const unknown = provableUnits(group.members, world.patients) < params.minUnits;
  const best = search.table.best;
  const explained = bestExplanation(innocent) > params.q;
  return {
    ...{ detector: RESALE.id, detectorVersion: RESALE.version, kind: 'ring' },
    subjects: [
      ...cores.map((h) => institutionSubject(world, h)),
      ...memberSubjects(world, group.members),
      ...doctors.map((d) => doctorSubject(world, d)),
      ...itemSubjects(world, oftenTaken(cards)),
    ],
    reasons: [
      reason(world, RESALE.id, 'same-drugs-same-places', {
        ...{ measured: group.score, unit: 'score', rows, p: group.p },
        expected: best.reduce((x, y) => x + y, 0) / Math.max(1, best.length),
      }),
      reason(world, RESALE.id, 'supply-for-each-day', {
        ...{ measured: mean(cards, (t) => t.supply), expected: mean(all, (t) => t.supply) },
        ...{ unit: 'days', rows: fills.map((f) => f.row) },
      }),
      ...breadth(
        world,
        new Set(fills.map((f) => f.institution)).size,
        new Set(fills.map((f) => f.doctor).filter((d) => d >= 0)).size,
        all,
        rows,
      ),
    ],
    innocent,
    ...(unknown && !explained
      ? { status: 'review', p: null }
      : conclude(group.p, innocent, params.q)),
    fundAtRisk: fundOfTakers(world, cards),
  };
}

function breadth(
  world: World,
  places: number,
  prescribers: number,
  all: readonly Taker[],
  rows: readonly number[],
) {
  const expected = {
    places: mean(all, (t) => t.places),
    prescribers: mean(all, (t) => t.prescribers),
  };
  return [
    reason(world, RESALE.id, 'places', {
      ...{ measured: places, expected: expected.places, unit: 'institutions', rows },
    }),
    ...(prescribers > 0
      ? [
          reason(world, RESALE.id, 'prescribers', {
            ...{ measured: prescribers, expected: expected.prescribers, unit: 'people', rows },
          }),
        ]
      : []),
  ];
}

function often(values: readonly number[], least = values.length * CORE_SHARE): number[] {
  const count = new Map<number, number>();
  for (const v of values) count.set(v, (count.get(v) ?? 0) + 1);
  return [...count]
    .filter(([, n]) => n >= least)
    .map(([v]) => v)
    .sort((x, y) => x - y);
}

function oftenTaken(cards: readonly Taker[]): number[] {
  return often(cards.flatMap((t) => t.fills.map((f) => f.item)));
}

/** The share of these drugs that nobody needs every day of the period. */
function fundOfTakers(world: World, cards: readonly Taker[]): number {
  let sum = 0;
  for (const t of cards) {
    const items = new Set(t.fills.map((f) => f.item));
    const paid = fundOfItems(
      world,
      t.fills.map((f) => f.row),
      (_, item) => items.has(item),
    );
    sum += paid * Math.max(0, 1 - 1 / Math.max(1, t.supply));
  }
  return Math.round(sum);
}

function mean(all: readonly Taker[], of: (t: Taker) => number): number {
  return all.reduce((sum, t) => sum + of(t), 0) / Math.max(1, all.length);
}
