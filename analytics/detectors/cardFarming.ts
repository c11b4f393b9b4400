import { z } from 'zod';
import { NO_PAIRS, type PairScreen } from '../algorithms/pairSums.js';
import { preparePairTest, testPairs } from '../algorithms/pairTest.js';
import { redrawClocks } from '../algorithms/redraw.js';
import { lagScreen } from '../algorithms/weekLags.js';
import { createRng, deriveSeed } from '../model/rng.js';
import { DAY_S } from '../model/time.js';
import { INSTITUTION_PHARMACY, type World } from '../projection/world.js';
import { bestOf, mergeCandidates, paidFor } from './candidates.js';
import { withBursts } from './cardBursts.js';
import { describeFarm, VERSION } from './cardFarmingFinding.js';
import { searchCircles } from './circleSearch.js';
import { prepareWaves, withCompanions } from './companions.js';
import { type Detector, type DetectorContext, HEADLINE_WEIGHT } from './detector.js';
import { type GroupSearch, searchGroups, searchRedrawn, weighPairs } from './groupSearch.js';
import { listLevel, redrawnWorlds, unrelatedUnits } from './parameters.js';
import { placeLinks } from './places.js';
import { surestFirst } from './surestFirst.js';
import { pharmacyVisits } from './visits.js';

const parameters = z.object({
  deltaMinutes: z
    .number()
    .min(1)
    .max(60)
    .default(10)
    .describe('Two swipes at one pharmacy within so many minutes are a meeting'),
  habitPrior: z
    .number()
    .min(1)
    .max(100)
    .default(10)
    .describe('K: visits of the pharmacy’s hours that a pair’s own habit is shrunk with'),
  minMeetings: z
    .number()
    .int()
    .min(2)
    .max(20)
    .default(2)
    .describe('Fewer meetings of a pair are not looked at'),
  pairScreen: z
    .number()
    .min(1e-9)
    .max(0.05)
    .default(1e-3)
    .describe('A pair enters the search for groups when its tail probability is below this'),
  minUnits: unrelatedUnits,
  companions: z
    .number()
    .int()
    .min(3)
    .max(20)
    .default(5)
    .describe('Fewer units than this must do more than meet: they may be friends who go together'),
  circleScore: z
    .number()
    .min(1)
    .max(50)
    .default(6)
    .describe('A pair that shares places enters the search when its score is above this'),
  worlds: redrawnWorlds,
  q: listLevel,
});

export type CardFarmingParameters = z.output<typeof parameters>;

/** Cards of unrelated people swiped together at pharmacies, again and again (DETECTORS.md §2). */
export const cardFarmingPharmacy: Detector<typeof parameters> = {
  id: 'card-farming-pharmacy',
  version: VERSION,
  weight: HEADLINE_WEIGHT,
  parameters,
  needs: [],
  screen(county, params, context) {
    const test = preparePairTest(pharmacyVisits(county), {
      deltaSeconds: params.deltaMinutes * 60,
      habitWeight: params.habitPrior,
      minHits: params.minMeetings,
      maxP: params.pairScreen,
    });
    const worlds: PairScreen[] = [testPairs(test, undefined, context.signal)];
    const county_ = county.institutions.counties.join();
    for (let w = 0; w < params.worlds; w++) {
      const clock = redrawClocks(
        test.world,
        createRng(deriveSeed(context.seed, `meetings ${w} ${county_}`)),
      );
      worlds.push(testPairs(test, clock, context.signal));
      context.progress?.({ phase: 'screening pharmacies', done: w + 1, total: params.worlds });
    }
    return worlds;
  },
  async detect(world, params, context, screened) {
    const meetings = searchMeetings(world, params, context, screened);
    const swipes = pharmacyVisits(world);
    // Meetings on chosen days, whatever the hour: cards that always come at night have no chance in N1.
    const sessions = searchRedrawn(
      lagScreen(swipes, {
        deltaSeconds: params.deltaMinutes * 60,
        minHits: params.minMeetings,
        days: world.toDay - world.fromDay,
      }),
      {
        household: world.patients.household,
        ...params,
        name: 'sessions',
        level: params.pairScreen,
      },
      context,
    );
    const circles = searchCircles(
      placeLinks(world, INSTITUTION_PHARMACY, 2),
      {
        name: 'pharmacy circles',
        household: world.patients.household,
        minScore: params.circleScore,
        minUnits: params.minUnits,
        worlds: params.worlds,
      },
      context,
    );
    const waves = prepareWaves(
      { patient: swipes.patient, institution: swipes.place, begin: swipes.time, end: swipes.time },
      {
        household: world.patients.household,
        tolerance: params.deltaMinutes * 60,
        week: 7 * DAY_S,
      },
    );
    const candidates = mergeCandidates(paidFor(2, bestOf(meetings, sessions)), circles.groups).map(
      (candidate) => ({
        ...candidate,
        found: candidate.members,
        members: withCompanions(candidate.members, waves).members,
      }),
    );
    const findings = surestFirst(
      candidates,
      { circles, household: world.patients.household, ...params, signal: context.signal },
      (candidate) =>
        describeFarm(world, params, candidate, {
          sessions,
          circles,
          candidates: candidates.length,
        }),
    );
    return withBursts(world, findings, { q: params.q, version: VERSION }, context);
  },
};

function searchMeetings(
  world: World,
  params: CardFarmingParameters,
  context: DetectorContext,
  screened: readonly PairScreen[],
): GroupSearch {
  const weighed = screened.map((pairs) => weighPairs(pairs, params.pairScreen));
  const search = searchGroups(weighed[0] ?? weighPairs(NO_PAIRS, 1), weighed.slice(1), {
    household: world.patients.household,
    minUnits: params.minUnits,
    seed: deriveSeed(context.seed, 'pharmacy meetings'),
    signal: context.signal,
  });
  context.redrawn?.('pharmacy meetings', search.table.best);
  return search;
}
