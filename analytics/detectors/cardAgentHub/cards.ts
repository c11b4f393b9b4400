import { createForest } from '../../algorithms/components.js';
import { fisherCombination } from '../../algorithms/multiplicity.js';
import { groupP, groupsOfPairs } from '../../algorithms/pairGroups.js';
import { mean } from '../../algorithms/robust.js';
import type { Finding, InnocentExplanation } from '../../model/finding.js';
import { rowsOf } from '../../projection/indexes.js';
import { CLASS_INPATIENT, type World } from '../../projection/world.js';
import { provableUnits } from '../explanations.js';
import {
  conclude,
  fundOf,
  institutionSubject,
  memberSubjects,
  ranked,
  reason,
} from '../telling.js';
import { type Key, sharedHomes } from './homes.js';
import { cellOf, companyP, jointUse, type Usage } from './hubs.js';
import { type Cards, type CardsParameters, ID, VERSION } from './pairs.js';

/**
 * Where cards that go their own ways would meet so often by chance, those of one agent meet more often. Who does not shares places, such as
 * an internet hospital and the pharmacy that sends out what it prescribes, and nobody brings the cards there.
 */
const DAYS_TELL = 10;

/** A group of cards of several telephones as a finding. */
export function describeCards(world: World, cards: Cards, params: CardsParameters): Finding {
  const { core, members, usage, search } = cards;
  const s = world.settlements;
  const all = [...members, ...cards.joiners];
  // Where days tell, the agent's places are those where his cards met.
  const met = jointUse(world, all, (m) => cards.unit[m]!, cards.days, cards.places).byPlace;
  const places = new Set(
    [...cards.places].filter((h) => cards.daysP > params.q || met.has(h)).sort((x, y) => x - y),
  );
  const here = all.flatMap((m) =>
    [...rowsOf(world, m)].filter(
      (i) => !s.cancelled[i] && s.class[i] !== CLASS_INPATIENT && places.has(s.institution[i]!),
    ),
  );
  const innocent = explain(world, cards, params);
  return {
    ...{ detector: ID, detectorVersion: VERSION, kind: 'ring' },
    subjects: [
      ...[...places].map((h) => institutionSubject(world, h)),
      ...memberSubjects(world, all),
    ],
    reasons: [
      reason(world, ID, 'few-cards-each', {
        ...{ measured: core.score, unit: 'score', rows: here, p: cards.placesP },
        expected: mean(search.table.best),
      }),
      ...(usage.joined > 0
        ? [
            reason(world, ID, 'used-together', {
              ...{ measured: usage.joined, expected: usage.expected, unit: 'meetings' },
              ...{ rows: usage.rows, p: cards.daysP },
            }),
          ]
        : []),
    ],
    innocent,
    ...(provableUnits(members, world.patients) < params.minUnits || goOwnWays(usage)
      ? { status: 'review', p: null }
      : conclude(cards.p, innocent, params.q)),
    fundAtRisk: fundOf(world, here),
  };
}

const goOwnWays = ({ joined, expected }: Usage) => expected >= DAYS_TELL && joined <= expected;

/**
 * Each hypothesis accounts for two people who share something: neither the places that they have in common nor the days on
 * which only such people met count, and what is left is measured again. Telephones are not made one by it: that two of
 * their people are colleagues says nothing of the others.
 */
function explain(world: World, cards: Cards, params: CardsParameters): InnocentExplanation[] {
  const { core, members, places, search, looks, unit, usage } = cards;
  const inside = new Set(core.members);
  const { a, b, weight } = search.pairs;
  const pairs = [...a.keys()].filter(
    (e) => inside.has(a[e]!) && inside.has(b[e]!) && unit[a[e]!] !== unit[b[e]!],
  );
  const sum = (of: readonly number[]) => of.reduce((total, e) => total + weight[e]!, 0);
  const together = meetings(world, members, places, cards.days.width);
  return ranked(
    sharedHomes(world, members).map(([code, key]) => {
      const left = pairs.filter((e) => key(a[e]!) !== key(b[e]!));
      const columns = {
        a: Int32Array.from(left, (e) => a[e]!),
        b: Int32Array.from(left, (e) => b[e]!),
        weight: Float64Array.from(left, (e) => weight[e]!),
      };
      const [rest] = groupsOfPairs(columns, { household: unit, minUnits: 2, seed: 1 });
      const joined = together.reduce((n, present) => n + unitsOf(present, unit, key) - 1, 0);
      const q = fisherCombination([
        groupP((rest?.score ?? 0) / params.excess, search.table),
        companyP({ ...usage, joined }, params.companySpread, looks),
      ]);
      const ofPlaces = sum(left) / sum(pairs);
      const ofDays = usage.joined > 0 ? joined / usage.joined : 1;
      return { code, q, weight: 1 - Math.min(ofPlaces, ofDays) };
    }),
  );
}

/** The people who were at one place on one day, or on days that count as one. */
function meetings(
  world: World,
  members: readonly number[],
  places: ReadonlySet<number>,
  inARow: number,
): ReadonlyArray<readonly number[]> {
  const { institution, cancelled } = world.settlements;
  const present = new Map<number, Set<number>>();
  for (const m of members)
    for (const i of rowsOf(world, m)) {
      if (cancelled[i] || !places.has(institution[i]!)) continue;
      const cell = cellOf(world, i, inARow);
      present.set(cell, (present.get(cell) ?? new Set()).add(m));
    }
  return [...present.values()].map((people) => [...people]);
}

/** Of some people, those with one telephone or one key taken for one. */
function unitsOf(people: readonly number[], unit: Int32Array, key: Key): number {
  const forest = createForest(people.length);
  const first = new Map<string, number>();
  people.forEach((m, i) => {
    for (const name of [`unit ${unit[m]!}`, `key ${key(m)}`]) {
      const other = first.get(name);
      if (other === undefined) first.set(name, i);
      else forest.union(i, other);
    }
  });
  return people.filter((_, i) => forest.find(i) === i).length;
}
