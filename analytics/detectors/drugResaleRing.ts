import { z } from 'zod';
import { circleScreen, type ScoredPairs } from '../algorithms/circles.js';
import { sidak } from '../algorithms/multiplicity.js';
import type { WeightedPairs } from '../algorithms/pairGroups.js';
import { throwIfAborted } from '../model/errors.js';
import type { Finding } from '../model/finding.js';
import { deriveSeed } from '../model/rng.js';
import type { World } from '../projection/world.js';
import type { Detector, DetectorContext } from './detector.js';
import { sharedAttributes, testHypotheses } from './explanations.js';
import { type GroupSearch, searchGroups } from './groupSearch.js';
import { median } from './inventory/shortfalls.js';
import { listLevel, redrawnWorlds, unrelatedUnits } from './parameters.js';
import { homeAreas } from './places.js';
import { describeCollectors, describeTaker } from './supply/describe.js';
import { type Taker, takers, takerTails } from './supply/resale.js';
import { inOrder } from './telling.js';

const parameters = z.object({
  prescribers: z
    .number()
    .int()
    .min(2)
    .max(50)
    .default(4)
    .describe(
      'Prescribers of one person’s (one ring’s) easily resold drugs, at least; where none are named, places alone',
    ),
  places: z
    .number()
    .int()
    .min(2)
    .max(50)
    .default(4)
    .describe('Institutions that they come from, at least'),
  ratio: z.number().min(1).max(20).default(1.5).describe('Days of supply for each day, at least'),
  candidates: z
    .number()
    .min(0.001)
    .max(1)
    .default(0.2)
    .describe(
      'Tail probability of a person’s supply and breadth from which a collector’s card is looked for',
    ),
  circleScore: z
    .number()
    .min(1)
    .max(50)
    .default(6)
    .describe(
      'Two cards that take the same drugs at the same places enter the search above this score',
    ),
  minUnits: unrelatedUnits,
  worlds: redrawnWorlds,
  q: listLevel,
});
export type ResaleParameters = z.output<typeof parameters>;

/** For single persons and for collectors: two looks at the same people. */
const SEARCHES = 2;

/** Drugs gathered to be sold: one person from many sources, or cards of one collector (骗保药品倒卖). */
export const drugResaleRing: Detector<typeof parameters> = {
  id: 'drug-resale-ring',
  version: 1,
  parameters,
  needs: ['fee_list_d'],
  uses: ['hilist_b'],
  async detect(world, params, context) {
    throwIfAborted(context.signal);
    const all = takers(world, (patient) => {
      if (patient % 4096 === 0) throwIfAborted(context.signal);
    });
    const tail = takerTails(all, (t) => t.supply);
    if (!tail) return [];
    const others = {
      'long-script': takerTails(all, (t) => t.monthly)!,
      multimorbidity: takerTails(all, (t) => t.single)!,
    };
    const named = all.some((t) => t.prescribers >= params.prescribers);
    const broad = (prescribers: number, places: number) =>
      places >= params.places && (!named || prescribers >= params.prescribers);
    const findings: Finding[] = [];
    all.forEach((t, i) => {
      const p = Math.min(1, SEARCHES * sidak(tail(i), all.length));
      if (p > params.q || t.supply < params.ratio || !broad(t.prescribers, t.places)) return;
      const innocent = Object.entries(others).map(([code, of]) => ({
        ...{ code, q: Math.min(1, SEARCHES * sidak(of(i), all.length)) },
        weight: Math.max(0, 1 - (code === 'long-script' ? t.monthly : t.single) / t.supply),
      }));
      findings.push(describeTaker(world, t, all, p, innocent, params.q));
    });
    const near = (of: (i: number) => number) =>
      new Set(all.flatMap((t, i) => (of(i) <= params.candidates ? [t.patient] : [])));
    const search = collectors(world, all, near(tail), params, context);
    const byPatient = new Map(all.map((t) => [t.patient, t]));
    const left = Object.entries(others).map(([code, of]) => [code, near(of)] as const);
    for (const found of search.groups) {
      const group = { ...found, p: Math.min(1, SEARCHES * found.p) };
      const cards = group.members.map((m) => byPatient.get(m)!);
      // One who takes everything everywhere makes no ring of two who do not.
      const supply = median(cards.map((t) => t.supply));
      const sources = new Set(cards.flatMap((t) => t.fills.map((f) => f.institution))).size;
      const doctors = new Set(cards.flatMap((t) => t.fills.map((f) => f.doctor))).size;
      if (group.p > params.q || supply < params.ratio || !broad(doctors, sources)) continue;
      const hypotheses = [
        ...sharedAttributes(group.members, world.patients),
        ...left.map(([code, set]) => ({
          code,
          explains: (a: number, b: number) => (set.has(a) && set.has(b) ? 0 : Infinity),
        })),
      ];
      const innocent = testHypotheses(
        group.members,
        hypotheses,
        search,
        world.patients.household,
        params.minUnits,
      );
      findings.push(describeCollectors(world, cards, all, group, search, innocent, params));
    }
    return inOrder(findings);
  },
};

/**
 * Cards far out in supply and breadth that take the same drugs at the same places, against the links of
 * all takers dealt again inside their home areas: neighbours share what the area has, and that is likely.
 */
function collectors(
  world: World,
  all: readonly Taker[],
  near: ReadonlySet<number>,
  params: ResaleParameters,
  context: DetectorContext,
): GroupSearch {
  const screen = circleScreen(
    { ...links(world, all, 2), area: homeAreas(world), visited: links(world, all, 1) },
    {
      minScore: params.circleScore,
      minShared: 2,
      ...(context.signal ? { signal: context.signal } : {}),
    },
  );
  const among = ({ a, b, score }: ScoredPairs): WeightedPairs => {
    const keep = [...a.keys()].filter((e) => near.has(a[e]!) && near.has(b[e]!));
    return {
      a: Int32Array.from(keep, (e) => a[e]!),
      b: Int32Array.from(keep, (e) => b[e]!),
      weight: Float64Array.from(keep, (e) => score[e]!),
    };
  };
  const redrawn = function* () {
    for (let w = 0; w < params.worlds; w++) {
      context.progress?.({ phase: 'redrawing collectors', done: w, total: params.worlds });
      yield among(screen.redrawn(deriveSeed(context.seed, `collectors ${w}`)).pairs);
    }
  };
  const search = searchGroups(among(screen.observed().pairs), redrawn(), {
    household: world.patients.household,
    minUnits: params.minUnits,
    seed: deriveSeed(context.seed, 'collectors'),
    signal: context.signal,
  });
  context.redrawn?.('collectors', search.table.best);
  return search;
}

/** Taker × (institution, ingredient) on `least` days or more. */
function links(world: World, all: readonly Taker[], least: number) {
  const width = world.items.ids.length + 1;
  const patient: number[] = [];
  const place: number[] = [];
  for (const t of all) {
    const days = new Map<number, Set<number>>();
    for (const f of t.fills) {
      const key = f.institution * width + f.ingredient;
      days.set(key, (days.get(key) ?? new Set()).add(f.day));
    }
    for (const [key, set] of days) {
      if (set.size < least) continue;
      patient.push(t.patient);
      place.push(key);
    }
  }
  return { patient: Int32Array.from(patient), place: Int32Array.from(place) };
}
