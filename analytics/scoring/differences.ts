import type { Ring } from '../model/finding.js';
import { identityKeys } from './identity.js';

/** A ring as one side of a comparison has it. */
export interface RingState {
  readonly detector: string;
  readonly status: Ring['status'];
  readonly score: number;
  readonly q: number | null;
  /** Patients and core institutions. */
  readonly members: number;
}

export interface RingDifference {
  /** Id of the ring across runs. */
  readonly ring: string;
  readonly change: 'appears' | 'vanishes' | 'changes';
  readonly before: RingState | null;
  readonly after: RingState | null;
}

const stateOf = (ring: Ring): RingState => ({
  detector: ring.detector,
  status: ring.status,
  score: ring.score,
  q: ring.q,
  members: identityKeys(ring.subjects).length,
});

/**
 * Rings that only one of two runs has, and those of both whose detector, status, score, q or people differ,
 * the greatest score of either side first. Rings are the same when their names are.
 */
export function differences(before: readonly Ring[], after: readonly Ring[]): RingDifference[] {
  const old = new Map(before.map((ring) => [ring.ring, ring]));
  const now = new Map(after.map((ring) => [ring.ring, ring]));
  const out: RingDifference[] = [];
  for (const name of new Set([...old.keys(), ...now.keys()])) {
    const [x, y] = [old.get(name), now.get(name)];
    if (x && y && same(x, y)) continue;
    out.push({
      ring: name,
      change: x ? (y ? 'changes' : 'vanishes') : 'appears',
      before: x ? stateOf(x) : null,
      after: y ? stateOf(y) : null,
    });
  }
  const score = (d: RingDifference) => Math.max(d.before?.score ?? 0, d.after?.score ?? 0);
  return out.sort((x, y) => score(y) - score(x) || (x.ring < y.ring ? -1 : 1));
}

function same(x: Ring, y: Ring): boolean {
  return (
    x.detector === y.detector &&
    x.status === y.status &&
    x.score === y.score &&
    x.q === y.q &&
    identityKeys(x.subjects).join('\n') === identityKeys(y.subjects).join('\n')
  );
}
