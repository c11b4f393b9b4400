import { throwIfAborted } from '../model/errors.js';
import type { Finding } from '../model/finding.js';
import type { Candidate } from './candidates.js';
import { type CalibratedGroup, type GroupSearch, remainingP } from './groupSearch.js';
import { searchedP } from './judgement.js';

interface Ground {
  /** The search that circles come from that name none. */
  readonly circles: GroupSearch;
  readonly household: Int32Array;
  readonly minUnits: number;
  /** Findings up to this p keep their people. */
  readonly q: number;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Describes candidates from the surest on; each is judged without the few people that it shares with surer
 * findings. A member of a ring has friends too: what the ring did, its hours and baskets, says nothing of
 * them. Those who share half of the smaller are the same ring (`assemble`) and keep all theirs.
 */
export function surestFirst(
  candidates: readonly Candidate[],
  ground: Ground,
  describe: (candidate: Candidate) => Finding | undefined,
): Finding[] {
  const order = candidates
    .map((candidate) => ({ candidate, p: searchedP(candidate) ?? 1 }))
    .sort(
      (x, y) =>
        x.p - y.p ||
        y.candidate.members.length - x.candidate.members.length ||
        x.candidate.members[0]! - y.candidate.members[0]!,
    );
  const rings: Array<ReadonlySet<number>> = [];
  const findings: Finding[] = [];
  for (const { candidate } of order) {
    throwIfAborted(ground.signal);
    const own = apart(candidate, rings, ground);
    const finding = describe(own);
    if (!finding) continue;
    findings.push(finding);
    if (finding.status === 'finding' && (finding.p ?? 1) <= ground.q)
      rings.push(new Set(own.members));
  }
  return findings;
}

/** The candidate without the people of `rings`, its p's that of the pairs that are left. */
function apart(
  candidate: Candidate,
  rings: ReadonlyArray<ReadonlySet<number>>,
  ground: Ground,
): Candidate {
  const { members } = candidate;
  const gone = new Set<number>();
  for (const ring of rings) {
    const shared = members.filter((m) => ring.has(m));
    if (shared.length * 2 >= Math.min(members.length, ring.size)) return candidate;
    for (const m of shared) gone.add(m);
  }
  if (gone.size === 0) return candidate;
  const ofGone = (a: number, b: number) => (gone.has(a) || gone.has(b) ? Infinity : 0);
  const left = <G extends CalibratedGroup>(group: G, search: GroupSearch): G => {
    const rest = remainingP(group.members, search, ofGone, ground.minUnits, ground.household);
    return { ...group, p: Math.max(group.p, rest.p) };
  };
  const kept = (list: readonly number[]) => list.filter((m) => !gone.has(m));
  // Companions were counted in the waves of all.
  const { found, meetings, circles } = candidate;
  return {
    members: kept(members),
    ...(found ? { found: kept(found) } : {}),
    ...(meetings ? { meetings: left(meetings, meetings.search) } : {}),
    ...(circles ? { circles: left(circles, circles.search ?? ground.circles) } : {}),
  };
}
