import type { Grade, Ring, RiskProfile, Subject } from '../model/finding.js';
import { type EntityKind, entityKey } from '../model/ids.js';
import type { World } from '../projection/world.js';
import type { Assembled } from './assemble.js';
import type { Feedback } from './feedback.js';
import { type Given, moved } from './moved.js';

/** A doctor signed at least so many of a ring's settlements, and such a share, to be told apart. */
const DOCTOR_MIN = 5;

interface Weight {
  readonly kind: EntityKind;
  readonly id: string;
  readonly given: Given[];
  readonly findings: string[];
}

/**
 * One profile for every patient, doctor and institution of the period, and for the items that rings
 * used. Grades are false-discovery bands: E a finding of q ≤ .01, D of q ≤ .05, C something
 * explained, for review or of q ≤ .2, B anything fainter, A nothing. The score is 1 − Π(1 − s) over what
 * speaks of the entity. Verdicts move both (moved.ts).
 */
export function riskProfiles(
  world: World,
  assembled: Assembled,
  itemsOf: ReadonlyMap<string, ReadonlyMap<string, number>>,
  feedback?: Feedback,
): RiskProfile[] {
  const all = new Map<string, Weight>();
  const touch = (kind: EntityKind, id: string): Weight => {
    const key = entityKey({ kind, id });
    const known = all.get(key);
    if (known) return known;
    const made: Weight = { kind, id, given: [], findings: [] };
    all.set(key, made);
    return made;
  };
  const raise = (w: Weight, score: number, grade: Grade, ring?: Ring) => {
    w.given.push({ score, grade, ...(ring ? { ring } : {}) });
    if (ring && !w.findings.includes(ring.id)) w.findings.push(ring.id);
  };
  const s = world.settlements;
  const seen = new Set<number>();
  for (let i = 0; i < s.count; i++) seen.add(s.patient[i]!);
  for (const p of seen) touch('patient', world.patients.ids[p]!);
  const places = new Set(s.institution);
  for (const h of places) touch('institution', world.institutions.ids[h]!);
  for (const d of world.doctors) touch('doctor', d);
  const rowOf = new Map(s.ids.map((id, i) => [id, i]));
  for (const ring of assembled.rings) {
    const grade = gradeOf(ring);
    for (const subject of ring.subjects)
      raise(touch(subject.kind, subject.id), ring.score, grade, ring);
    for (const [id, share] of doctorsOf(world, ring, rowOf))
      raise(touch('doctor', id), ring.score * share, grade, ring);
    for (const [id, share] of itemsOf.get(ring.id) ?? [])
      raise(touch('drug', id), ring.score * share * 0.5, 'B', ring);
  }
  for (const { subjects, q } of assembled.faint)
    for (const subject of subjects as readonly Subject[])
      raise(touch(subject.kind, subject.id), 0.2 * Math.max(0, 1 - q), q <= 0.2 ? 'C' : 'B');
  if (feedback)
    for (const { of } of feedback.spread.values()) if (of.kind === 'drug') touch('drug', of.id);
  return [...all.entries()]
    .map(([key, { kind, id, given, findings }]) => ({
      kind,
      id,
      ...moved(key, given, feedback),
      findings,
    }))
    .sort(
      (x, y) =>
        y.score - x.score ||
        (x.kind === y.kind ? (x.id < y.id ? -1 : 1) : x.kind < y.kind ? -1 : 1),
    );
}

function gradeOf(ring: Ring): Grade {
  if (ring.status !== 'finding') return 'C';
  return ring.q !== null && ring.q <= 0.01 ? 'E' : 'D';
}

/** Doctors who signed a ring's settlements, with their share of them. */
function doctorsOf(
  world: World,
  ring: Ring,
  rowOf: ReadonlyMap<string, number>,
): Map<string, number> {
  const count = new Map<string, number>();
  const rows = new Set(ring.reasons.flatMap((r) => r.settlements));
  let signed = 0;
  for (const id of rows) {
    const i = rowOf.get(id);
    if (i === undefined || world.settlements.doctor[i]! < 0) continue;
    signed++;
    const doctor = world.doctors[world.settlements.doctor[i]!]!;
    count.set(doctor, (count.get(doctor) ?? 0) + 1);
  }
  for (const [doctor, n] of count)
    if (n < DOCTOR_MIN || n < 0.2 * signed) count.delete(doctor);
    else count.set(doctor, n / signed);
  return count;
}

/** How soon somebody should look again, in months, by grade; patients' and items' records alike. */
const MONTHS: Readonly<Record<Grade, number>> = { A: 24, B: 12, C: 6, D: 3, E: 1 };

/** The inspection frequency that a grade suggests: months from one inspection to the next. */
export function inspectionMonths(grade: Grade): number {
  return MONTHS[grade];
}
