import {
  type Finding,
  type FindingStatus,
  type InnocentExplanation,
  REASON_SETTLEMENTS_MAX,
  type Reason,
  type Subject,
} from '../../model/finding.js';
import type { Kind } from './combine.js';
import type { CentreJudgement, Evidence, PairJudgement } from './judge.js';
import type { Session } from './sessions.js';

export const ID = 'impersonated-dialysis';

/** A doctor is named who stands behind this share of the suspicious sessions, and at least so many. */
const DOCTOR_SHARE = 0.25;
const DOCTOR_SESSIONS = 5;

/** What one centre's evidence amounts to, in the words of the contract. */
export function findingOf(
  evidence: Evidence,
  centre: CentreJudgement,
  members: readonly PairJudgement[],
  status: FindingStatus,
  version: number,
  innocent = innocentOf(centre, members),
): Finding | undefined {
  const { world } = evidence;
  const reasons = reasonsOf(evidence, centre, members);
  if (!isNotEmpty(reasons)) return undefined;
  const suspicious = suspiciousRows(members);
  const subjects: Subject[] = [
    { kind: 'institution', id: world.institutions.ids[centre.centre]!, role: 'core' },
    ...members.map(
      (m): Subject => ({
        kind: 'patient',
        id: world.patients.ids[m.pair.patient]!,
        role: 'member',
      }),
    ),
    ...doctorsOf(evidence, suspicious),
  ];
  let fundAtRisk = 0;
  for (const row of suspicious) fundAtRisk += Math.max(0, world.settlements.fund[row]!);
  return {
    detector: ID,
    detectorVersion: version,
    kind: 'ring',
    subjects,
    reasons,
    innocent,
    status,
    p: status === 'finding' ? centre.q : null,
    fundAtRisk,
  };
}

function isNotEmpty<T>(list: T[]): list is [T, ...T[]] {
  return list.length > 0;
}

const KIND_P = Math.log(0.05);

/** True where this kind of the patient's evidence is worth a word. */
function shows(m: PairJudgement, kind: Kind): boolean {
  return (m.logP.get(kind) ?? 0) <= KIND_P;
}

function reasonsOf(
  evidence: Evidence,
  centre: CentreJudgement,
  members: readonly PairJudgement[],
): Reason[] {
  const { world } = evidence;
  const reasons: Reason[] = [];
  const add = (
    what: string,
    kind: Kind | 'capacity',
    measured: number,
    expected: number,
    unit: string,
    sessions: readonly Session[],
    more: readonly number[] = [],
  ) => {
    const rows = [...new Set([...sessions.map((s) => s.row), ...more])];
    const p = centre.byKind.get(kind);
    if (measured <= 0 || rows.length === 0) return;
    reasons.push({
      code: `${ID}.${what}`,
      detector: ID,
      measured,
      expected: Math.round(expected * 1000) / 1000,
      unit,
      settlements: rows.slice(0, REASON_SETTLEMENTS_MAX).map((row) => world.settlements.ids[row]!),
      ...(p === undefined ? {} : { p }),
    });
  };
  const sum = (list: readonly PairJudgement[], of: (m: PairJudgement) => number) =>
    list.reduce((total, m) => total + of(m), 0);

  const stays = members.filter((m) => m.conflicts.stays.sessions.length > 0);
  add(
    'in-hospital-elsewhere',
    'stays',
    sum(stays, (m) => m.conflicts.stays.sessions.length),
    sum(stays, (m) => m.conflicts.stays.expected),
    'sessions',
    stays.flatMap((m) => m.conflicts.stays.sessions),
    stays.flatMap((m) => m.conflicts.stays.stays.map((x) => x.stay.row)),
  );
  const two = members.filter((m) => m.conflicts.twoCentres.sessions.length > 0);
  add(
    'two-centres',
    'twoCentres',
    sum(two, (m) => m.conflicts.twoCentres.sessions.length),
    sum(two, (m) => m.conflicts.twoCentres.expected),
    'days',
    two.flatMap((m) => m.conflicts.twoCentres.sessions),
  );
  const dead = members.filter((m) => (m.logP.get('afterDeath') ?? 0) < 0);
  add(
    'after-death',
    'afterDeath',
    sum(dead, (m) => m.conflicts.afterDeath.sessions.length),
    sum(dead, (m) => m.conflicts.afterDeath.expected),
    'sessions',
    dead.flatMap((m) => m.conflicts.afterDeath.sessions),
  );
  const crowded = members.filter((m) => m.conflicts.overFive.weeks > 0);
  add(
    'over-five-a-week',
    'overFive',
    sum(crowded, (m) => m.conflicts.overFive.weeks),
    sum(crowded, (m) => m.conflicts.overFive.expected),
    'weeks',
    crowded.flatMap((m) => m.conflicts.overFive.sessions),
  );
  const missing = members.filter((m) => shows(m, 'supports'));
  add(
    'missing-supports',
    'supports',
    sum(missing, (m) => m.supports!.missing),
    sum(missing, (m) => m.supports!.expected),
    'items',
    missing.flatMap((m) => m.supports!.thin),
  );
  const odd = members.filter((m) => (m.logP.get('course') ?? 0) < 0);
  add(
    'odd-course',
    'course',
    odd.length,
    members.length * evidence.courses.rate,
    'patients',
    odd.flatMap((m) => [m.pair.sessions[0]!, m.pair.sessions.at(-1)!]),
  );
  const capacity = evidence.capacities.get(centre.centre);
  if (capacity && (centre.byKind.get('capacity') ?? 1) < 1)
    add(
      'over-capacity',
      'capacity',
      capacity.breachDays,
      capacity.activeDays * evidence.parameters.recordError,
      'days',
      capacity.sessions,
    );
  return reasons.sort((a, b) => (a.p ?? 1) - (b.p ?? 1));
}

/** Rows of sessions that some evidence speaks against. */
function suspiciousRows(members: readonly PairJudgement[]): number[] {
  const rows = new Set<number>();
  for (const m of members) {
    const { stays, twoCentres, afterDeath, overFive } = m.conflicts;
    const parts = [stays.sessions, twoCentres.sessions, overFive.sessions];
    if ((m.logP.get('afterDeath') ?? 0) < 0) parts.push(afterDeath.sessions);
    if (shows(m, 'supports')) parts.push(m.supports!.thin);
    for (const part of parts) for (const s of part) rows.add(s.row);
  }
  return [...rows].sort((a, b) => a - b);
}

function doctorsOf(evidence: Evidence, rows: readonly number[]): Subject[] {
  const { doctor } = evidence.world.settlements;
  const counts = new Map<number, number>();
  for (const row of rows)
    if (doctor[row]! >= 0) counts.set(doctor[row]!, (counts.get(doctor[row]!) ?? 0) + 1);
  return [...counts]
    .filter(([, n]) => n >= DOCTOR_SESSIONS && n >= rows.length * DOCTOR_SHARE)
    .sort(([a, m], [b, n]) => n - m || a - b)
    .map(([d]) => ({ kind: 'doctor', id: evidence.world.doctors[d]!, role: 'doctor' }));
}

/**
 * What could have made the same picture honestly. `weight` is the share of what was seen that it
 * accounts for and that is therefore not counted; `q` is that of what is left.
 */
function innocentOf(
  centre: CentreJudgement,
  members: readonly PairJudgement[],
): InnocentExplanation[] {
  const total = (of: (m: PairJudgement) => number) => members.reduce((s, m) => s + of(m), 0);
  const q = (...kinds: Kind[]) =>
    Math.min(1, kinds.length * Math.min(...kinds.map((k) => centre.byKind.get(k) ?? 1)));
  const share = (part: number, rest: number) =>
    part + rest > 0 ? Math.round((part / (part + rest)) * 1000) / 1000 : 0;
  const strict = total((m) => m.conflicts.stays.sessions.length);
  const hard = total(
    (m) =>
      m.conflicts.stays.stays.length +
      m.conflicts.twoCentres.sessions.length +
      (m.conflicts.afterDeath.sessions.length > 0 ? 1 : 0) +
      m.conflicts.overFive.weeks,
  );
  const expected = total(
    (m) =>
      m.conflicts.stays.expected +
      m.conflicts.twoCentres.expected +
      m.conflicts.afterDeath.expected +
      m.conflicts.overFive.expected,
  );
  const out: InnocentExplanation[] = [
    {
      code: 'record-error',
      q: q('stays', 'twoCentres', 'afterDeath', 'overFive'),
      weight: share(Math.min(expected, hard), Math.max(0, hard - expected)),
    },
    {
      code: 'same-day-transfer',
      q: q('stays'),
      weight: share(
        total((m) => m.conflicts.stays.edge),
        strict,
      ),
    },
  ];
  const acute = total((m) => m.pair.sessions.filter((s) => s.ownStay).length);
  if (acute > 0)
    out.push({
      code: 'acute-dialysis',
      q: q('stays', 'overFive'),
      weight: share(acute, total((m) => m.pair.sessions.length) - acute),
    });
  if (members.some((m) => m.supports))
    out.push({
      code: 'lab-billed-elsewhere',
      q: q('supports'),
      weight: share(
        total((m) => (m.supports ? m.supports.billedElsewhere * m.supports.missing : 0)),
        total((m) => (m.supports ? (1 - m.supports.billedElsewhere) * m.supports.missing : 0)),
      ),
    });
  return out;
}
