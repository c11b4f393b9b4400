import type { Rng } from '../../model/rng.js';
import { DAY_S, startOfDay, weekdayOf } from '../../model/time.js';
import { DAY_NEVER } from '../../projection/people.js';
import { CLASS_CHRONIC } from '../../projection/world.js';
import type { CandidatePatient, HonestVisit, PlantingContext } from '../context.js';
import { between, uniform } from '../random.js';
import { ageAt } from './places.js';
import { rowsOf, type Survey, VISIT_KINDS } from './survey.js';

/** Sessions in the period that make somebody a dialysis patient: fewer may be a course in hospital. */
const DIALYSIS_MIN = 6;
/** Hours of a stay's first and last day. */
const ADMITTED = 9;
const DISCHARGED = 15;

/**
 * A surveyed period as planters see it. What is slow to find out is found out when it is first asked and
 * kept with the survey's caches, so that several contexts may draw from one survey, each with its own `rng`.
 */
export function shadowContext(survey: Survey, rng: Rng): PlantingContext {
  const { world } = survey;
  const { patients: p, settlements: s } = world;
  const hours = habits(survey);
  const people = cached((handle: number): CandidatePatient => {
    const rows = rowsOf(survey.ofPatient, handle);
    let sessions = 0;
    const chronic = new Set<number>();
    for (const row of rows) {
      if (s.dialysis[row]) sessions++;
      else if (s.class[row] === CLASS_CHRONIC && s.diagnosis[row]! >= 0)
        chronic.add(s.diagnosis[row]!);
    }
    return {
      handle,
      household: p.household[handle]!,
      place: survey.placeOf[handle]!,
      area: p.regions[p.region[handle]!] ?? '',
      age: ageAt(world, handle),
      died: p.deathDay[handle] === DAY_NEVER ? null : p.deathDay[handle]!,
      dialysis: sessions >= DIALYSIS_MIN,
      chronic: [...chronic].sort((a, b) => a - b),
    };
  });
  const visits = cached((handle: number) =>
    Array.from(rowsOf(survey.ofPatient, handle), (row) => honestVisit(survey, row)),
  );
  const there = cached((institution: number) =>
    [
      ...new Set(Array.from(rowsOf(survey.ofInstitution, institution), (row) => s.patient[row]!)),
    ].sort((a, b) => a - b),
  );
  const doctors = cached((institution: number) => doctorsOf(survey, institution));
  return {
    rng,
    from: startOfDay(world.fromDay),
    to: startOfDay(world.toDay),
    patientCount: p.ids.length,
    patient: people,
    visits,
    institutions: survey.institutions,
    places: survey.places,
    items: survey.items,
    drugs: survey.drugs,
    patientsAt: there,
    lowSeverity: survey.lowSeverity,
    kidneyFailure: survey.kidneyFailure,
    doctors(institution, diagnosis) {
      const known = doctors(institution);
      return (diagnosis === null ? undefined : known.get(diagnosis)) ?? known.get(ANY) ?? [];
    },
    serves(institution, day) {
      if (day < world.fromDay || day >= world.toDay) return null;
      return moment(hours(institution), day, rng);
    },
  };
}

function cached<T>(find: (key: number) => T): (key: number) => T {
  const known = new Map<number, T>();
  return (key) => {
    let found = known.get(key);
    if (found === undefined) {
      found = find(key);
      known.set(key, found);
    }
    return found;
  };
}

/** Begin and end of a stay to the day; of anything else, when it was settled. */
function honestVisit({ world, kind, institutions }: Survey, row: number): HonestVisit {
  const s = world.settlements;
  const stay = VISIT_KINDS[kind[row]!] === 'in-patient';
  const lag = s.dialysis[row] ? institutions[s.institution[row]!]!.sessionLag : 0;
  return {
    institution: s.institution[row]!,
    kind: VISIT_KINDS[kind[row]!]!,
    begin: stay ? startOfDay(s.beginDay[row]!) + ADMITTED * 3600 : s.time[row]! - lag,
    end: stay ? startOfDay(s.endDay[row]!) + DISCHARGED * 3600 : s.time[row]!,
    doctor: s.doctor[row]! < 0 ? null : s.doctor[row]!,
    diagnosis: s.diagnosis[row]! < 0 ? null : s.diagnosis[row]!,
  };
}

const ANY = -1;

/** Doctors of an institution by diagnosis treated there (ANY: all), who treats it most first. */
function doctorsOf(survey: Survey, institution: number): Map<number, number[]> {
  const s = survey.world.settlements;
  const counts = new Map<number, Map<number, number>>();
  for (const row of rowsOf(survey.ofInstitution, institution)) {
    const doctor = s.doctor[row]!;
    if (doctor < 0) continue;
    for (const diagnosis of [ANY, s.diagnosis[row]!]) {
      const of = counts.get(diagnosis) ?? new Map<number, number>();
      counts.set(diagnosis, of.set(doctor, (of.get(doctor) ?? 0) + 1));
      if (s.diagnosis[row]! < 0) break;
    }
  }
  return new Map(
    [...counts].map(([diagnosis, of]) => [
      diagnosis,
      [...of].sort((a, b) => b[1] - a[1] || a[0] - b[0]).map(([doctor]) => doctor),
    ]),
  );
}

/** When an institution is seen to serve people who do not lie in bed. */
interface Hours {
  /** Seconds of the day by weekday, Monday first. */
  readonly seconds: readonly number[][];
  readonly days: ReadonlySet<number>;
  /** Mean of a day on which it served anybody. */
  readonly perDay: number;
  readonly total: number;
}

/** So many moments without one on a weekday say that it is closed then. */
const TELLING = 40;
/** A place that serves so many a day and nobody on this day was closed. */
const BUSY = 4;
/** Seconds before or after a moment that was seen. */
const NEAR = 600;

function habits({ world, kind, ofInstitution }: Survey): (institution: number) => Hours {
  const s = world.settlements;
  return cached((institution) => {
    const seconds: number[][] = Array.from({ length: 7 }, () => []);
    const days = new Set<number>();
    let total = 0;
    for (const row of rowsOf(ofInstitution, institution)) {
      if (VISIT_KINDS[kind[row]!] === 'in-patient') continue;
      total++;
      days.add(s.day[row]!);
      if (s.hasClock[row])
        seconds[weekdayOf(s.day[row]!)]!.push(s.time[row]! - startOfDay(s.day[row]!));
    }
    return { seconds, days, perDay: days.size > 0 ? total / days.size : 0, total };
  });
}

function moment(hours: Hours, day: number, rng: Rng): number | null {
  if (hours.perDay >= BUSY && !hours.days.has(day)) return null;
  const own = hours.seconds[weekdayOf(day)]!;
  const all = own.length > 0 ? own : hours.seconds.flat();
  if (own.length === 0 && all.length >= TELLING) return null;
  const second =
    all.length > 0
      ? all[rng.int(all.length)]! + between(rng, -NEAR, NEAR)
      : uniform(rng, 8.5, 17.5) * 3600;
  return startOfDay(day) + Math.floor(Math.max(0, Math.min(DAY_S - 1, second)));
}
