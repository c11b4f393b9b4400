import { z } from 'zod';
import { sidak } from '../algorithms/multiplicity.js';
import { throwIfAborted } from '../model/errors.js';
import type { Finding, InnocentExplanation } from '../model/finding.js';
import { deriveSeed } from '../model/rng.js';
import type { World } from '../projection/world.js';
import { type Crossing, crossingLists } from './clones/crossing.js';
import { houseUnits } from './clones/houseBills.js';
import { type CloneUnit, cloneUnits, pathwayTest } from './clones/judge.js';
import { type Rewritten, rewrittenBills } from './clones/rewritten.js';
import { counterStars, wardStars } from './clones/stars.js';
import type { Detector } from './detector.js';
import { listLevel } from './parameters.js';
import {
  conclude,
  doctorSubject,
  fundOf,
  inOrder,
  institutionSubject,
  memberSubjects,
  ranked,
  reason,
} from './telling.js';

const DETECTOR = 'clone-records';
const VERSION = 5;
/** Doctors who copy to the letter, houses that rewrite, lists across departments: three looks at the same bills. */
const SEARCHES = 3;

const parameters = z.object({
  similarity: z
    .number()
    .min(0.5)
    .max(1)
    .default(0.9)
    .describe('Jaccard similarity of the lists of items from which two bills are nearly one'),
  minRecords: z
    .number()
    .int()
    .min(3)
    .max(1000)
    .default(10)
    .describe('Bills nearly the same as one of them, at least'),
  minItems: z
    .number()
    .int()
    .min(2)
    .max(50)
    .default(5)
    .describe('Different items that a bill has at least'),
  q: listLevel,
});
type Parameters = z.output<typeof parameters>;

/** Bills that one doctor or ward wrote from one another (病历、收费雷同), by the bed and at the counter. */
export const cloneRecords: Detector<typeof parameters> = {
  id: DETECTOR,
  version: VERSION,
  parameters,
  needs: ['fee_list_d'],
  async detect(world, params, context) {
    throwIfAborted(context.signal);
    const seed = deriveSeed(context.seed, 'minhash');
    const options = { ...params, seed };
    const onDiagnosis = () => throwIfAborted(context.signal);
    const searches = [wardStars, counterStars].map((starsOf) =>
      cloneUnits(world, starsOf(world, options, onDiagnosis), params.minRecords),
    );
    const looks = searches.reduce((sum, x) => sum + x.seen + x.unseen, 0);
    const pathwayQ = pathwayTest(searches, params.q);
    const found = searches.flatMap(({ units }) =>
      units.flatMap((u) => describe(world, u, pathwayQ(u.house), looks, params) ?? []),
    );
    const rewritten = rewrittenBills(world, houseUnits(world, onDiagnosis), params, SEARCHES);
    const ways = rewritten.map((r) => (r.house.known ? r.house.p : pathwayQ(r.house)));
    throwIfAborted(context.signal);
    const crossing = crossingLists(world, options, SEARCHES);
    return inOrder([
      ...found,
      ...crossing.map((c) => describeCrossing(world, c, params)),
      ...rewritten.map((r, k) => describeRewritten(world, r, ways[k]!, params)),
    ]);
  },
};

function describe(
  world: World,
  unit: CloneUnit,
  pathwayQ: number,
  looks: number,
  params: Parameters,
): Finding | undefined {
  const family = (x: number) => Math.min(1, SEARCHES * sidak(x, looks));
  const p = family(unit.p);
  if (p > params.q) return undefined;
  const { star, house, byDay } = unit;
  const rows = star.clones;
  // Hardly anybody of the house to compare with: its pathway cannot be told from a copy.
  const unknown = !house.known && pathwayQ > params.q;
  const innocent: InnocentExplanation[] = [
    ...(unknown
      ? []
      : [{ code: 'pathway-template', q: pathwayQ, weight: pathwayQ > params.q ? 1 : 0 }]),
    ...(byDay
      ? [{ code: 'checkup-day', q: family(byDay.p), weight: 1 - byDay.days / rows.length }]
      : []),
  ];
  return copied(world, 'same-items', params.q, {
    ...{ institution: star.institution, doctors: star.doctor >= 0 ? [star.doctor] : [] },
    ...{ rows, of: star.rows.length, expected: unit.expected, p, innocent, unknown },
  });
}

/** Bills of one house, whoever’s, that repeat most of a list or two. */
function describeRewritten(
  world: World,
  found: Rewritten,
  wayQ: number,
  params: Parameters,
): Finding {
  const { unit, bills, p, house, elsewhere, byDay } = found;
  const rows = bills.map((bill) => bill.row);
  const unknown = !house.known && wayQ > params.q;
  const pathwayQ = Math.max(elsewhere, unknown ? 0 : wayQ);
  const innocent: InnocentExplanation[] = [
    { code: 'pathway-template', q: pathwayQ, weight: pathwayQ > params.q ? 1 : 0 },
    ...(byDay
      ? [{ code: 'checkup-day', q: byDay.p, weight: 1 - byDay.days / unit.bills.length }]
      : []),
  ];
  return copied(world, 'rewritten-items', params.q, {
    ...{ institution: unit.institution, doctors: writers(world, rows) },
    ...{ rows, of: unit.bills.length, expected: found.expected, p, innocent, unknown },
  });
}

/** Bills of one house for several departments and diseases that are nearly the same list. */
function describeCrossing(world: World, found: Crossing, params: Parameters): Finding {
  const { institution, rows, of, expected, p, house } = found;
  const innocent = [{ code: 'pathway-template', q: house, weight: house > params.q ? 1 : 0 }];
  return copied(world, 'across-departments', params.q, {
    ...{ institution, doctors: writers(world, rows) },
    ...{ rows, of, expected, p, innocent, unknown: false },
  });
}

/** Bills of a list that name a doctor, at least. */
const WROTE = 2;

function writers(world: World, rows: readonly number[]): number[] {
  const wrote = new Map<number, number>();
  for (const row of rows) {
    const doctor = world.settlements.doctor[row]!;
    if (doctor >= 0) wrote.set(doctor, (wrote.get(doctor) ?? 0) + 1);
  }
  const doctors = [...wrote].filter(([, n]) => n >= WROTE).map(([doctor]) => doctor);
  return doctors.sort((x, y) => x - y);
}

/** Bills of a house that are alike, of so many; `unknown` where its own way cannot be told from a copy. */
interface Copied {
  readonly institution: number;
  readonly doctors: readonly number[];
  readonly rows: readonly number[];
  readonly of: number;
  readonly expected: number;
  readonly p: number;
  readonly innocent: readonly InnocentExplanation[];
  readonly unknown: boolean;
}

function copied(world: World, code: string, level: number, found: Copied): Finding {
  const { rows, of, expected, p, innocent, unknown } = found;
  const concluded = conclude(p, innocent, level);
  return {
    ...{ detector: DETECTOR, detectorVersion: VERSION, kind: 'ring' },
    subjects: [
      institutionSubject(world, found.institution),
      ...found.doctors.map((doctor) => doctorSubject(world, doctor)),
      ...memberSubjects(
        world,
        rows.map((row) => world.settlements.patient[row]!),
      ),
    ],
    reasons: [
      reason(world, DETECTOR, code, {
        ...{ measured: rows.length, expected, unit: 'settlements', rows, p },
      }),
      reason(world, DETECTOR, 'share-of-records', {
        ...{ measured: rows.length / of, expected: expected / of, unit: 'share', rows },
      }),
    ],
    innocent: ranked(innocent),
    ...(unknown && concluded.status === 'finding' ? { status: 'review', p: null } : concluded),
    fundAtRisk: fundOf(world, rows),
  };
}
