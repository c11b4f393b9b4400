import { z } from 'zod';
import { sidak } from '../algorithms/multiplicity.js';
import { mean } from '../algorithms/robust.js';
import { logBinomialTail } from '../algorithms/tails.js';
import { throwIfAborted } from '../model/errors.js';
import type { Finding, InnocentExplanation } from '../model/finding.js';
import type { World } from '../projection/world.js';
import { type Again, isAgain } from './bedHanging/again.js';
import { crowdedHospitals } from './bedHanging/beds.js';
import { type Clash, interiorStays, type Stay } from './bedHanging/clashes.js';
import { type Season, seasonsOfAlike } from './bedHanging/season.js';
import {
  chanceOf,
  hospitalsOf,
  type View,
  viewsOf,
  viewWithout,
  wardsOf,
} from './bedHanging/views.js';
import type { Detector } from './detector.js';
import { listLevel } from './parameters.js';
import { stayColumns, wholeStays } from './stays.js';
import {
  conclude,
  fundOf,
  inOrder,
  institutionSubject,
  memberSubjects,
  ranked,
  reason,
} from './telling.js';

const ID = 'bed-hanging';
const VERSION = 7;

const parameters = z.object({
  ratio: z
    .number()
    .min(1)
    .max(20)
    .default(3)
    .describe('A hospital shows at least so many times the clashes of its peers'),
  patients: z
    .number()
    .int()
    .min(2)
    .max(50)
    .default(3)
    .describe('Patients seen elsewhere during their stays, at least'),
  recordError: z
    .number()
    .min(0.0001)
    .max(0.2)
    .default(0.02)
    .describe('Share of visits that wrong dates and relatives put into a stay, before looking'),
  spread: z
    .number()
    .min(0)
    .max(2)
    .default(0.05)
    .describe('Least overdispersion φ of honest hospitals (variance = mean + φ·mean²)'),
  q: listLevel,
});

type Parameters = z.output<typeof parameters>;

/**
 * Patients booked into a bed who buy medicine or are treated elsewhere meanwhile (挂床住院): stays with
 * such a clash, hospital by hospital and department by department, against the peers' rate, which
 * is that of wrong dates, relatives and leave; or a season of stays alike by strangers (season.ts).
 */
export const bedHanging: Detector<typeof parameters> = {
  id: ID,
  version: VERSION,
  parameters,
  needs: [],
  async detect(world, params, context) {
    const stays = interiorStays(world, wholeStays(world));
    throwIfAborted(context.signal);
    const crowded = crowdedHospitals(world, stayColumns(world));
    const views = viewsOf(wardsOf(world, stays, false), wardsOf(world, stays, true), params);
    const judged = hospitalsOf(views);
    const weights = views.reduce((sum, view) => sum + view.weight, 0);
    const findings: Finding[] = [];
    const judgedByClashes = new Set<number>();
    for (const { hospital, view, at, together } of judged) {
      throwIfAborted(context.signal);
      const ward = view.wards[at]!;
      const expected = view.test.expected[at]!;
      const again = view.again?.[at];
      const p = Math.min(1, sidak(together, judged.length) / (1 - SEASONS_SHARE));
      const clashed = ward.stays.filter((x) => x.clashes.some(view.counts));
      const people = new Set(clashed.map((x) => x.patient));
      if (p > params.q || clashed.length < params.ratio * expected) continue;
      if (people.size < params.patients) continue;
      // What the other views cost this one, at every hospital.
      const looks = (judged.length * weights) / view.weight / (1 - SEASONS_SHARE);
      const innocent = explain(view, at, params, looks);
      const over = crowded.get(hospital);
      const homeless = [...people].filter((m) => !world.patients.householdKnown[m]).length;
      const concluded = conclude(p, innocent, params.q);
      // Whoever's family nobody knows may have one that fetches: what rests on such is for a person to judge.
      const untold = homeless > people.size / 2 && concluded.status === 'finding';
      findings.push({
        detector: ID,
        detectorVersion: VERSION,
        kind: 'entity',
        subjects: [institutionSubject(world, hospital), ...memberSubjects(world, people)],
        reasons: [
          reason(world, ID, 'seen-elsewhere', {
            measured: clashed.length,
            expected,
            unit: 'stays',
            rows: clashed.flatMap((x) => [x.row, ...x.clashes.map((c) => c.row)]),
            p: Math.exp(view.test.logP[at]!),
          }),
          ...(again && again.p <= CHANCE ? [livesOn(world, again, clashed, view)] : []),
          ...(over ? [crowding(world, over)] : []),
          ...(untold ? [unknownFamilies(world, homeless, people.size, clashed)] : []),
        ],
        innocent,
        ...(untold ? { status: 'review', p: null } : concluded),
        fundAtRisk: fundOf(
          world,
          clashed.map((x) => x.row),
        ),
      });
      crowded.delete(hospital);
      judgedByClashes.add(hospital);
    }
    for (const season of seasonsOfAlike(world, stays, context)) {
      if (judgedByClashes.has(season.alike.hospital)) continue;
      const finding = seasonFinding(world, params, season, judged.length);
      if (finding) findings.push(finding);
    }
    for (const [hospital, over] of crowded)
      findings.push({
        detector: ID,
        detectorVersion: VERSION,
        kind: 'entity',
        subjects: [institutionSubject(world, hospital)],
        reasons: [crowding(world, over)],
        innocent: [],
        status: 'review',
        p: null,
        fundAtRisk: 0,
      });
    return inOrder(findings);
  },
};

/** What a season of stays alike may spend of the detector's level, set before any data. */
const SEASONS_SHARE = 0.2;

/** A hospital with a season of stays alike. */
function seasonFinding(
  world: World,
  params: Parameters,
  { alike, scan, p: ofSeason, stays, together, innocent: found }: Season,
  hospitals: number,
): Finding | undefined {
  const payed = (x: number) => Math.min(1, sidak(x, hospitals) / SEASONS_SHARE);
  const p = payed(together);
  const people = new Set(stays.map((x) => x.patient));
  if (p > params.q || people.size < params.patients) return undefined;
  const innocent = ranked(found.map((x) => ({ ...x, q: payed(x.q) })));
  const rows = stays.map((x) => x.row);
  return {
    detector: ID,
    detectorVersion: VERSION,
    kind: 'entity',
    subjects: [institutionSubject(world, alike.hospital), ...memberSubjects(world, people)],
    reasons: [
      reason(world, ID, 'stays-alike', {
        ...{ measured: alike.stays.length, expected: alike.expected, unit: 'stays' },
        rows: [...rows, ...alike.stays.map((x) => x.row)],
        p: alike.p,
      }),
      reason(world, ID, 'of-a-season', {
        ...{ measured: Math.round(scan.after), expected: scan.expected, unit: 'stays' },
        rows,
        p: ofSeason,
      }),
    ],
    innocent,
    ...conclude(p, innocent, params.q),
    fundAtRisk: fundOf(world, rows),
  };
}

const CHANCE = 0.05;
function livesOn(world: World, again: Again, clashed: readonly Stay[], { counts }: View) {
  const twice = clashed.filter((x) => isAgain(x, counts));
  return reason(world, ID, 'seen-again', {
    measured: again.stays,
    expected: again.expected,
    unit: 'stays',
    rows: twice.flatMap((x) => [x.row, ...x.clashes.map((c) => c.row)]),
    p: again.p,
  });
}

function crowding(world: World, over: { days: number; expected: number; rows: readonly number[] }) {
  return reason(world, ID, 'more-than-beds', {
    measured: over.days,
    expected: over.expected,
    unit: 'days',
    rows: over.rows,
  });
}

function unknownFamilies(world: World, unknown: number, of: number, clashed: readonly Stay[]) {
  const rows = clashed.flatMap((x) => x.clashes.map((c) => c.row));
  return reason(world, ID, 'families-unknown', {
    ...{ measured: unknown, expected: of, unit: 'patients', rows },
  });
}

/**
 * Each hypothesis takes the clashes it accounts for away, here and at the peers, and what is left of those that the finding
 * rests on is tested again as they were. Its weight is how much more than by chance it accounts for of all clashes: two days
 * in seven are a weekend, and what chance would do in one case of twenty weighs nothing.
 */
function explain(view: View, at: number, params: Parameters, looks: number): InnocentExplanation[] {
  const clashed = view.wards[at]!.stays.filter((x) => x.clashes.length > 0);
  const late = mean(clashed.map((x) => Math.min(1, 2 / (x.end - x.begin - 1))));
  const n = clashed.length;
  const hypotheses: ReadonlyArray<readonly [string, number, (c: Clash) => boolean]> = [
    ['relative-fetches', 0, (c) => c.relative],
    ['authorised-leave', 2 / 7, (c) => c.weekend],
    ['late-discharge-record', Math.min(0.95, late), (c) => c.late],
  ];
  return ranked(
    hypotheses.map(([code, usual, accounts]) => {
      const left = viewWithout(view, accounts, params);
      const gone = clashed.filter((x) => x.clashes.every(accounts)).length;
      const byChance = usual > 0 && Math.exp(logBinomialTail(gone, n, usual)) > CHANCE;
      return {
        code,
        q: sidak(chanceOf(left, at), looks),
        weight: byChance ? 0 : Math.max(0, (gone / n - usual) / (1 - usual)),
      };
    }),
  );
}
