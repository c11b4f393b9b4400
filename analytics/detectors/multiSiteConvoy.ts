import { z } from 'zod';
import {
  type Convoy,
  convoyPairs,
  dealDays,
  findConvoys,
  motifsOf,
  type Trip,
} from '../algorithms/convoys.js';
import { logBinomialTail } from '../algorithms/tails.js';
import { throwIfAborted } from '../model/errors.js';
import { type Finding, patientsOf } from '../model/finding.js';
import { createRng, deriveSeed } from '../model/rng.js';
import type { World } from '../projection/world.js';
import type { Detector, DetectorContext } from './detector.js';
import { sharedAttributes, testHypotheses } from './explanations.js';
import {
  type CalibratedGroup,
  expectedHits,
  type GroupSearch,
  searchGroups,
} from './groupSearch.js';
import { corePlaces, pairKey } from './jointVisits.js';
import { shareLevel } from './levelShare.js';
import { CORE_SHARE, describeRegulars, ID, VERSION } from './multiSiteConvoy/describe.js';
import { regularRings } from './multiSiteConvoy/regulars.js';
import { pharmacyTraffic } from './multiSiteConvoy/traffic.js';
import { pharmacyRounds, type Rounds } from './multiSiteConvoy/trips.js';
import { listLevel, redrawnWorlds, unrelatedUnits } from './parameters.js';
import {
  conclude,
  fundOf,
  inOrder,
  institutionSubject,
  memberSubjects,
  reason,
} from './telling.js';

const parameters = z.object({
  minutes: z
    .number()
    .min(1)
    .max(240)
    .default(30)
    .describe('Two cards are on one round when they are so near in time at both pharmacies'),
  pairDays: z
    .number()
    .int()
    .min(1)
    .max(20)
    .default(2)
    .describe('Days together of a pair, at least'),
  days: z
    .number()
    .int()
    .min(2)
    .max(100)
    .default(3)
    .describe('Days on which three unrelated cards or more made the round together, at least'),
  minUnits: unrelatedUnits.describe(
    'Unrelated people (households count once) that a convoy has at least',
  ),
  companions: z
    .number()
    .int()
    .min(3)
    .max(20)
    .default(5)
    .describe('Fewer units than this may be friends who go together'),
  crowd: z
    .number()
    .int()
    .min(2)
    .max(100)
    .default(4)
    .describe('Others on the same round that day, from which on it is a chain’s event'),
  rounds: z
    .number()
    .int()
    .min(2)
    .max(100)
    .default(3)
    .describe('Rounds over two pharmacies that make a card a regular there'),
  spread: z
    .number()
    .min(0.1)
    .max(10)
    .default(1)
    .describe('Overdispersion φ of regulars at a pair of pharmacies'),
  worlds: redrawnWorlds,
  q: listLevel,
});

type Parameters = z.output<typeof parameters>;

/** For cards that go together, and for those that go round the same pharmacies each by itself. */
const SEARCHES = 2;

/** The same cards at several pharmacies on a day, in the same order, again and again. */
export const multiSiteConvoy: Detector<typeof parameters> = {
  id: ID,
  version: VERSION,
  parameters,
  needs: [],
  async detect(world, params, context) {
    throwIfAborted(context.signal);
    const rounds = pharmacyRounds(world);
    const together = convoysOf(world, params, rounds, context);
    throwIfAborted(context.signal);
    const { household } = world.patients;
    const apart = regularRings(rounds.trips, (m) => household[m]!, {
      ...{ least: params.rounds, crowd: params.crowd, minUnits: params.minUnits },
      ...{ spread: params.spread, q: params.q / SEARCHES },
    }).map((ring) => describeRegulars(world, params, ring, rounds));
    return inOrder(shareLevel(...once(together, apart), 1 / SEARCHES));
  },
};

/** Going together says more than going alike: with a p up to this it is what is told. */
const SURE = 0.001;

/** Who was found both ways is told the surer way; what accounts for going together accounts for all of it. */
function once(together: readonly Finding[], apart: readonly Finding[]): [Finding[], Finding[]] {
  const same = (f: Finding, g: Finding) => {
    const [one, other] = [new Set(patientsOf(f)), new Set(patientsOf(g))];
    return [...one].filter((id) => other.has(id)).length * 2 > Math.min(one.size, other.size);
  };
  const surer = (f: Finding, g: Finding) =>
    g.status === 'finding' && (g.p ?? 1) > SURE && (f.p ?? 1) < (g.p ?? 1);
  const own = apart.filter((f) => together.every((g) => !same(f, g) || surer(f, g)));
  return [together.filter((g) => !own.some((f) => same(f, g))), own];
}

/** Cards that go the same round on the same days. */
function convoysOf(
  world: World,
  params: Parameters,
  rounds: Rounds,
  context: DetectorContext,
): Finding[] {
  const motifs = rounds.trips.map(motifsOf);
  const traffic = pharmacyTraffic(world, rounds.trips);
  const delta = params.minutes * 60;
  const pairsOn = (days: Int32Array, pairDays: number) => {
    const convoys = findConvoys(rounds.trips, motifs, delta, days);
    return { convoys, pairs: convoyPairs(rounds.trips, motifs, convoys, pairDays, traffic) };
  };
  const observed = pairsOn(
    Int32Array.from(rounds.trips, (t) => t.day),
    params.pairDays,
  );
  if (observed.pairs.a.length === 0) return [];
  function* worlds() {
    for (let w = 0; w < params.worlds; w++) {
      const rng = createRng(deriveSeed(context.seed, `rounds ${w}`));
      // One day together counts there: honest worlds hardly have two, and a table of zeros would
      // not say how far away a score is. It can only make the p larger.
      yield pairsOn(dealDays(rounds.trips, traffic, rng), 1).pairs;
      context.progress?.({ phase: 'redrawing rounds', done: w + 1, total: params.worlds });
    }
  }
  const search = searchGroups(observed.pairs, worlds(), {
    household: world.patients.household,
    minUnits: params.minUnits,
    seed: deriveSeed(context.seed, 'convoys'),
    signal: context.signal,
  });
  context.redrawn?.('rounds', search.table.best);
  return search.groups.flatMap(
    (group) => describe(world, params, group, search, rounds, observed.convoys) ?? [],
  );
}

function describe(
  world: World,
  params: Parameters,
  group: CalibratedGroup,
  search: GroupSearch,
  rounds: Rounds,
  convoys: readonly Convoy[],
): Finding | undefined {
  if (group.p > params.q) return undefined;
  const { household } = world.patients;
  const members = new Set(group.members);
  const inside = convoys.filter(
    (c) => members.has(c.a) && members.has(c.b) && household[c.a] !== household[c.b],
  );
  const together = new Map<number, Set<number>>();
  for (const c of inside)
    for (const who of [c.a, c.b])
      together.set(c.day, (together.get(c.day) ?? new Set()).add(household[who]!));
  if ([...together.values()].filter((units) => units.size >= 3).length < params.days)
    return undefined;
  const trips = [...new Set(inside.flatMap((c) => c.trips))].sort((x, y) => x - y);
  const rows = trips.flatMap((t) => rounds.rows[t]!);
  const ordered = inside.filter((c) => c.inOrder).length;
  // Pairs of one day depend on each other: a day is one observation of the order.
  const days = together.size;
  const orderP = Math.exp(logBinomialTail(Math.round((ordered / inside.length) * days), days, 0.5));
  const weight = new Map<number, number>();
  for (const i of rows) {
    const h = world.settlements.institution[i]!;
    weight.set(h, (weight.get(h) ?? 0) + 1);
  }
  const innocent = testHypotheses(
    group.members,
    [
      ...sharedAttributes(group.members, world.patients),
      { code: 'chain-event', explains: crowdedDays(rounds.trips, inside, members, params.crowd) },
    ],
    search,
    household,
    params.minUnits,
  );
  if (group.units < params.companions) innocent.unshift({ code: 'companions', q: 1, weight: 1 });
  return {
    detector: ID,
    detectorVersion: VERSION,
    kind: 'ring',
    subjects: [
      ...corePlaces(weight, CORE_SHARE).map((h) => institutionSubject(world, h)),
      ...memberSubjects(world, group.members),
    ],
    reasons: [
      reason(world, ID, 'same-round', {
        measured: inside.length,
        expected: expectedHits(group.members, search.pairs),
        unit: 'rounds',
        rows,
        p: group.p,
      }),
      ...(orderP <= params.q
        ? [
            reason(world, ID, 'card-order', {
              measured: ordered,
              expected: inside.length / 2,
              unit: 'rounds',
              rows,
              p: orderP,
            }),
          ]
        : []),
    ],
    innocent,
    ...conclude(group.p, innocent, params.q),
    fundAtRisk: fundOf(world, rows),
  };
}

/** Days together on which so many others, too, went the same round: an event of the chain's. */
function crowdedDays(
  trips: readonly Trip[],
  inside: readonly Convoy[],
  members: ReadonlySet<number>,
  crowd: number,
): (a: number, b: number) => number {
  const others = new Map<string, Set<number>>();
  for (const t of trips) {
    if (members.has(t.patient)) continue;
    for (const key of motifsOf(t).keys()) {
      const cell = `${t.day}|${key}`;
      others.set(cell, (others.get(cell) ?? new Set()).add(t.patient));
    }
  }
  const count = new Map<number, number>();
  for (const c of inside) {
    const isCrowded = [...motifsOf(trips[c.trips[0]]!).keys()].some(
      (key) => (others.get(`${c.day}|${key}`)?.size ?? 0) >= crowd,
    );
    if (isCrowded) count.set(pairKey(c.a, c.b), (count.get(pairKey(c.a, c.b)) ?? 0) + 1);
  }
  return (a, b) => count.get(pairKey(a, b)) ?? 0;
}
