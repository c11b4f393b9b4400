import type { Rng } from '../../model/rng.js';
import type { VisitKind } from '../context.js';
import { rowsOf, type Survey, VISIT_KINDS } from './survey.js';

export interface Wanted {
  readonly institution: number;
  readonly kind: VisitKind;
  /** Preferred where somebody there has it. */
  readonly diagnosis: number | null;
  /** Length of a stay in days; of a few drawn the nearest is taken. */
  readonly days: number;
}

/** Draws of a stay, of which the one of about the wanted length is taken. */
const DRAWS = 4;
/** Looked at before an institution of the type is taken whose kind of visit there never was. */
const PROBES = 60;

/**
 * Finds honest settlements that a planted one may take its bill, its department and its gaps from: of
 * the same institution and kind where there are any, else of an institution of the same type and kind,
 * else any of the kind. −1 where the period has none of that kind.
 */
export function donorsOf(survey: Survey): (wanted: Wanted, rng: Rng) => number {
  const { world, kind, institutions } = survey;
  const s = world.settlements;
  const billed = world.lines.count > 0;
  const own = new Map<number, Int32Array>();
  const byKind = VISIT_KINDS.map((_, k) =>
    survey.ofInstitution.list.filter((row) => kind[row] === k && (!billed || s.lines[row]! > 0)),
  );

  function ofKind(institution: number, k: number): Int32Array {
    const key = institution * VISIT_KINDS.length + k;
    let known = own.get(key);
    if (!known) {
      const rows = rowsOf(survey.ofInstitution, institution).filter((row) => kind[row] === k);
      const full = billed ? rows.filter((row) => s.lines[row]! > 0) : rows;
      known = full.length > 0 ? full : rows;
      own.set(key, known);
    }
    return known;
  }

  function alike(wanted: Wanted, k: number, rng: Rng): number {
    const all = byKind[k]!;
    if (all.length === 0) return -1;
    const type = institutions[wanted.institution]!.type;
    for (let i = 0; i < PROBES; i++) {
      const row = all[rng.int(all.length)]!;
      if (institutions[s.institution[row]!]!.type === type) return row;
    }
    return all[rng.int(all.length)]!;
  }

  return (wanted, rng) => {
    const k = VISIT_KINDS.indexOf(wanted.kind);
    const rows = ofKind(wanted.institution, k);
    if (rows.length === 0) return alike(wanted, k, rng);
    let best = -1;
    let least = Infinity;
    for (let i = 0; i < DRAWS; i++) {
      const row = rows[rng.int(rows.length)]!;
      const off = Math.abs(s.endDay[row]! - s.beginDay[row]! - wanted.days);
      const other = wanted.diagnosis !== null && s.diagnosis[row] !== wanted.diagnosis ? 1 : 0;
      const distance = (wanted.kind === 'in-patient' ? off : 0) + 3 * other;
      if (distance >= least) continue;
      best = row;
      least = distance;
    }
    return best;
  };
}
