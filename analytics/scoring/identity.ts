import { createHash } from 'node:crypto';
import type { Ring, RingChange, Subject } from '../model/finding.js';
import { entityKey } from '../model/ids.js';

/** Below this overlap (Jaccard on patients and core institutions) two rings are strangers. */
const KIN = 0.3;
const CROCKFORD = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';

/** What a ring is matched by: its patients and its core institutions. */
export function identityKeys(subjects: readonly Subject[]): string[] {
  return subjects
    .filter((s) => s.kind === 'patient' || (s.kind === 'institution' && s.role === 'core'))
    .map(entityKey)
    .sort();
}

export interface Identity {
  readonly ring: string;
  readonly change: RingChange;
}

/**
 * Names for the rings of a run, in their order. A ring keeps the name of the previous ring that it
 * overlaps most; when a previous ring comes apart its largest part keeps the name, when two join
 * the larger one gives it. New names are of the content, so a fresh start on the same data names alike.
 */
export function identify(
  rings: ReadonlyArray<readonly Subject[]>,
  previous: ReadonlyArray<Pick<Ring, 'ring' | 'subjects'>>,
): Identity[] {
  const before = previous.map((r) => ({ name: r.ring, keys: new Set(identityKeys(r.subjects)) }));
  const now = rings.map(identityKeys);
  const kin: Array<{ i: number; j: number; jaccard: number }> = [];
  now.forEach((keys, i) => {
    before.forEach((old, j) => {
      const shared = keys.filter((k) => old.keys.has(k)).length;
      const jaccard = shared / (keys.length + old.keys.size - shared);
      if (jaccard >= KIN || shared >= 0.5 * Math.min(keys.length, old.keys.size))
        if (shared > 0) kin.push({ i, j, jaccard });
    });
  });
  kin.sort((x, y) => y.jaccard - x.jaccard || x.i - y.i || x.j - y.j);
  const nameOf = new Map<number, number>();
  const heirOf = new Map<number, number>();
  for (const { i, j } of kin)
    if (!nameOf.has(i) && !heirOf.has(j)) {
      nameOf.set(i, j);
      heirOf.set(j, i);
    }
  const used = new Set(previous.map((r) => r.ring));
  return now.map((keys, i) => {
    const j = nameOf.get(i);
    if (j === undefined) {
      const parted = kin.some((k) => k.i === i);
      return { ring: newName(keys, used), change: parted ? 'split' : 'born' };
    }
    const old = before[j]!;
    const merged = kin.some((k) => k.i === i && k.j !== j);
    const split = kin.some((k) => k.j === j && k.i !== i);
    const same = keys.length === old.keys.size && keys.every((k) => old.keys.has(k));
    const change: RingChange = merged
      ? 'merged'
      : split
        ? 'split'
        : same
          ? 'continued'
          : keys.length > old.keys.size
            ? 'grew'
            : keys.length < old.keys.size
              ? 'shrank'
              : 'continued';
    return { ring: old.name, change };
  });
}

function newName(keys: readonly string[], used: Set<string>): string {
  const digest = createHash('sha256').update(keys.join('\n')).digest();
  for (let length = 4; ; length++) {
    let name = 'R-';
    for (let k = 0; k < length; k++) name += CROCKFORD[digest[k % 32]! & 31];
    if (!used.has(name)) {
      used.add(name);
      return name;
    }
  }
}

/** Id of a line: of what it says about whom, so the same data gives the same id. */
export function lineId(detector: string, subjects: readonly Subject[], period: string): string {
  const text = [detector, period, ...subjects.map((s) => `${s.role}:${entityKey(s)}`)].join('\n');
  return `F-${createHash('sha256').update(text).digest('hex').slice(0, 16)}`;
}
