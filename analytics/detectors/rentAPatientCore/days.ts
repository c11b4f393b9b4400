import { jointDayScreen } from '../../algorithms/jointDays.js';
import { groupsOfPairs } from '../../algorithms/pairGroups.js';
import type { Links } from '../../algorithms/placeLinks.js';
import { CLASS_INPATIENT, type World } from '../../projection/world.js';
import type { DetectorContext } from '../detector.js';
import {
  type CalibratedGroup,
  type EvidencePairs,
  expectedHits,
  type GroupSearch,
  searchRedrawn,
  weighPairs,
} from '../groupSearch.js';
import type { Core } from './describe.js';
import { expectedLinks } from './links.js';

/** Joint days of a pair, at least; the largest does not count. */
const JOINT_DAYS = 2;
/** Friends go out together, to the places of their homes: links at least so many times those that habit makes. */
const RATIO = 5;
/** A place belongs to the core when this share of the people met another of them there. */
const MET_SHARE = 0.4;

interface DayCore extends Core {
  readonly group: CalibratedGroup;
}

interface DaySearch {
  readonly cores: readonly DayCore[];
  /** What the cores were found in; undefined where nothing was. */
  readonly search: GroupSearch | undefined;
}

/**
 * Cores whose people are billed together: on one day at one place, on another day at another (joint days). Where
 * the people live and which places they know does not matter; nobody's friends are with him wherever he goes.
 * Worlds are redrawn only where there is a group at all.
 */
export function dayCores(
  world: World,
  used: Links,
  area: Int32Array,
  params: {
    readonly dayScore: number;
    readonly patients: number;
    readonly institutions: number;
    readonly worlds: number;
  },
  context: DetectorContext,
): DaySearch {
  const s = world.settlements;
  const { household } = world.patients;
  const rows: number[] = [];
  for (let i = 0; i < s.count; i++)
    if (!s.cancelled[i] && s.class[i] !== CLASS_INPATIENT) rows.push(i);
  const screen = jointDayScreen(
    {
      patient: Int32Array.from(rows, (i) => s.patient[i]!),
      place: Int32Array.from(rows, (i) => s.institution[i]!),
      day: Int32Array.from(rows, (i) => s.day[i]!),
    },
    { minHits: JOINT_DAYS, household },
  );
  const level = Math.exp(-params.dayScore);
  const minUnits = params.patients;
  const proposed = groupsOfPairs(weighPairs(screen.observed(), level), {
    ...{ household, minUnits, seed: context.seed },
  });
  if (proposed.length === 0) return { cores: [], search: undefined };
  const search = searchRedrawn(
    screen,
    { name: 'core days', level, worlds: params.worlds, household, minUnits },
    context,
  );
  const cores = search.groups.flatMap((group): DayCore[] => {
    const met = meetings(world, rows, new Set(group.members));
    if (met.places.size < params.institutions) return [];
    const members = new Set(group.members);
    const joined = used.patient.filter(
      (m, e) => members.has(m) && met.places.has(used.place[e]!),
    ).length;
    const byHabit = expectedLinks(used, area, group.members, [...met.places]);
    if (joined < RATIO * byHabit.reduce((x, y) => x + y, 0)) return [];
    const joint = {
      measured: hitsWithin(group.members, search.pairs),
      expected: expectedHits(group.members, search.pairs),
      unit: 'days',
      rows: met.rows,
      p: group.p,
    };
    return [{ group, rows: members, columns: met.places, joint }];
  });
  return { cores, search };
}

/** Joint days of the screened pairs inside a group. */
function hitsWithin(members: readonly number[], { a, b, hits }: EvidencePairs): number {
  const inside = new Set(members);
  let sum = 0;
  for (let e = 0; e < a.length; e++)
    if (inside.has(a[e]!) && inside.has(b[e]!)) sum += hits?.[e] ?? 0;
  return sum;
}

/** Places where `MET_SHARE` of the people were on a day together with another of them, and the visits on such days. */
function meetings(world: World, rows: readonly number[], members: ReadonlySet<number>) {
  const s = world.settlements;
  const cells = new Map<number, Map<number, number[]>>();
  for (const i of rows) {
    if (!members.has(s.patient[i]!)) continue;
    const days = cells.get(s.institution[i]!) ?? new Map<number, number[]>();
    cells.set(s.institution[i]!, days);
    const visits = days.get(s.day[i]!) ?? [];
    days.set(s.day[i]!, visits);
    visits.push(i);
  }
  const places: number[] = [];
  const together: number[] = [];
  for (const [h, days] of [...cells].sort(([x], [y]) => x - y)) {
    const joint = [...days.values()].filter((v) => new Set(v.map((i) => s.patient[i]!)).size > 1);
    const met = new Set(joint.flatMap((visits) => visits.map((i) => s.patient[i]!)));
    if (met.size < MET_SHARE * members.size) continue;
    places.push(h);
    together.push(...joint.flat());
  }
  return { places: new Set(places), rows: together.sort((x, y) => s.time[x]! - s.time[y]!) };
}
