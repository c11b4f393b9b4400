import { fences, quantileSorted } from '../../algorithms/robust.js';
import type { World } from '../../projection/world.js';
import type { Stays } from '../stays.js';

/** Fewer peers than this say nothing of what is usual. */
const PEERS_MIN = 8;

export interface Crowding {
  /** Days with more in bed than approved beds. */
  readonly days: number;
  readonly expected: number;
  /** Stays on those days. */
  readonly rows: readonly number[];
}

/**
 * Hospitals that have more in bed than beds, on far more days than their peers of the level
 * (Q3 + 3·IQR of the ratio of a busy day to the beds). Extra beds in the corridor are usual, and registers of
 * beds are old, so this is a hint and carries no p.
 */
export function crowdedHospitals(world: World, stays: Stays): Map<number, Crowding> {
  const { beds, level } = world.institutions;
  const span = Math.max(1, world.toDay - world.fromDay);
  const perDay = new Map<number, Int32Array>();
  stays.institution.forEach((h, i) => {
    if (beds[h]! <= 0) return;
    const days = perDay.get(h) ?? new Int32Array(span + 1);
    perDay.set(h, days);
    const from = Math.max(0, stays.begin[i]! - world.fromDay);
    const to = Math.min(span, Math.max(stays.end[i]! - world.fromDay, from + 1));
    if (from >= span || to <= from) return;
    days[from]!++;
    days[to]!--;
  });
  const busy = new Map<number, number>();
  const over = new Map<number, Uint8Array>();
  for (const [h, steps] of perDay) {
    const inBed = new Float64Array(span);
    let now = 0;
    for (let d = 0; d < span; d++) {
      now += steps[d]!;
      inBed[d] = now;
    }
    over.set(
      h,
      Uint8Array.from(inBed, (n) => (n > beds[h]! ? 1 : 0)),
    );
    busy.set(h, quantileSorted(inBed.sort(), 0.9) / beds[h]!);
  }
  const out = new Map<number, Crowding>();
  for (const [h, ratio] of busy) {
    const peers = [...busy.keys()].filter((x) => x !== h && level[x] === level[h]);
    if (ratio <= 1 || peers.length < PEERS_MIN) continue;
    if (ratio <= fences(peers.map((x) => busy.get(x)!)).far) continue;
    const days = over.get(h)!;
    const count = (x: Uint8Array) => x.reduce((sum, y) => sum + y, 0);
    const rows: number[] = [];
    stays.institution.forEach((x, i) => {
      if (x !== h) return;
      for (let d = stays.begin[i]!; d < stays.end[i]!; d++)
        if (days[d - world.fromDay]) {
          rows.push(stays.row[i]!);
          return;
        }
    });
    const usual = peers.map((x) => count(over.get(x)!)).sort((x, y) => x - y);
    out.set(h, { days: count(days), expected: quantileSorted(usual, 0.5), rows });
  }
  return out;
}
