import { z } from 'zod';
import { type AdmissionScreen, admissionScreen } from '../algorithms/admissions.js';
import { type WaveScreen, waveScreen } from '../algorithms/waves.js';
import { INSTITUTION_HOSPITAL } from '../projection/world.js';
import { bestOf, mergeCandidates, metIn, paidFor } from './candidates.js';
import { searchCircles } from './circleSearch.js';
import { prepareWaves, withCompanions } from './companions.js';
import { type Detector, HEADLINE_WEIGHT } from './detector.js';
import { withFeeders } from './feederShare.js';
import { type GroupSearch, searchRedrawn } from './groupSearch.js';
import { listLevel, redrawnWorlds, unrelatedUnits } from './parameters.js';
import { describeBrokering, VERSION } from './patientBrokering/finding.js';
import { withRegulars } from './patientBrokering/regulars.js';
import { placeLinks } from './places.js';
import { insidePeriod, type Stays, wholeStays } from './stays.js';
import { surestFirst } from './surestFirst.js';

const parameters = z.object({
  tolerance: z
    .number()
    .int()
    .min(0)
    .max(7)
    .default(1)
    .describe('Two stays whose first and last days are within so many days are joint'),
  minJointStays: z
    .number()
    .int()
    .min(2)
    .max(20)
    .default(2)
    .describe('Fewer joint stays of a pair are not looked at'),
  pairScreen: z
    .number()
    .min(1e-9)
    .max(0.05)
    .default(5e-3)
    .describe('A pair enters the search for groups when its tail probability is below this'),
  minUnits: unrelatedUnits,
  waveTolerance: z
    .number()
    .int()
    .min(1)
    .max(14)
    .default(3)
    .describe('Stays at common hospitals that begin within so many days are of one wave'),
  circleUnits: z
    .number()
    .int()
    .min(3)
    .max(20)
    .default(5)
    .describe('Unrelated people that share hospitals without being in together, at least'),
  circleScore: z
    .number()
    .min(1)
    .max(50)
    .default(6)
    .describe('A pair that shares hospitals enters the search when its score is above this'),
  worlds: redrawnWorlds,
  q: listLevel,
});

export type BrokeringParameters = z.output<typeof parameters>;

export interface BrokeringSearches {
  readonly stays: Stays;
  readonly screen: AdmissionScreen;
  readonly meetings: GroupSearch;
  readonly circles: GroupSearch;
  /** The looks for waves, over common hospitals and from one village, and what they looked at. */
  readonly waves: ReadonlyMap<GroupSearch, WaveScreen>;
  readonly candidates: number;
}

/** A wave that misses by chance in one pair of a hundred, or even ten, may still be dense in a group. */
const WAVE_SCREEN = 0.1;
/** Waves are quickly redrawn, and few people come in two by chance: many worlds must tell how many do. */
const WAVE_WORLDS = 4;

/** Patients admitted together, often rotating over hospitals (DETECTORS.md §2). */
export const patientBrokeringRing: Detector<typeof parameters> = {
  id: 'patient-brokering-ring',
  version: VERSION,
  weight: HEADLINE_WEIGHT,
  parameters,
  needs: [],
  async detect(world, params, context) {
    const stays = insidePeriod(world, wholeStays(world));
    const screen = admissionScreen(stays, {
      minHits: params.minJointStays,
      tolerance: params.tolerance,
    });
    const search = { household: world.patients.household, ...params };
    const meetings = searchRedrawn(
      screen,
      { ...search, name: 'admissions', level: params.pairScreen },
      context,
    );
    const circles = searchCircles(
      placeLinks(world, INSTITUTION_HOSPITAL, 1),
      {
        name: 'hospital circles',
        household: world.patients.household,
        minScore: params.circleScore,
        minUnits: params.minUnits,
        worlds: params.worlds,
      },
      context,
    );
    // Irregular courses of a disease that is treated in cycles are courses all the same, and those of a programme are its batches.
    const planned = screen.planned.map((flag, i) => flag | stays.cyclic[i]! | stays.programme[i]!);
    // An infection that goes round brings a village to hospital in waves of its own.
    const ofVillage = planned.map((flag, i) => flag | stays.contagious[i]!);
    const { household, village } = world.patients;
    const lookForWaves = (name: string, origin?: Int32Array) => {
      const waves = waveScreen(stays, {
        tolerance: params.waveTolerance,
        minHits: params.minJointStays,
        days: world.toDay - world.fromDay,
        ...(origin ? { planned: ofVillage, origin } : { planned }),
      });
      const worlds = params.worlds * WAVE_WORLDS;
      const found = searchRedrawn(waves, { ...search, name, worlds, level: WAVE_SCREEN }, context);
      return [found, waves] as const;
    };
    const overHospitals = lookForWaves('waves');
    const fromVillages = lookForWaves('waves of a village', village);
    const waves = new Map([overHospitals, fromVillages]);
    const admissions = prepareWaves(stays, { household, tolerance: params.tolerance, week: 7 });
    const regulars = { stays, household, village, tolerance: params.waveTolerance };
    // Waves and circles are looks for people who share hospitals or a village without being in together.
    const apart = bestOf(fromVillages[0], overHospitals[0], circles);
    // Four looks: `searchedP` pays for two, so that each has a quarter of the level.
    const candidates = mergeCandidates(paidFor(2, metIn(meetings)), paidFor(2, apart)).map(
      (candidate) => {
        const { meetings: met, circles: shared } = candidate;
        const found =
          !met && shared?.search && waves.has(shared.search)
            ? withRegulars(candidate.members, {
                ...regulars,
                planned: shared.search === fromVillages[0] ? ofVillage : planned,
              })
            : candidate.members;
        return { ...candidate, found, ...withCompanions(found, admissions) };
      },
    );
    const searches = { stays, screen, meetings, circles, waves, candidates: candidates.length };
    const findings = surestFirst(
      candidates,
      { circles, household: world.patients.household, ...params, signal: context.signal },
      (candidate) => describeBrokering(world, params, candidate, searches),
    );
    return withFeeders(world, findings, stays, { q: params.q, version: VERSION }, context);
  },
};
