import { z } from 'zod';
import { type AdmissionScreen, admissionScreen } from '../algorithms/admissions.js';
import { waveScreen } from '../algorithms/waves.js';
import { INSTITUTION_HOSPITAL } from '../projection/world.js';
import { betterOfTwo, mergeCandidates, metIn } from './candidates.js';
import { searchCircles } from './circleSearch.js';
import { prepareWaves, withCompanions } from './companions.js';
import { type Detector, HEADLINE_WEIGHT } from './detector.js';
import { withFeeders } from './feederShare.js';
import { type GroupSearch, searchRedrawn } from './groupSearch.js';
import { listLevel, redrawnWorlds, unrelatedUnits } from './parameters.js';
import { describeBrokering, VERSION } from './patientBrokeringFinding.js';
import { placeLinks } from './places.js';
import { type Stays, stayColumns } from './stays.js';
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
  readonly waves: GroupSearch;
  readonly candidates: number;
}

/** A wave that misses by chance in one pair of a hundred, or even ten, may still be dense in a group. */
const WAVE_SCREEN = 0.1;

/** Patients admitted together, often rotating over hospitals (DETECTORS.md §2). */
export const patientBrokeringRing: Detector<typeof parameters> = {
  id: 'patient-brokering-ring',
  version: VERSION,
  weight: HEADLINE_WEIGHT,
  parameters,
  needs: [],
  async detect(world, params, context) {
    const stays = stayColumns(world);
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
    const waves = searchRedrawn(
      waveScreen(stays, {
        tolerance: params.waveTolerance,
        minHits: params.minJointStays,
        days: world.toDay - world.fromDay,
      }),
      { ...search, name: 'waves', level: WAVE_SCREEN },
      context,
    );
    const admissions = prepareWaves(stays, {
      household: world.patients.household,
      tolerance: params.tolerance,
      week: 7,
    });
    // Waves and circles are two looks for people who share hospitals without being in together.
    const candidates = mergeCandidates(metIn(meetings), betterOfTwo(waves, circles)).map(
      (candidate) => ({ ...candidate, ...withCompanions(candidate.members, admissions) }),
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
