import { similarPairs } from '../../algorithms/minhash.js';
import { push } from '../../model/multimap.js';
import { CLASS_INPATIENT, type World } from '../../projection/world.js';

/** In-patient bills of one diagnosis; bills with the same list of items are one `form`. */
export interface DiagnosisRecords {
  readonly diagnosis: number;
  readonly rows: readonly number[];
  readonly formOf: ReadonlyMap<number, number>;
  /** Forms nearly the same as each form, itself included. */
  readonly like: ReadonlyArray<readonly number[]>;
}

/** Bills of fewer items are too short to be told apart. */
export function recordsByDiagnosis(
  world: World,
  options: { readonly minItems: number; readonly similarity: number; readonly seed: number },
  onDiagnosis: () => void,
): DiagnosisRecords[] {
  const { lines, settlements: s } = world;
  const out: DiagnosisRecords[] = [];
  const isStay = (row: number) => s.class[row] === CLASS_INPATIENT && s.diagnosis[row]! >= 0;
  for (const [diagnosis, all] of rowsByDiagnosis(world, isStay)) {
    onDiagnosis();
    const forms = new Map<string, number>();
    const formOf = new Map<number, number>();
    const start = [0];
    const tokens: number[] = [];
    const rows: number[] = [];
    for (const row of all) {
      const set = [
        ...new Set(lines.item.subarray(lines.start[row] ?? 0, lines.start[row + 1] ?? 0)),
      ];
      if (set.length < options.minItems) continue;
      set.sort((a, b) => a - b);
      const key = set.join();
      let form = forms.get(key);
      if (form === undefined) {
        form = forms.size;
        forms.set(key, form);
        tokens.push(...set);
        start.push(tokens.length);
      }
      formOf.set(row, form);
      rows.push(row);
    }
    if (rows.length === 0) continue;
    const like: number[][] = Array.from({ length: forms.size }, (_, i) => [i]);
    similarPairs(start, tokens, options, (i, j) => {
      like[i]!.push(j);
      like[j]!.push(i);
    });
    out.push({ diagnosis, rows, formOf, like });
  }
  return out;
}

/** Settlements that stand and are wanted, by diagnosis (−1 where it is unknown), the diagnoses in order. */
export function rowsByDiagnosis(
  world: World,
  wanted: (row: number) => boolean,
): Array<[diagnosis: number, rows: number[]]> {
  const s = world.settlements;
  const rowsOf = new Map<number, number[]>();
  for (let row = 0; row < s.count; row++) {
    if (s.cancelled[row] || !wanted(row)) continue;
    push(rowsOf, s.diagnosis[row]!, row);
  }
  return [...rowsOf].sort((x, y) => x[0] - y[0]);
}
