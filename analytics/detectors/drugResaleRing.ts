import { z } from 'zod';
import { circleScreen } from '../algorithms/circles.js';
import { sidak } from '../algorithms/multiplicity.js';
import { median } from '../algorithms/robust.js';
import { throwIfAborted } from '../model/errors.js';
import type { Finding } from '../model/finding.js';
import type { World } from '../projection/world.js';
import { proposedPairs, searchProposed } from './circleSearch.js';
import type { Detector, DetectorContext } from './detector.js';
import { sharedAttributes, testHypotheses } from './explanations.js';
import type { CalibratedGroup, GroupSearch } from './groupSearch.js';
import { listLevel, redrawnWorlds, unrelatedUnits } from './parameters.js';
import { homeAreas, sitesOf } from './places.js';
import { describeCollectors, describeTaker, RESALE } from './supply/describe.js';
import type { Fill } from './supply/fills.js';
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
    .default(0.05)
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
/** Times that cards are looked for anew without those already found. */
const ROUNDS = 5;
/** Links of one card, those of most days first: the search compares people by pairs of links. */
const LINKS_MAX = 40;

/** Drugs gathered to be sold: one person from many sources, or cards of one collector (骗保药品倒卖). */
export const drugResaleRing: Detector<typeof parameters> = {
  ...RESALE,
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
    const byPatient = new Map(all.map((t) => [t.patient, t]));
    const left = Object.entries(others).map(([code, of]) => [code, near(of)] as const);
    const run = errandsOf(world);
    for (const { group, search } of allCollectors(world, run, all, near(tail), params, context)) {
      const { members } = group;
      const cards = members.map((m) => byPatient.get(m)!);
      // One who takes everything everywhere makes no ring of two who do not.
      const supply = median(cards.map((t) => t.supply));
      const sources = new Set(cards.flatMap((t) => t.fills.map((f) => f.institution))).size;
      const doctors = new Set(cards.flatMap((t) => t.fills.map((f) => f.doctor))).size;
      if (supply < params.ratio || !broad(doctors, sources)) continue;
      const hypotheses = [
        ...sharedAttributes(members, world.patients),
        ...left.map(([code, set]) => ({
          code,
          explains: (a: number, b: number) => (set.has(a) && set.has(b) ? 0 : Infinity),
        })),
      ];
      const innocent = testHypotheses(
        members,
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
 * Rings of cards, the surest first: whoever belongs to one is left out when the others are looked for, since the links
 * of a large ring, dealt again, still make the best group of most worlds (stepping down; Holm 1979).
 */
function allCollectors(
  world: World,
  run: Errands,
  all: readonly Taker[],
  near: ReadonlySet<number>,
  params: ResaleParameters,
  context: DetectorContext,
): Array<{ group: CalibratedGroup; search: GroupSearch }> {
  const found: Array<{ group: CalibratedGroup; search: GroupSearch }> = [];
  const gone = new Set<number>();
  for (let round = 0; round < ROUNDS; round++) {
    const left = all.filter((t) => !gone.has(t.patient));
    const search = collectors(world, run, left, near, params, context, `collectors ${round}`);
    const sure = search.groups
      .map((group) => ({ ...group, p: Math.min(1, SEARCHES * group.p) }))
      .filter((group) => group.p <= params.q);
    if (sure.length === 0) break;
    for (const core of sure) {
      const fresh = core.members.filter((m) => !gone.has(m));
      if (fresh.length * 2 < core.members.length) continue;
      const members = withCards(
        run,
        fresh,
        left.filter((t) => near.has(t.patient) && !gone.has(t.patient)),
      );
      for (const m of [...fresh, ...members]) gone.add(m);
      if (members.length >= params.minUnits) found.push({ group: { ...core, members }, search });
    }
  }
  return found;
}

/**
 * Cards far out in supply and breadth that take the same drugs at the same places, against the links of
 * all takers dealt again inside their home areas: neighbours share what the area has, and that is likely.
 */
function collectors(
  world: World,
  run: Errands,
  all: readonly Taker[],
  near: ReadonlySet<number>,
  params: ResaleParameters,
  context: DetectorContext,
  name: string,
): GroupSearch {
  const taken = links(run, all);
  const screen = circleScreen(
    { ...taken, area: homeAreas(world), visited: taken },
    {
      minScore: params.circleScore,
      minShared: 2,
      among: near,
      siteWidth: run.width,
      ...(context.signal ? { signal: context.signal } : {}),
    },
  );
  const search = searchProposed(
    screen,
    proposedPairs(screen),
    {
      ...{ name, phase: 'redrawing collectors', worlds: params.worlds },
      ...{ household: world.patients.household, minUnits: params.minUnits },
    },
    context,
  );
  context.redrawn?.('collectors', search.table.best);
  return search;
}

/** A card belongs to a ring with this share of the errands that the ring's fullest card has in common with others. */
const ERRANDS = 1 / 3;

/**
 * The cards of a ring: of those looked at whoever fetches the same drugs at the same places as two of the core, or
 * is of the core and does so as one other, hardly less often than these do. Two of a ring may have one place in common
 * only, which proves nothing of the pair.
 */
function withCards(run: Errands, core: readonly number[], looked: readonly Taker[]): number[] {
  const users = new Map<number, number>();
  const own = new Map(looked.map((t) => [t.patient, new Set(t.fills.map(run.of))]));
  for (const m of core) for (const e of own.get(m)!) users.set(e, (users.get(e) ?? 0) + 1);
  const common = (m: number) => [...own.get(m)!].filter((e) => (users.get(e) ?? 0) >= 2).length;
  const least = Math.max(2, ERRANDS * Math.max(...core.map(common)));
  return looked.map((t) => t.patient).filter((m) => common(m) >= least);
}

/** One drug from one site is an errand; the numbers of a site's errands are `width` in a row. */
interface Errands {
  readonly of: (fill: Fill) => number;
  readonly width: number;
}

function errandsOf(world: World): Errands {
  const sites = sitesOf(world);
  const width = world.items.ids.length + 1;
  return { width, of: (fill) => sites[fill.institution]! * width + fill.ingredient };
}

/** Taker × errand, at most LINKS_MAX of each taker. */
function links(run: Errands, all: readonly Taker[]) {
  const patient: number[] = [];
  const place: number[] = [];
  for (const t of all) {
    const days = new Map<number, Set<number>>();
    for (const f of t.fills) {
      const key = run.of(f);
      days.set(key, (days.get(key) ?? new Set()).add(f.day));
    }
    const often = [...days].sort((x, y) => y[1].size - x[1].size || x[0] - y[0]);
    for (const [key] of often.slice(0, LINKS_MAX)) {
      patient.push(t.patient);
      place.push(key);
    }
  }
  return { patient: Int32Array.from(patient), place: Int32Array.from(place) };
}
