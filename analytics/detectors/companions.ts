import { lowerBound } from '../algorithms/lowerBound.js';
import { logBinomialTail, logNegativeBinomialTail } from '../algorithms/tails.js';
import { push } from '../model/multimap.js';

/**
 * Who else was in the waves of a group: people who entered and left the same hospital on the same days as
 * three or more of its members (or whose cards went through the same pharmacy within the same minutes), but
 * too seldom for any pair of theirs to pass the screen.
 *
 * A wave usually has others in it by chance. How many is read from the same place and weekday: the visits
 * that begin and end as the wave does, moved by whole weeks to both sides. The count is then negative
 * binomial, its spread from how little those weeks can say (and never less than a place's good and bad weeks).
 * Times of other people were not looked at when the group was found, so their p is evidence of its own. One bus brings
 * all its passengers, so it is evidence of waves, not of people: however many others a single wave has, it is one that
 * chance gives to one wave in twenty.
 */
export interface Companions {
  /** Patients that join the group, ascending. */
  readonly joining: readonly number[];
  /**
   * Visits of others in the waves; expected by chance; tail of the one under the other, or of the number of waves
   * that have too many (binomial) where that is larger.
   */
  readonly visits: readonly number[];
  readonly expected: number;
  readonly p: number;
}

const WEEKS = 8;
/** Others join where chance explains at most this share of them. */
const CHANCE_SHARE = 0.2;
const P_JOIN = 0.05;
const P_ALL = 0.01;
const WAVE_UNITS = 3;
/** Size of the negative binomial at most: admissions double in some weeks. */
const SIZE_MAX = 2;

/** Visits with a first and a last moment, in one unit of time. */
export interface Timed {
  readonly patient: Int32Array;
  readonly institution: Int32Array;
  readonly begin: ArrayLike<number>;
  readonly end: ArrayLike<number>;
}

export interface Waves {
  readonly visits: Timed;
  /** Visits by place in order of their beginning. */
  readonly byPlace: ReadonlyMap<number, Int32Array>;
  /** Visits of person p: `own.list[own.start[p]] … own.list[own.start[p + 1] − 1]`. */
  readonly own: { readonly start: Int32Array; readonly list: Int32Array };
  readonly household: Int32Array;
  /** Beginnings, and ends, this close are of one wave. */
  readonly tolerance: number;
  /** Length of a week. */
  readonly week: number;
  /** First beginning and last end of all. */
  readonly span: readonly [number, number];
}

const NO_VISITS = new Int32Array();

interface Wave {
  readonly place: number;
  readonly begin: number;
  readonly end: number;
}

export function prepareWaves(
  visits: Timed,
  options: Pick<Waves, 'household' | 'tolerance' | 'week'>,
): Waves {
  const lists = new Map<number, number[]>();
  let first = Infinity;
  let last = -Infinity;
  visits.institution.forEach((place, i) => {
    push(lists, place, i);
    first = Math.min(first, visits.begin[i]!);
    last = Math.max(last, visits.end[i]!);
  });
  const byPlace = new Map(
    [...lists].map(([place, list]) => [
      place,
      Int32Array.from(list.sort((x, y) => visits.begin[x]! - visits.begin[y]! || x - y)),
    ]),
  );
  return { visits, byPlace, own: visitsByPatient(visits), ...options, span: [first, last] };
}

function visitsByPatient({ patient }: Timed): Waves['own'] {
  let patients = 0;
  for (const p of patient) patients = Math.max(patients, p + 1);
  const start = new Int32Array(patients + 1);
  for (const p of patient) start[p + 1]!++;
  for (let p = 0; p < patients; p++) start[p + 1]! += start[p]!;
  const cursor = start.slice();
  const list = new Int32Array(patient.length);
  patient.forEach((p, i) => {
    list[cursor[p]!++] = i;
  });
  return { start, list };
}

/** Visits of the group by place, each place's in order of their beginning. */
function visitsOf(members: readonly number[], waves: Waves): Map<number, Int32Array> {
  const { visits, own } = waves;
  const lists = new Map<number, number[]>();
  for (const m of new Set(members))
    for (let k = own.start[m] ?? 0; k < (own.start[m + 1] ?? 0); k++) {
      const i = own.list[k]!;
      const place = visits.institution[i]!;
      push(lists, place, i);
    }
  return new Map(
    [...lists].map(([place, list]) => [
      place,
      Int32Array.from(list.sort((x, y) => visits.begin[x]! - visits.begin[y]! || x - y)),
    ]),
  );
}

/** The group and those who were in its waves. Who joins may show further waves, so it is done again. */
export function withCompanions(
  group: readonly number[],
  waves: Waves,
): { members: readonly number[]; companions: Companions } {
  const companions = findCompanions(group, waves);
  let members = group;
  for (let { joining } = companions; joining.length > 0; ) {
    members = [...members, ...joining].sort((x, y) => x - y);
    joining = findCompanions(members, waves).joining;
  }
  return { members, companions };
}

export function findCompanions(members: readonly number[], waves: Waves): Companions {
  const { visits, household, span, week } = waves;
  const inside = new Set(members);
  const homes = new Set(members.map((m) => household[m]!));
  const joining = new Set<number>();
  const found = new Set<number>();
  let expected = 0;
  let size = 0;
  let crowded = 0;
  const all = wavesOf(members, waves);
  for (const wave of all) {
    const others = (shift: number) =>
      within(waves, waves.byPlace.get(wave.place)!, wave.begin + shift, wave.end + shift).filter(
        (i) => !inside.has(visits.patient[i]!) && !homes.has(household[visits.patient[i]!]!),
      );
    let usual = 0;
    let weeks = 0;
    for (let w = -WEEKS; w <= WEEKS; w++) {
      if (w === 0 || wave.begin + week * w < span[0] || wave.end + week * w > span[1]) continue;
      usual += others(week * w).length;
      weeks++;
    }
    const here = others(0);
    const mean = (usual + 0.5) / Math.max(1, weeks);
    const spread = Math.min(usual + 0.5, SIZE_MAX);
    expected += mean;
    size += spread;
    for (const i of here) found.add(i);
    const tail = Math.exp(logNegativeBinomialTail(here.length, mean, spread));
    if (mean > CHANCE_SHARE * here.length || tail > P_JOIN) continue;
    crowded++;
    for (const i of here) joining.add(visits.patient[i]!);
  }
  const p = Math.exp(
    Math.max(
      logNegativeBinomialTail(found.size, expected, size),
      logBinomialTail(crowded, all.length, P_JOIN),
    ),
  );
  // Of many waves some have a stranger in them: only where all together have too many does anybody join.
  const stands = p <= P_ALL && expected <= CHANCE_SHARE * found.size;
  return {
    joining: stands ? [...joining].sort((x, y) => x - y) : [],
    visits: [...found].sort((x, y) => x - y),
    expected,
    p,
  };
}

/** Visits of a sorted list that begin and end with those moments. */
function within(
  { visits, tolerance }: Waves,
  list: Int32Array,
  begin: number,
  end: number,
): Int32Array {
  const from = lowerBound(visits.begin, begin - tolerance, 0, list.length, list);
  let to = from;
  while (to < list.length && visits.begin[list[to]!]! <= begin + tolerance) to++;
  return list.subarray(from, to).filter((i) => Math.abs(visits.end[i]! - end) <= tolerance);
}

/** Moments at which three or more homes of the group were there together, the largest first; each visit in one. */
function wavesOf(members: readonly number[], waves: Waves): Wave[] {
  const { visits, household } = waves;
  const lists = visitsOf(members, waves);
  const out: Wave[] = [];
  for (const place of waves.byPlace.keys()) {
    let rest = lists.get(place) ?? NO_VISITS;
    while (rest.length >= WAVE_UNITS) {
      let best: Int32Array = new Int32Array();
      let homes = 0;
      let at = -1;
      for (const i of rest) {
        const near = within(waves, rest, visits.begin[i]!, visits.end[i]!);
        const units = new Set([...near].map((j) => household[visits.patient[j]!]!)).size;
        if (units > homes) {
          best = near;
          homes = units;
          at = i;
        }
      }
      if (homes < WAVE_UNITS) break;
      out.push({ place, begin: visits.begin[at]!, end: visits.end[at]! });
      const taken = new Set(best);
      rest = rest.filter((i) => !taken.has(i));
    }
  }
  return out;
}
