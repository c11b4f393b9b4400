import { sidak } from '../../algorithms/multiplicity.js';
import { push } from '../../model/multimap.js';
import { RELATED_PATIENT } from '../../projection/details.js';
import { rowsOf } from '../../projection/indexes.js';
import { AGENT_RELATION } from '../../projection/people.js';
import { CLASS_INPATIENT, type World } from '../../projection/world.js';
import { CELL_DAYS } from '../jointVisits.js';
import { companyTail, joinedBy, type PlaceUse } from './company.js';

const AGENT_KINDS = ['payee', 'proxy'] as const;
export type HubKind = 'phone' | (typeof AGENT_KINDS)[number];

/** People behind one telephone, proxy or payee; `index` is its place in the list. */
export interface Hub {
  readonly index: number;
  readonly kind: HubKind;
  readonly members: readonly number[];
}

/** Hubs of every kind, of people who were seen in the period. */
export function allHubs(world: World): Hub[] {
  const seen = new Uint8Array(world.patients.ids.length);
  for (let i = 0; i < world.settlements.count; i++)
    if (!world.settlements.cancelled[i]) seen[world.settlements.patient[i]!] = 1;
  const groups = [
    ...phones(world, seen).map((members) => ({ kind: 'phone' as const, members })),
    ...agents(world, seen),
  ];
  return groups
    .filter((group) => group.members.length > 0)
    .map((group, index) => ({ ...group, index }));
}

/** In order of the first of each. */
function phones(world: World, seen: Uint8Array): number[][] {
  const { phone } = world.patients;
  const groups = new Map<number, number[]>();
  phone.forEach((g, p) => {
    if (g < 0 || !seen[p]) return;
    push(groups, g, p);
  });
  return [...groups.values()];
}

/**
 * People for whom one other acts or is paid, an insured person or not. The person is whichever end of the
 * relation is one; of two persons the first, and the second, who acts, belongs to the hub as well.
 */
function agents(world: World, seen: Uint8Array): Array<{ kind: HubKind; members: number[] }> {
  const { relations: r } = world;
  const kinds = r.names.map((name) => AGENT_KINDS.find((kind) => AGENT_RELATION[kind].test(name)));
  const groups = new Map<string, { kind: HubKind; members: Set<number> }>();
  for (let i = 0; i < r.count; i++) {
    const kind = kinds[r.name[i]!];
    if (!kind || r.source[i]! < 0 || r.target[i]! < 0) continue;
    const isPerson = [r.sourceKind[i] === RELATED_PATIENT, r.targetKind[i] === RELATED_PATIENT];
    if (!isPerson[0] && !isPerson[1]) continue;
    const person = isPerson[0] ? r.source[i]! : r.target[i]!;
    const agent = isPerson[0] ? r.target[i]! : r.source[i]!;
    const agentKind = isPerson[0] ? r.targetKind[i]! : r.sourceKind[i]!;
    const key = `${kind}|${agentKind}|${agent}`;
    const group = groups.get(key) ?? { kind, members: new Set<number>() };
    groups.set(key, group);
    for (const member of isPerson[0] && isPerson[1] ? [person, agent] : [person])
      if (seen[member]) group.members.add(member);
  }
  return [...groups.values()].map(({ kind, members }) => ({
    kind,
    members: [...members].sort((x, y) => x - y),
  }));
}

/** Visits to each institution, by day (or by so many days in a row), and the sum of the squares of its days' visits. */
export interface PlaceDays {
  readonly width: number;
  /** The institution of such a cell. */
  placeOf(cell: number): number;
  readonly cells: ReadonlyMap<number, number>;
  readonly visits: Float64Array;
  readonly squares: Float64Array;
}

export function placeDays(world: World, width = 1): PlaceDays {
  const s = world.settlements;
  const cells = new Map<number, number>();
  const places = world.institutions.ids.length;
  const visits = new Float64Array(places);
  for (let i = 0; i < s.count; i++) {
    if (s.cancelled[i]) continue;
    const cell = cellOf(world, i, width);
    cells.set(cell, (cells.get(cell) ?? 0) + 1);
    visits[s.institution[i]!]!++;
  }
  const squares = new Float64Array(places);
  for (const [cell, n] of cells) squares[placeOf(cell)]! += n * n;
  return { width, placeOf, cells, visits, squares };
}

/** Pairs of others' visits that the chance of one day is shrunk with, to one day in so many. */
const PRIOR_PAIRS = 300;

/**
 * P that two visits to a place fall on one day, by the visits of everybody but the hub's own people: who
 * come together so often that they are the place's busy days must not explain themselves. `own`: their visits
 * there by cell.
 */
function sameDay(days: PlaceDays, place: number, own: ReadonlyMap<number, number>): number {
  let squares = days.squares[place]!;
  let visits = days.visits[place]!;
  for (const [cell, mine] of own) {
    const all = days.cells.get(cell)!;
    squares += (all - mine) ** 2 - all ** 2;
    visits -= mine;
  }
  return (squares - visits + 1) / (visits * (visits - 1) + PRIOR_PAIRS);
}

const placeOf = (cell: number) => Math.floor(cell / CELL_DAYS);

/** Where and when a settlement was; stays count on the day of admission. */
export function cellOf({ settlements: s }: World, i: number, width: number): number {
  const day = s.class[i] === CLASS_INPATIENT ? s.beginDay[i]! : s.day[i]!;
  return s.institution[i]! * CELL_DAYS + Math.floor(day / width);
}

export interface Usage {
  /** Units that joined another at its place on a day: of n that are there together, n − 1. */
  readonly joined: number;
  /** The same of units that come each on days of its own. */
  readonly expected: number;
  readonly places: readonly PlaceUse[];
  /** Units by their visits: (Σ n)² ÷ Σ n², so that a hub of two busy ones and five idle ones is about two. */
  readonly effective: number;
  readonly rows: readonly number[];
  /** The same by institution. */
  readonly byPlace: ReadonlyMap<number, number>;
}

/**
 * Days on which several units were at one place, against their own visits there on days drawn like everybody else’s; at
 * these places only, where they are told.
 */
export function jointUse(
  world: World,
  members: readonly number[],
  key: (patient: number) => number,
  days: PlaceDays,
  only?: ReadonlySet<number>,
): Usage {
  const s = world.settlements;
  const cells = new Map<number, { units: Set<number>; rows: number[] }>();
  const visits = new Map<number, Map<number, Set<number>>>();
  for (const m of members)
    for (const i of rowsOf(world, m)) {
      const h = s.institution[i]!;
      if (s.cancelled[i] || (only && !only.has(h))) continue;
      const at = cellOf(world, i, days.width);
      const unit = key(m);
      const cell = cells.get(at) ?? { units: new Set(), rows: [] };
      cells.set(at, cell);
      cell.units.add(unit);
      cell.rows.push(i);
      const own = visits.get(h) ?? new Map<number, Set<number>>();
      visits.set(h, own);
      own.set(unit, (own.get(unit) ?? new Set()).add(at));
    }
  const own = new Map<number, Map<number, number>>();
  for (const [cell, { rows }] of cells) {
    const h = placeOf(cell);
    own.set(h, (own.get(h) ?? new Map<number, number>()).set(cell, rows.length));
  }
  const places = [...visits].map(([h, units]) => ({
    share: sameDay(days, h, own.get(h)!),
    days: [...units.values()].map((on) => on.size),
  }));
  const visitsOf = new Map<number, number>();
  for (const units of visits.values())
    for (const [unit, days] of units) visitsOf.set(unit, (visitsOf.get(unit) ?? 0) + days.size);
  const counts = [...visitsOf.values()];
  const total = counts.reduce((x, y) => x + y, 0);
  const byPlace = new Map<number, number>();
  const rows: number[] = [];
  let joined = 0;
  for (const [cell, { units, rows: list }] of cells) {
    if (units.size < 2) continue;
    joined += units.size - 1;
    const h = placeOf(cell);
    byPlace.set(h, (byPlace.get(h) ?? 0) + units.size - 1);
    rows.push(...list);
  }
  return {
    joined,
    expected: joinedBy(places, 1),
    places,
    effective:
      total ** 2 /
      Math.max(
        1,
        counts.reduce((x, y) => x + y * y, 0),
      ),
    rows: rows.sort((x, y) => s.time[x]! - s.time[y]! || x - y),
    byPlace,
  };
}

/**
 * P of so much company, family-wise over `looks`. Each unit but the first may keep the others' company on its own account, one
 * more, one less: `spread` is the overdispersion for each.
 */
export function companyP(usage: Usage, spread: number, looks: number): number {
  const size = Math.max(1, usage.effective - 1) / Math.max(spread, 1e-9);
  return sidak(companyTail(usage.joined, usage.places, size), looks);
}
