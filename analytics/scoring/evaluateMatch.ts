import type { Ring } from '../model/finding.js';
import { push } from '../model/multimap.js';
import type { TruthRing } from './evaluateTruth.js';

/** A finding as it is held against cases. */
export interface Matched {
  readonly detectors: ReadonlySet<string>;
  readonly detector: string;
  readonly kind: Ring['kind'];
  /** Keys of patients and core institutions. */
  readonly members: ReadonlySet<string>;
  /** How many of them are institutions. */
  readonly sites: number;
}

const patientKey = (id: string) => `p:${id}`;
const institutionKey = (id: string) => `i:${id}`;

/** Patients and core institutions of a finding: what is matched with a case (DATA.md §2). */
function membersOf(finding: Ring): Set<string> {
  const members = new Set<string>();
  for (const s of finding.subjects) {
    if (s.kind === 'patient') members.add(patientKey(s.id));
    else if (s.kind === 'institution' && s.role === 'core') members.add(institutionKey(s.id));
  }
  return members;
}

export function membersOfCase(ring: TruthRing): Set<string> {
  return new Set([...ring.patients.map(patientKey), ...ring.institutions.map(institutionKey)]);
}

/** Which cases share members with a set, and how many. */
export function overlaps(cases: readonly ReadonlySet<string>[]) {
  const byMember = new Map<string, number[]>();
  cases.forEach((members, c) => {
    for (const m of members) push(byMember, m, c);
  });
  return (members: ReadonlySet<string>): Map<number, number> => {
    const shared = new Map<number, number>();
    for (const m of members)
      for (const c of byMember.get(m) ?? []) shared.set(c, (shared.get(c) ?? 0) + 1);
    return shared;
  };
}

const jaccard = (shared: number, a: number, b: number) => shared / (a + b - shared);

/**
 * Jaccard index of a finding and a case. A case that names nobody is a place's own doing: only places
 * are compared, and only a finding about a place, or of the case's own detector, can be it.
 */
export function overlap(
  entry: Matched,
  ring: Pick<TruthRing, 'patients'> & { readonly type: string | undefined },
  size: number,
  shared: number,
): number {
  if (ring.patients.length > 0) return jaccard(shared, entry.members.size, size);
  const about = entry.kind === 'entity' || (ring.type && entry.detectors.has(ring.type));
  return about ? jaccard(shared, entry.sites, size) : 0;
}

/**
 * True where at least half of the finding's patients, or one of its core institutions, belong to
 * one case: an inspector sent there would have met it, though the outline is off.
 */
export function touches(members: ReadonlySet<string>, ofCase: ReadonlySet<string>): boolean {
  let patients = 0;
  let shared = 0;
  for (const m of members) {
    const hit = ofCase.has(m);
    if (m.startsWith('i:') && hit) return true;
    if (m.startsWith('p:')) {
      patients++;
      if (hit) shared++;
    }
  }
  return shared > 0 && shared * 2 >= patients;
}

export function matched(finding: Ring): Matched {
  const members = membersOf(finding);
  return {
    detectors: new Set([finding.detector, ...finding.reasons.map((r) => r.detector)]),
    detector: finding.detector,
    kind: finding.kind,
    members,
    sites: [...members].filter((m) => m.startsWith('i:')).length,
  };
}
