import type { Draw } from './draw.js';
import { at, DAYS, type Visit, type World } from './world.js';

/** A row of setl_d: a settlement, its refund, or the same settled again after a refund. */
export interface Row {
  readonly visit: Visit;
  readonly kind: 'settled' | 'refund' | 'again';
  readonly time: number;
  /** Share of the amount given back. */
  readonly part: number;
}

/** Rows that rings' own refunds add. */
export function refundRows(visits: readonly Visit[]): number {
  let n = 0;
  for (const v of visits) n += v.refund === 0 ? 0 : v.refund < 0 ? 2 : 1;
  return n;
}

/** Visits that are not settled when the period ends are not in an export of it. */
export function dropUnsettled(world: World): void {
  const end = at(DAYS, 0);
  let kept = 0;
  for (const v of world.visits) if (v.settled < end) world.visits[kept++] = v;
  world.visits.length = kept;
}

/** Gives honest settlements refunds: `refunds` of them, the first `again` settled a second time. */
export function giveRefunds(world: World, refunds: number, again: number): void {
  const draw = world.draw('refunds');
  const end = at(DAYS, 0) - 2000;
  for (let given = 0, tries = 0; given < refunds && tries < refunds * 50; tries++) {
    const v = draw.pick(world.visits);
    if (v.refund !== 0 || v.type[0] === '2') continue;
    const after = draw.chance(0.6) ? draw.real(60, 3000) : draw.real(3000, 6 * 86_400);
    if (v.settled + after > end) continue;
    v.refund = given++ < again ? -after : after;
  }
}

/** All rows in the order in which they were written; typing errors come last and change no order. */
export function rowsOf(world: World): Row[] {
  const draw = world.draw('rows');
  const rows: Row[] = [];
  for (const visit of world.visits) {
    rows.push({ visit, kind: 'settled', time: visit.settled, part: 1 });
    if (visit.refund === 0) continue;
    const back = Math.round(visit.settled + Math.abs(visit.refund));
    const part = visit.refund > 0 && draw.chance(0.08) ? 0.5 : 1;
    rows.push({ visit, kind: 'refund', time: back, part });
    if (visit.refund < 0)
      rows.push({ visit, kind: 'again', time: back + draw.range(20, 160), part: 1 });
  }
  return rows.sort((a, b) => a.time - b.time);
}

/** A wrong day, month or half of the day, now and then; never beyond the period. */
export function mistyped(draw: Draw, time: number, rate: number): number {
  if (!draw.chance(rate)) return time;
  const shift = draw.pick([
    -43_200, 43_200, -86_400, 86_400, -604_800, 604_800, -864_000, 864_000, -2_592_000, 2_592_000,
  ]);
  const wrong = time + shift;
  return wrong < at(0, 0) || wrong >= at(DAYS, 0) ? time : wrong;
}
