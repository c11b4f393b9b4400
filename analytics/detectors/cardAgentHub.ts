import { z } from 'zod';
import { sidak } from '../algorithms/multiplicity.js';
import { type PeerTest, testPeers } from '../algorithms/peerCounts.js';
import { throwIfAborted } from '../model/errors.js';
import { type Finding, type InnocentExplanation, patientsOf } from '../model/finding.js';
import { rowsOf } from '../projection/indexes.js';
import type { World } from '../projection/world.js';
import { describeCards } from './cardAgentHub/cards.js';
import { homeKey, type Key, sharedHomes, villageKey } from './cardAgentHub/homes.js';
import {
  allHubs,
  companyP,
  type Hub,
  jointUse,
  type PlaceDays,
  placeDays,
  type Usage,
} from './cardAgentHub/hubs.js';
import { fewCardsEach, ID, VERSION } from './cardAgentHub/pairs.js';
import type { Detector, DetectorContext } from './detector.js';
import { bestExplanation } from './explanations.js';
import { corePlaces } from './jointVisits.js';
import { shareLevel } from './levelShare.js';
import { listLevel, redrawnWorlds } from './parameters.js';
import {
  conclude,
  fundOf,
  inOrder,
  institutionSubject,
  memberSubjects,
  ranked,
  reason,
} from './telling.js';

const CORE_SHARE = 0.1;

const parameters = z.object({
  minUnits: z
    .number()
    .int()
    .min(3)
    .max(50)
    .default(3)
    .describe(
      'Homes (addresses, or people of none) behind one telephone, proxy or payee, at least',
    ),
  spread: z
    .number()
    .min(0.1)
    .max(10)
    .default(1)
    .describe('Least overdispersion φ of homes behind a telephone: 1 is a geometric tail'),
  meetings: z
    .number()
    .int()
    .min(2)
    .max(100)
    .default(4)
    .describe('Times that a home joined another at its place on a day, at least'),
  companySpread: z
    .number()
    .min(0)
    .max(10)
    .default(1)
    .describe(
      'Overdispersion φ of such times for each home but one: people who know each other go out together',
    ),
  excess: z
    .number()
    .min(1)
    .max(10)
    .default(2.5)
    .describe('Cards of many telephones: their score over the redrawn worlds’, so many times'),
  worlds: redrawnWorlds,
  q: listLevel,
});

/** For one who stands behind many, and for many telephones with a few strangers each. */
const SEARCHES = 2;

type Parameters = z.output<typeof parameters>;

interface Judged {
  readonly units: number;
  readonly usage: Usage;
  readonly hubP: number;
  readonly useP: number;
  /** Both must hold: more homes than a telephone has, and cards that act together. */
  readonly p: number;
}

/**
 * One telephone, proxy or payee behind the cards of many unrelated homes, which are used together
 * (代办卡中间人). A village doctor's telephone stands behind a village; an agent's behind people from
 * everywhere.
 */
export const cardAgentHub: Detector<typeof parameters> = {
  id: ID,
  version: VERSION,
  parameters,
  needs: [],
  uses: ['rltn_d'],
  async detect(world, params, context) {
    throwIfAborted(context.signal);
    const hubs = allHubs(world);
    const counted = new Map<number, PlaceDays>();
    const days = (inARow: number) => {
      const known = counted.get(inARow) ?? placeDays(world, inARow);
      counted.set(inARow, known);
      return known;
    };
    const one = behindMany(world, hubs, () => days(1), params, context);
    const told = new Set(one.flatMap(patientsOf));
    const many = fewCardsEach(world, hubs, days, params, context)
      .map((cards) => describeCards(world, cards, params))
      .filter((f) => patientsOf(f).filter((id) => told.has(id)).length * 2 <= patientsOf(f).length);
    return inOrder(shareLevel(one, many, 1 / SEARCHES));
  },
};

/** One telephone, proxy or payee behind many homes. */
function behindMany(
  world: World,
  hubs: readonly Hub[],
  days: () => PlaceDays,
  params: Parameters,
  context: DetectorContext,
): Finding[] {
  const home = homeKey(world);
  const byHome = homesTest(hubs, home, params);
  const large = hubs.filter((h) => unitsOf(h, home) >= params.minUnits);
  if (large.length === 0) return [];
  const findings: Finding[] = [];
  for (const hub of large) {
    throwIfAborted(context.signal);
    const measure = (key: Key, test: PeerTest): Judged => {
      const usage = jointUse(world, hub.members, key, days());
      const hubP = sidak(Math.exp(test.logP[hub.index]!), test.looks);
      const useP = companyP(usage, params.companySpread, large.length);
      return { units: unitsOf(hub, key), usage, hubP, useP, p: Math.max(hubP, useP) };
    };
    const main = measure(home, byHome);
    const together = main.p <= params.q && main.usage.joined >= params.meetings;
    if (!together && main.hubP > params.q) continue;
    const innocent = explain(world, hub, main, params, measure, hubs, together);
    // More homes than any telephone has, whatever they share, but each goes its own way: somebody should look.
    if (!together && bestExplanation(innocent) > params.q) continue;
    const usual = byHome.expected[hub.index]!;
    findings.push(describe(world, params, hub, main, usual, innocent, together));
    context.progress?.({ phase: 'telephones', done: findings.length });
  }
  return findings;
}

/** Who is of unknown address may live with any of the others: without addresses it is for review. */
function isProvable({ patients }: World, hub: Hub, village: Key, params: Parameters): boolean {
  const known = hub.members.filter((p) => patients.address[p]! >= 0).map(village);
  return new Set(known).size >= params.minUnits;
}

function describe(
  world: World,
  params: Parameters,
  hub: Hub,
  main: Judged,
  usual: number,
  innocent: readonly InnocentExplanation[],
  together: boolean,
): Finding {
  const { usage } = main;
  const outcome = conclude(main.p, innocent, params.q);
  const isProven =
    together && (outcome.status !== 'finding' || isProvable(world, hub, villageKey(world), params));
  const rows = together ? usage.rows : hub.members.flatMap((m) => standing(world, m));
  return {
    detector: ID,
    detectorVersion: VERSION,
    kind: 'ring',
    subjects: [
      ...corePlaces(usage.byPlace, CORE_SHARE).map((h) => institutionSubject(world, h)),
      ...memberSubjects(world, hub.members),
    ],
    reasons: [
      reason(world, ID, `one-${hub.kind}`, {
        measured: main.units,
        expected: 1 + usual,
        unit: 'homes',
        rows,
        p: main.hubP,
      }),
      reason(world, ID, 'used-together', {
        measured: usage.joined,
        expected: usage.expected,
        unit: 'meetings',
        rows: usage.rows,
        p: main.useP,
      }),
    ],
    innocent,
    ...(isProven ? outcome : { status: 'review', p: null }),
    fundAtRisk: fundOf(world, rows),
  };
}

const standing = (world: World, patient: number) =>
  [...rowsOf(world, patient)].filter((i) => !world.settlements.cancelled[i]);

/** Each hypothesis makes one unit of the people whom it joins; the rest is measured again: the homes alone, where they do not meet. */
function explain(
  world: World,
  hub: Hub,
  main: Judged,
  params: Parameters,
  measure: (key: Key, test: PeerTest) => Judged,
  hubs: readonly Hub[],
  together: boolean,
): InnocentExplanation[] {
  return ranked(
    sharedHomes(world, hub.members).map(([code, key]) => {
      const joined = unitsOf(hub, key);
      const left = joined === main.units ? main : measure(key, homesTest(hubs, key, params));
      const meet = !together || left.usage.joined >= params.meetings;
      const q = together ? left.p : left.hubP;
      const still = joined >= params.minUnits && meet;
      return { code, q: still ? q : 1, weight: 1 - (joined - 1) / (main.units - 1) };
    }),
  );
}

/** Homes behind every hub beyond the first, against all hubs. */
function homesTest(hubs: readonly Hub[], key: Key, params: Parameters): PeerTest {
  return testPeers(
    hubs.map((h) => ({ k: unitsOf(h, key) - 1, exposure: 1, stratum: 0 })),
    { prior: 0.05, priorExposure: 20, spread: params.spread },
  );
}

function unitsOf(hub: Hub, key: Key): number {
  return hub.members.length < 2 ? 1 : new Set(hub.members.map(key)).size;
}
