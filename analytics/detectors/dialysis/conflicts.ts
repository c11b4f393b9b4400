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
  /** Rows of sessions that lack what supports a session. */
  readonly thin: ReadonlySet<number>;
  readonly ferrying: Ferrying;
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
    afterDeath: afterDeath(world, patient, pair, rates, parameters),
    overFive: crowdedWeeks(patient, pair, parameters, charging),
  };
}

/**
 * Sessions strictly inside a stay elsewhere. Counted by stay, since one mistyped date of a stay makes
 * many: stays with one session or more against misdated sessions, stays with two or more against
 * mistyped stays, each a Poisson tail, the smaller twice. Where all sessions are supported in full,
 * the stay is as doubtful as they, and patients taken from the ward to a centre are allowed for.
 */
function staysElsewhere(
  patient: DialysisPatient,
  pair: Pair,
  rates: ErrorRates,
  charging: Charging,
): StayConflict {
  const stays: Array<{ stay: Stay; sessions: Session[] }> = [];
  const sessions: Session[] = [];
  let edge = 0;
  let tested = 0;
  const any = { k1: 0, k2: 0, e1: 0, e2: 0 };
  const bare = { k1: 0, k2: 0, e1: 0, e2: 0 };
  for (const stay of patient.stays) {
    if (stay.institution === pair.centre) continue;
    if (stay.end < pair.firstDay || stay.begin > pair.lastDay) continue;
    const days = stay.end - stay.begin - 1;
    const inside: Session[] = [];
    for (const s of pair.sessions) {
      if (s.bundled) continue;
      if (s.day > stay.begin && s.day < stay.end) inside.push(s);
      else if (s.day === stay.begin || s.day === stay.end) edge++;
    }
    if (days <= 0) continue;
    tested++;
    const mean = rates.visitInStay * pair.rate * days;
    const one = -Math.expm1(-mean);
    const two = one - mean * Math.exp(-mean);
    const unsupported = inside.filter((s) => charging.thin.has(s.row) || !s.known).length;
    const ferried = ferriedShare(charging.ferrying, stay.institution, pair.patient);
    any.e1 += one + rates.stay + ferried;
    any.e2 += two + rates.stay + ferried;
    bare.e1 += one + rates.stay;
    bare.e2 += two + rates.stay;
    if (inside.length > 0) {
      any.k1++;
      stays.push({ stay, sessions: inside });
      sessions.push(...inside);
    }
    if (inside.length > 1) any.k2++;
    if (unsupported > 0) bare.k1++;
    if (unsupported > 1) bare.k2++;
  }
  const ofAny = smallest(logPoissonTail(any.k1, any.e1), logPoissonTail(any.k2, any.e2));
  const ofBare = smallest(logPoissonTail(bare.k1, bare.e1), logPoissonTail(bare.k2, bare.e2));
  // Where all or none are unsupported there is but one question.
  const logP = bare.k1 === any.k1 ? ofBare : bare.k1 === 0 ? ofAny : smallest(ofAny, ofBare);
  return {
    tested: tested > 0,
    logP,
    expected: bare.e1,
    sessions,
    stays,
    edge,
  };
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
  thin: ReadonlySet<number>,
): Ferrying {
  const out = new Map<number, Map<number, { went: number; stays: number }>>();
  for (const { patient, stays, pairs } of patients)
    for (const stay of stays) {
      let stayed = false;
      let went = false;
      for (const pair of pairs) {
        if (pair.centre === stay.institution) continue;
        if (stay.end < pair.firstDay || stay.begin > pair.lastDay) continue;
        stayed = true;
        went ||= pair.sessions.some(
          (s) => !s.bundled && s.day > stay.begin && s.day < stay.end && !thin.has(s.row),
        );
      }
      if (!stayed) continue;
      const hospital = out.get(stay.institution) ?? new Map();
      out.set(stay.institution, hospital);
      const count = hospital.get(patient) ?? { went: 0, stays: 0 };
      hospital.set(patient, { went: count.went + (went ? 1 : 0), stays: count.stays + 1 });
    }
  return out;
}

/** Bonferroni over two looks. */
function smallest(a: number, b: number): number {
  return Math.min(0, Math.min(a, b) + Math.LN2);
}

/** True where the evidence says that it is this centre's session, not the other's, that was not held. */
function isCharged(pair: Pair, own: Session, other: Pair, others: Session, charging: Charging) {
  const found = charging.found.find((c) => c === pair.centre || c === other.centre);
  if (found !== undefined) return found === pair.centre;
  const thin = charging.thin.has(own.row);
  if (thin !== charging.thin.has(others.row)) return thin;
  return !isEstablished(pair, other);
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
    expected += rates.visitInStay * pair.rate * other.rate * Math.max(0, overlap + 1);
    const byDay = new Map<number, Session>();
    for (const s of other.sessions) if (!s.bundled) byDay.set(s.day, s);
    let last = Number.NaN;
    for (const s of pair.sessions) {
      const match = s.bundled || s.day === last ? undefined : byDay.get(s.day);
      if (!match) continue;
      last = s.day;
      if (isCharged(pair, s, other, match, charging)) sessions.push(s);
      else otherCentre++;
    }
  }
  // One clash on the day of changing centres, or of a mistyped date, is to be had for nothing.
  const mean = expected + rates.visitInStay;
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
): DeathConflict {
  const death = world.patients.deathDay[patient.patient]!;
  if (death === DAY_NEVER)
    return { tested: false, logP: 0, expected: 0, sessions: [], doubtful: false };
  const s = world.settlements;
  const limit = death + parameters.graceDays;
  const after = pair.sessions.filter((x) => s.beginDay[x.row]! > limit && x.day > limit);
  const sessions = after.length > 0 && after.every((x) => x.bundled) ? after.slice(1) : after;
  const doubtful = patient.others.some(
    (row) => s.institution[row] !== pair.centre && s.beginDay[row]! > limit,
  );
  return {
    tested: true,
    logP: sessions.length > 0 && !doubtful ? Math.log(rates.death) : 0,
    expected: rates.death,
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
  const weeks = new Map<
    number,
    { days: Set<number>; own: Session[]; others: Array<[Pair, Session]> }
  >();
  for (const p of patient.pairs)
    for (const s of p.sessions) {
      if (s.bundled) continue;
      const monday = s.day - weekdayOf(s.day);
      let week = weeks.get(monday);
      if (!week) {
        week = { days: new Set(), own: [], others: [] };
        weeks.set(monday, week);
      }
      week.days.add(s.day);
      if (p === pair) week.own.push(s);
      else week.others.push([p, s]);
    }
  let looked = 0;
  let k = 0;
  const sessions: Session[] = [];
  for (const { days, own, others } of weeks.values()) {
    if (own.length === 0) continue;
    looked++;
    if (days.size <= parameters.sessionsAWeek) continue;
    const alone = new Set(own.map((s) => s.day)).size > parameters.sessionsAWeek;
    if (!alone && !others.some(([p, s]) => isCharged(pair, own[0]!, p, s, charging))) continue;
    k++;
    sessions.push(...own);
  }
  const expected = looked * parameters.recordError * WEEK_ERROR;
  return { tested: looked > 0, logP: logPoissonTail(k, expected), expected, sessions, weeks: k };
}
