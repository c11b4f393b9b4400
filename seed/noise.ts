import { between, chance } from '../analytics/planting/random.js';
import { DAY, DAYS, dayOfTime } from './calendar.js';
import { Flag, Row } from './events.js';
import type { World } from './world.js';

/**
 * Fills the world up to exactly its number of settlements with what offices do afterwards: refunds
 * (about one row in twenty), second settlements after them, voids with their rebilling, and refunds
 * of a part. Every event is as likely as any other, a ring's as an honest one.
 */
export function addCorrections(world: World): void {
  const rng = world.stream('corrections');
  const { events, settlements } = world;
  const first = events.count;
  const last = DAYS * DAY - 1;
  const until = (time: number) => Math.min(last, time);
  while (events.count < settlements) {
    const left = settlements - events.count;
    const e = rng.int(first);
    if (events.row[e] !== Row.first || (events.flags[e] as number) & (Flag.voided | Flag.refunded))
      continue;
    const settled = events.settled[e] as number;
    const kind = rng.next();
    if (kind < 0.07) {
      events.flags[e] = (events.flags[e] as number) | Flag.voided;
      events.addTo(e, Row.rebilled, until(settled + between(rng, 60, 2400)));
    } else if (kind < 0.15 && settled < last) {
      events.flags[e] = (events.flags[e] as number) | Flag.refunded;
      events.addTo(e, Row.partRefund, until(settled + between(rng, 300, 3 * DAY)));
    } else {
      events.flags[e] = (events.flags[e] as number) | Flag.refunded;
      const pause = chance(rng, 0.65)
        ? between(rng, 90, 5400)
        : chance(rng, 0.6)
          ? between(rng, 5400, 30_000)
          : between(rng, DAY, 12 * DAY);
      const back = officeHours(until(settled + pause), settled);
      events.addTo(e, Row.refund, back);
      if (left > 1 && chance(rng, 0.33))
        events.addTo(e, Row.again, until(back + between(rng, 45, 3600)));
    }
  }
}

/** Refunds are made while somebody is there. */
function officeHours(time: number, after: number): number {
  const second = time - dayOfTime(time) * DAY;
  if (second > 8 * 3600 && second < 20 * 3600) return time;
  const moved = dayOfTime(time) * DAY + 8 * 3600 + (second % 36_000);
  return moved > after && moved < DAYS * DAY ? moved : time;
}
