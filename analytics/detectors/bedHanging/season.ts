import {
  type ChangeScan,
  changeP,
  scanChange,
  weeklyDispersion,
  withoutEvents,
} from '../../algorithms/changePoint.js';
import { fisherCombination } from '../../algorithms/multiplicity.js';
import { logBinomialTail } from '../../algorithms/tails.js';
import { throwIfAborted } from '../../model/errors.js';
import type { InnocentExplanation } from '../../model/finding.js';
import { deriveSeed } from '../../model/rng.js';
import { CLASS_INPATIENT, type World } from '../../projection/world.js';
import type { DetectorContext } from '../detector.js';
import { driftOf } from '../suddenChange/drift.js';
import { isNewlyOpened } from '../suddenChange/explain.js';
import { hypotheses } from '../suddenChange/hypotheses.js';
import { type Weeks, weekly, weekOf } from '../suddenChange/weeks.js';
import { ranked } from '../telling.js';
import { type Alike, alikeStays } from './alike.js';
import type { Stay } from './clashes.js';

/** Stays alike that a hospital took in for a season. */
export interface Season {
  readonly alike: Alike;
  readonly scan: ChangeScan;
  /** Of the season, given how many such stays there are. */
  readonly p: number;
  /** Stays of the season. */
  readonly stays: readonly Stay[];
  /** More than at the peers, and in one season: independent in an honest world (Fisher's rule). */
  readonly together: number;
  readonly innocent: readonly InnocentExplanation[];
}

/** Weeks before a season and of it, at least, and busiest weeks that are taken for events. */
const MARGIN = 5;
const EVENTS = 1;
/** Least deviation of the log of honest level shifts. */
const DRIFT = 0.15;
/** Simulated years; ten times as many where the season seems to stand out. */
const WORLDS = 99;
const CONFIRM = 10;
/** In the season there are so many times as many as outside it, at least. */
const RATIO = 3;
/** Each fact by itself is not what chance often makes; the peers tell less than the house's own year. */
const PEERS_CHANCE = 0.25;
const CHANCE = 0.05;

/**
 * Hospitals with more stays alike than their peers, nearly all of them within one season in which the house's other stays did
 * not grow as much. How many there are (against peers) and when (weeks simulated as in sudden-change) are judged by themselves:
 * given their number, their weeks say nothing about it in an honest world.
 */
export function seasonsOfAlike(
  world: World,
  stays: readonly Stay[],
  context: DetectorContext,
): Season[] {
  const year = yearOf(world);
  const out: Season[] = [];
  for (const alike of alikeStays(world, stays).values()) {
    throwIfAborted(context.signal);
    const found = seasonOf(world, stays, year, alike, context);
    if (!found) continue;
    out.push({ ...found, innocent: explain(world, stays, year, found, context) });
  }
  return out.sort((x, y) => x.alike.hospital - y.alike.hospital);
}

/** Weeks of all stays, and how far honest hospitals drift. */
interface Year {
  readonly weeks: Weeks;
  readonly drift: number;
}

function yearOf(world: World): Year {
  const s = world.settlements;
  const weeks = weekly(world, 'visits', (i) => s.class[i] === CLASS_INPATIENT);
  const places = [...new Set(s.institution)];
  return { weeks, drift: driftOf(weeks, places, DRIFT) };
}

type Found = Omit<Season, 'innocent'>;

function seasonOf(
  world: World,
  stays: readonly Stay[],
  { weeks: year, drift }: Year,
  alike: Alike,
  context: DetectorContext,
): Found | undefined {
  if (alike.p > PEERS_CHANCE) return undefined;
  const { weeks, firstDay } = year;
  const { hospital } = alike;
  const usual = year.expected.subarray(hospital * weeks, (hospital + 1) * weeks);
  const counts = new Float64Array(weeks);
  for (const x of alike.stays) {
    const week = weekOf(world, x.row, firstDay);
    if (week >= 0 && week < weeks) counts[week]!++;
  }
  const own = withoutEvents(counts, usual, EVENTS);
  const dispersion = weeklyDispersion(own, usual);
  const scan = scanChange(own, usual, MARGIN, dispersion);
  if (!scan || scan.ratio < RATIO) return undefined;
  const tail = (worlds: number) => {
    const seed = deriveSeed(context.seed, `season ${world.institutions.ids[hospital]} ${worlds}`);
    return changeP(own, usual, scan.statistic, {
      ...{ margin: MARGIN, dispersion, drift, worlds, seed },
    });
  };
  if (tail(WORLDS) > CHANCE) return undefined;
  const p = tail(WORLDS * CONFIRM);
  const within = (x: Stay) => {
    const week = weekOf(world, x.row, firstDay);
    return week >= scan.at && week < scan.until;
  };
  const inSeason = alike.stays.filter(within);
  if (p > CHANCE || grewAsAWhole(stays, alike, within)) return undefined;
  const together = fisherCombination([alike.p, p]);
  return { alike, scan, p, stays: inSeason, together };
}

/** Whether chance would put as many of the stays alike into the season, given what of the house's other stays it holds. */
function grewAsAWhole(stays: readonly Stay[], alike: Alike, within: (x: Stay) => boolean): boolean {
  const such = new Set(alike.stays);
  const others = stays.filter((x) => x.hospital === alike.hospital && !such.has(x));
  const share = (others.filter(within).length + 1) / (others.length + 1);
  const inSeason = alike.stays.filter(within).length;
  return share >= 1 || Math.exp(logBinomialTail(inSeason, alike.stays.length, share)) > CHANCE;
}

/** Each hypothesis of a sudden change takes its stays away, here and at the peers, and what is left is tested again. */
function explain(
  world: World,
  stays: readonly Stay[],
  year: Year,
  found: Found,
  context: DetectorContext,
): InnocentExplanation[] {
  const { alike, scan } = found;
  const { weeks, firstDay } = year.weeks;
  const change = {
    ...{ institution: alike.hospital, week: scan.at, until: scan.until, firstDay, weeks },
  };
  const seldom = seldomSeen(world, found, firstDay, weeks);
  const out = hypotheses(world, change).map(([code, accountsFor]) => {
    const accounts = (i: number) => accountsFor(i) && !(code === 'new-ward' && seldom(i));
    const gone = found.stays.filter((x) => accounts(x.row)).length;
    const weight = Math.min(1, gone / Math.max(1, found.stays.length - scan.expected));
    if (weight <= CHANCE) return { code, q: found.together, weight };
    const left = stays.filter((x) => !accounts(x.row));
    const again = alikeStays(world, left).get(alike.hospital);
    const season = again && seasonOf(world, left, year, again, context);
    return { code, q: season?.together ?? 1, weight };
  });
  const fresh = isNewlyOpened(year.weeks, alike.hospital);
  return ranked([
    ...out,
    { code: 'newly-opened', q: fresh ? 1 : found.together, weight: fresh ? 1 : 0 },
  ]);
}

/**
 * Settlements in departments that may have been there all the time, used so seldom that chance would first show them as late as
 * they are: (1 − first week ÷ weeks)^n for their n settlements other than the stays in question.
 */
function seldomSeen(
  world: World,
  { alike }: Found,
  firstDay: number,
  weeks: number,
): (row: number) => boolean {
  const s = world.settlements;
  const such = new Set(alike.stays.map((x) => x.row));
  const seen = new Map<number, { first: number; others: number }>();
  for (let i = 0; i < s.count; i++) {
    if (s.institution[i] !== alike.hospital || s.cancelled[i]) continue;
    const known = seen.get(s.department[i]!) ?? { first: weeks, others: 0 };
    known.first = Math.min(known.first, Math.max(0, weekOf(world, i, firstDay)));
    if (!such.has(i)) known.others++;
    seen.set(s.department[i]!, known);
  }
  return (i) => {
    const { first, others } = seen.get(s.department[i]!) ?? { first: 0, others: 0 };
    return (1 - first / weeks) ** others > CHANCE;
  };
}
