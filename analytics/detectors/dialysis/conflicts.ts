import { logPoissonTail } from '../../algorithms/tails.js';
import { weekdayOf } from '../../model/time.js';
import type { World } from '../../projection/world.js';
import type { ErrorRates } from './errors.js';
import type { Parameters } from './parameters.js';
import type { DialysisPatient, Pair, Session, Stay } from './sessions.js';

/** What cannot be, or can hardly be, of one patient at one centre. */
export interface PairConflicts {
  readonly stays: StayConflict;
  readonly twoCentres: DayConflict;
  readonly afterDeath: DeathConflict;
  readonly overFive: WeekConflict;
}

interface Evidence {
  /** False where the pair could not have shown it. */
  readonly tested: boolean;
  readonly logP: number;
  /** Count that record errors alone would give. */
  readonly expected: number;
  /** The sessions behind it. */
  readonly sessions: readonly Session[];
}

export interface StayConflict extends Evidence {
  readonly stays: ReadonlyArray<{ readonly stay: Stay; readonly sessions: readonly Session[] }>;
  /** Sessions on the first or last day of a stay elsewhere: a transfer on the day. */
  readonly edge: number;
}

export interface DayConflict extends Evidence {
  /** Same-day sessions laid to the other centre. */
  readonly otherCentre: number;
}

export interface DeathConflict extends Evidence {
  /** Somebody else, too, has seen the person since. */
  readonly doubtful: boolean;
}

export interface WeekConflict extends Evidence {
  readonly weeks: number;
}

export interface Charging {
  /** Centres already found, the first found first: what they explain is not laid to others. */
  readonly found: readonly number[];
  /** Pairs whose sessions lack what supports a session. */
  readonly thin: ReadonlySet<Pair>;
  readonly ferrying: Ferrying;
  /** Forgets the innocent explanations, to see what they account for. */
  readonly naive: boolean;
}

/**
 * Stays of dialysis patients at each hospital, and those during which fully supported sessions went
 * on elsewhere: a hospital without dialysis may have its patients driven to a centre.
 */
export type Ferrying = ReadonlyMap<number, ReadonlyMap<number, { went: number; stays: number }>>;

const DAY_NEVER = 2147483647;
/** Share of stays from which a patient is driven to sessions, before looking at the hospital. */
const FERRIED = 0.02;
const WEEK_ERROR = 0.2;

export function pairConflicts(
  world: World,
  patient: DialysisPatient,
  pair: Pair,
  rates: ErrorRates,
  parameters: Parameters,
  charging: Charging,
): PairConflicts {
  return {
    stays: staysElsewhere(patient, pair, rates, charging),
    twoCentres: sameDay(patient, pair, rates, charging),
    afterDeath: afterDeath(world, patient, pair, rates, parameters, charging.naive),
    overFive: crowdedWeeks(patient, pair, parameters, charging),
  };
}

/**
 * Sessions strictly inside a stay elsewhere. Counted by stay, since one mistyped date of a stay makes
 * many: stays with one session or more against misdated sessions, stays with two or more against
 * mistyped stays, each a Poisson tail, the smaller twice. Where the patient's sessions are supported
 * in full, the stay is as doubtful as they, and patients taken from the ward to a centre are allowed
 * for at the rate of that hospital.
 */
function staysElsewhere(
  patient: DialysisPatient,
  pair: Pair,
  rates: ErrorRates,
  charging: Charging,
): StayConflict {
  const stays: Array<{ stay: Stay; sessions: Session[] }> = [];
  const sessions: Session[] = [];
  const isThin = charging.thin.has(pair);
  let edge = 0;
  let tested = 0;
  let [k1, k2, e1, e2, expected] = [0, 0, 0, 0, 0];
  for (const stay of patient.stays) {
    if (stay.institution === pair.centre) continue;
    if (stay.end < pair.firstDay || stay.begin > pair.lastDay) continue;
    const days = stay.end - stay.begin - 1;
    const inside: Session[] = [];
    for (const s of pair.sessions) {
      if (s.bundled) continue;
      const isEdge = s.day === stay.begin || s.day === stay.end;
      if ((s.day > stay.begin && s.day < stay.end) || (charging.naive && isEdge)) inside.push(s);
      else if (isEdge) edge++;
    }
    if (days <= 0) continue;
    tested++;
    const mean = rates.misdated * pair.rate * days;
    expected += mean;
    const one = -Math.expm1(-mean);
    const ferried =
      isThin || charging.naive
        ? 0
        : ferriedShare(charging.ferrying, stay.institution, pair.patient);
    e1 += one + rates.stay + ferried;
    e2 += one - mean * Math.exp(-mean) + rates.stay + ferried;
    if (inside.length > 0) {
      k1++;
      stays.push({ stay, sessions: inside });
      sessions.push(...inside);
    }
    if (inside.length > 1) k2++;
  }
  const logP = Math.min(0, Math.min(logPoissonTail(k1, e1), logPoissonTail(k2, e2)) + Math.LN2);
  return { tested: tested > 0, logP, expected, sessions, stays, edge };
}

/** How the hospital's other patients go: the patient's own stays prove nothing about the habit. */
function ferriedShare(ferrying: Ferrying, hospital: number, patient: number): number {
  let went = 0;
  let stays = 0;
  for (const [other, count] of ferrying.get(hospital) ?? []) {
    if (other === patient) continue;
    went += Math.min(count.went, 1);
    stays += count.went > 0 ? 1 : count.stays;
  }
  return (went + 1) / (stays + 1 / FERRIED);
}

export function ferryingOf(
  patients: readonly DialysisPatient[],
  thin: ReadonlySet<Pair>,
): Ferrying {
  const out = new Map<number, Map<number, { went: number; stays: number }>>();
  for (const { patient, stays, pairs } of patients)
    for (const stay of stays) {
      let stayed = false;
      let went = false;
      for (const pair of pairs) {
        if (pair.centre === stay.institution || thin.has(pair)) continue;
        if (stay.end < pair.firstDay || stay.begin > pair.lastDay) continue;
        stayed = true;
        went ||= pair.sessions.some((s) => !s.bundled && s.day > stay.begin && s.day < stay.end);
      }
      if (!stayed) continue;
      const hospital = out.get(stay.institution) ?? new Map();
      out.set(stay.institution, hospital);
      const count = hospital.get(patient) ?? { went: 0, stays: 0 };
      hospital.set(patient, { went: count.went + (went ? 1 : 0), stays: count.stays + 1 });
    }
  return out;
}

/**
 * True where the evidence says that it is this centre's sessions, not the other's, that were not
 * held: it alone is found, or it lacks the supports, or it was found first, or the patient is at home
 * at the other.
 */
export function isCharged(pair: Pair, other: Pair, charging: Charging): boolean {
  const mine = charging.found.indexOf(pair.centre);
  const theirs = charging.found.indexOf(other.centre);
  if (mine < 0 !== theirs < 0) return mine >= 0;
  const thin = charging.thin.has(pair);
  if (thin !== charging.thin.has(other)) return thin;
  return mine >= 0 ? mine < theirs : !isEstablished(pair, other);
}

/** The centre where the patient is at home: more sessions, then the longer there. */
function isEstablished(pair: Pair, other: Pair): boolean {
  if (pair.sessions.length !== other.sessions.length)
    return pair.sessions.length > other.sessions.length;
  return pair.firstDay < other.firstDay;
}

/** Days with a session at another centre too, against misdated sessions of two overlapping habits. */
function sameDay(
  patient: DialysisPatient,
  pair: Pair,
  rates: ErrorRates,
  charging: Charging,
): DayConflict {
  const sessions: Session[] = [];
  let otherCentre = 0;
  let expected = 0;
  for (const other of patient.pairs) {
    if (other === pair) continue;
    const overlap = Math.min(pair.lastDay, other.lastDay) - Math.max(pair.firstDay, other.firstDay);
    expected += rates.misdated * pair.rate * other.rate * Math.max(0, overlap + 1);
    const byDay = new Set<number>();
    for (const s of other.sessions) if (!s.bundled) byDay.add(s.day);
    let last = Number.NaN;
    for (const s of pair.sessions) {
      if (s.bundled || s.day === last || !byDay.has(s.day)) continue;
      last = s.day;
      if (isCharged(pair, other, charging)) sessions.push(s);
      else otherCentre++;
    }
  }
  // One clash on the day of changing centres, or of a mistyped date, is to be had for nothing.
  const mean = expected + rates.misdated;
  return {
    tested: patient.pairs.length > 1,
    logP: logPoissonTail(sessions.length, mean),
    expected: mean,
    sessions,
    otherCentre,
  };
}

/** One mistyped date of death explains any number of sessions, so they count once. */
function afterDeath(
  world: World,
  patient: DialysisPatient,
  pair: Pair,
  rates: ErrorRates,
  parameters: Parameters,
  naive: boolean,
): DeathConflict {
  const death = world.patients.deathDay[patient.patient]!;
  if (death === DAY_NEVER)
    return { tested: false, logP: 0, expected: 0, sessions: [], doubtful: false };
  const s = world.settlements;
  const limit = death + (naive ? 0 : parameters.graceDays);
  const after = pair.sessions.filter((x) => s.beginDay[x.row]! > limit && x.day > limit);
  const sessions = after.length > 0 && after.every((x) => x.bundled) ? after.slice(1) : after;
  const doubtful = patient.others.some(
    (row) => s.institution[row] !== pair.centre && s.beginDay[row]! > limit,
  );
  return {
    tested: true,
    logP: sessions.length > 0 && (naive || !doubtful) ? Math.log(rates.death) : 0,
    expected: rates.death * sessions.length,
    sessions,
    doubtful,
  };
}

/** Weeks (Monday to Sunday) with dialysis on more days than the ceiling, laid to whom it is charged. */
function crowdedWeeks(
  patient: DialysisPatient,
  pair: Pair,
  parameters: Parameters,
  charging: Charging,
): WeekConflict {
  const weeks = new Map<number, { days: Set<number>; own: Session[]; others: Set<Pair> }>();
  for (const p of patient.pairs)
    for (const s of p.sessions) {
      if (s.bundled || s.ownStay) continue;
      const monday = s.day - weekdayOf(s.day);
      let week = weeks.get(monday);
      if (!week) {
        week = { days: new Set(), own: [], others: new Set() };
        weeks.set(monday, week);
      }
      week.days.add(s.day);
      if (p === pair) week.own.push(s);
      else week.others.add(p);
    }
  let looked = 0;
  let k = 0;
  const sessions: Session[] = [];
  for (const { days, own, others } of weeks.values()) {
    if (own.length === 0) continue;
    looked++;
    if (days.size <= parameters.sessionsAWeek) continue;
    const alone = new Set(own.map((s) => s.day)).size > parameters.sessionsAWeek;
    if (!alone && ![...others].some((other) => isCharged(pair, other, charging))) continue;
    k++;
    sessions.push(...own);
  }
  const expected = looked * parameters.recordError * WEEK_ERROR;
  return { tested: looked > 0, logP: logPoissonTail(k, expected), expected, sessions, weeks: k };
}
