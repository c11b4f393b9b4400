import { describe, expect, it } from 'vitest';
import type { Candidate } from '../../../analytics/detectors/candidates.js';
import type { GroupSearch } from '../../../analytics/detectors/groupSearch.js';
import { surestFirst } from '../../../analytics/detectors/surestFirst.js';
import type { Finding } from '../../../analytics/model/finding.js';

/** All pairs of each group, and the best of redrawn worlds that a score of 5 a member is far above. */
function searchOf(...groups: number[][]): GroupSearch {
  const pairs = groups.flatMap((g) => g.flatMap((a, i) => g.slice(i + 1).map((b) => [a, b])));
  return {
    groups: [],
    table: { best: Float64Array.from({ length: 60 }, (_, i) => 1 + i / 60) },
    pairs: {
      a: Int32Array.from(pairs, ([a]) => a!),
      b: Int32Array.from(pairs, ([, b]) => b!),
      weight: new Float64Array(pairs.length).fill(20),
    },
  };
}

const NOTHING = searchOf();
const household = Int32Array.from({ length: 40 }, (_, i) => i);

function met(search: GroupSearch, p: number, members: number[]): Candidate {
  const group = { members, score: 20, p, search, otherP: 1 };
  return { members, found: members, meetings: group as never };
}

/** What is described, in turn; every candidate is a finding of the p that it came with. */
function run(candidates: readonly Candidate[], status: Finding['status'] = 'finding') {
  const seen: Candidate[] = [];
  surestFirst(
    candidates,
    { circles: NOTHING, household, minUnits: 3, q: 0.05 },
    (candidate): Finding => {
      seen.push(candidate);
      return { status, p: candidate.meetings!.p } as Finding;
    },
  );
  return seen;
}

describe('judging the surest first', () => {
  const ring = [0, 1, 2, 3, 4, 5];

  it('judges friends of a ring member without her', () => {
    const friends = [5, 10, 11, 12, 13];
    const search = searchOf(ring, friends);
    const seen = run([met(search, 1e-4, friends), met(search, 1e-20, ring)]);
    expect(seen.map((c) => c.members)).toEqual([ring, [10, 11, 12, 13]]);
    expect(seen[1]!.found).toEqual([10, 11, 12, 13]);
    // Four who all met are a group without her.
    expect(seen[1]!.meetings!.p).toBeLessThan(0.05);
  });

  it('leaves nothing of a group that hangs together by ring members only', () => {
    const star = [4, 5, 10, 11, 12];
    const search = searchOf(ring, [4, 10], [4, 11], [4, 12], [5, 10], [5, 11], [5, 12]);
    const seen = run([met(search, 1e-20, ring), met(search, 1e-4, star)]);
    expect(seen[1]!.members).toEqual([10, 11, 12]);
    expect(seen[1]!.meetings!.p).toBe(1);
  });

  it('leaves alone what shares half of the smaller, and what shares people with no finding', () => {
    const half = [3, 4, 5, 10, 11, 12];
    const search = searchOf(ring, half);
    expect(run([met(search, 1e-20, ring), met(search, 1e-4, half)])[1]!.members).toEqual(half);
    const friends = [5, 10, 11, 12, 13];
    const shared = searchOf(ring, friends);
    const candidates = [met(shared, 1e-20, ring), met(shared, 1e-4, friends)];
    expect(run(candidates, 'explained')[1]!.members).toEqual(friends);
  });
});
