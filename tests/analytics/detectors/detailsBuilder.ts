import type { Details } from '../../../analytics/projection/details.js';
import { NO_DETAILS, STOCK_IN, STOCK_LOSS } from '../../../analytics/projection/details.js';
import { ingredientOf } from '../../../analytics/projection/ingredient.js';

export interface PlainItem {
  readonly id: string;
  readonly name?: string;
  /** 101 unless given. */
  readonly listType?: number;
  readonly resaleRisk?: number;
  readonly dayDose?: number;
  readonly packSize?: number;
}

export interface PlainLine {
  readonly item: string;
  /** 1 unless given. */
  readonly units?: number;
  /** Fen; 1000 unless given. */
  readonly fen?: number;
  readonly doctor?: string;
  readonly supplyDays?: number;
}

export interface PlainTrace {
  readonly code: string;
  readonly item: string;
  readonly lot?: string;
}

export interface PlainMovement {
  readonly item: string;
  readonly units: number;
  readonly day: number;
  /** Bought in unless given. */
  readonly kind?: 'in' | 'loss';
}

/** What a settlement of the built world, in its order, has besides. */
export interface Behind {
  readonly patient: number;
  readonly institution: number;
  readonly doctor: number;
  readonly time: number;
  readonly items: readonly PlainLine[];
  readonly traces: readonly PlainTrace[];
}

const ints = (values: readonly number[]) => {
  const out = new Int32Array(new SharedArrayBuffer(values.length * 4));
  out.set(values);
  return out;
};
const reals = (values: readonly number[]) => {
  const out = new Float64Array(new SharedArrayBuffer(values.length * 8));
  out.set(values);
  return out;
};
const sorted = (values: Iterable<string>) => [...new Set(values)].sort();

/** Details as the projection would load them, of what stands at settlements and institutions. */
export function buildDetails(
  catalogue: readonly PlainItem[],
  settlements: readonly Behind[],
  stocks: ReadonlyArray<readonly PlainMovement[]>,
  doctorAt: (code: string) => number,
): Details {
  const ids = sorted([
    ...catalogue.map((i) => i.id),
    ...settlements.flatMap((s) => [...s.items, ...s.traces].map((l) => l.item)),
    ...stocks.flat().map((m) => m.item),
  ]);
  const itemAt = new Map(ids.map((id, i) => [id, i]));
  const known = new Map(catalogue.map((i) => [i.id, i]));
  const names = ids.map((id) => known.get(id)?.name ?? id);
  const drug = ids.map((id) => (known.get(id)?.listType ?? 101) < 200);
  const ingredients = sorted(names.map(ingredientOf));
  const lines = settlements.flatMap((s, settlement) =>
    [...s.items]
      .map((l) => ({ ...l, settlement, at: itemAt.get(l.item)!, attending: s.doctor }))
      .sort((x, y) => x.at - y.at || (x.units ?? 1) - (y.units ?? 1)),
  );
  const start = ints(new Array(settlements.length + 1).fill(0));
  for (const l of lines) start[l.settlement + 1]!++;
  for (let s = 0; s < settlements.length; s++) start[s + 1]! += start[s]!;
  const codes = sorted(settlements.flatMap((s) => s.traces.map((t) => t.code)));
  const lotOf = (t: PlainTrace) => `${t.item}|${t.lot ?? ''}`;
  const lots = sorted(settlements.flatMap((s) => s.traces.map(lotOf)));
  const traces = settlements
    .flatMap((s, settlement) => s.traces.map((t) => ({ ...t, s, settlement })))
    .sort((x, y) =>
      x.code === y.code
        ? x.s.time - y.s.time || x.settlement - y.settlement
        : x.code < y.code
          ? -1
          : 1,
    );
  const moves = stocks.flatMap((list, institution) =>
    [...list]
      .map((m) => ({ ...m, institution, at: itemAt.get(m.item)! }))
      .sort((x, y) => x.at - y.at || x.day - y.day || x.units - y.units),
  );
  return {
    ...NO_DETAILS,
    items: {
      ids,
      names,
      listType: ints(ids.map((id) => known.get(id)?.listType ?? 101)),
      resaleRisk: ints(ids.map((id) => known.get(id)?.resaleRisk ?? -1)),
      ingredient: ints(names.map((n, i) => (drug[i] ? ingredients.indexOf(ingredientOf(n)) : -1))),
      dayDose: reals(ids.map((id) => known.get(id)?.dayDose ?? Number.NaN)),
      packSize: reals(ids.map((id) => known.get(id)?.packSize ?? Number.NaN)),
    },
    lines: {
      count: lines.length,
      start,
      settlement: ints(lines.map((l) => l.settlement)),
      item: ints(lines.map((l) => l.at)),
      units: reals(lines.map((l) => l.units ?? 1)),
      fen: ints(lines.map((l) => l.fen ?? 1000)),
      covered: ints(lines.map((l) => l.fen ?? 1000)),
      doctor: ints(lines.map((l) => (l.doctor === undefined ? l.attending : doctorAt(l.doctor)))),
      supplyDays: ints(lines.map((l) => l.supplyDays ?? -1)),
    },
    traces: {
      count: traces.length,
      settlement: ints(traces.map((t) => t.settlement)),
      patient: ints(traces.map((t) => t.s.patient)),
      institution: ints(traces.map((t) => t.s.institution)),
      item: ints(traces.map((t) => itemAt.get(t.item)!)),
      code: ints(traces.map((t) => codes.indexOf(t.code))),
      lot: ints(traces.map((t) => lots.indexOf(lotOf(t)))),
      sign: ints(traces.map(() => 1)),
      time: reals(traces.map((t) => t.s.time)),
    },
    stock: {
      count: moves.length,
      institution: ints(moves.map((m) => m.institution)),
      item: ints(moves.map((m) => m.at)),
      kind: ints(moves.map((m) => (m.kind === 'loss' ? STOCK_LOSS : STOCK_IN))),
      units: reals(moves.map((m) => m.units)),
      day: ints(moves.map((m) => m.day)),
    },
  };
}
