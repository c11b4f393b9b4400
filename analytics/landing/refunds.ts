/**
 * Refund netting (DATA.md §1): a refund cancels the latest earlier uncancelled settlement of the
 * same visit, person and institution and opposite amount; a smaller one reduces the latest that is
 * greater; one that fits nothing stays unmatched.
 */
export interface RefundRows {
  readonly count: number;
  /** Group of visit, person and institution. Rows are ordered by group, then time, refunds last. */
  readonly group: Int32Array;
  readonly refund: Uint8Array;
  /** Fen; negative for refunds. */
  readonly amount: Float64Array;
  readonly fund: Float64Array;
  /** Epoch seconds, NaN when unknown. */
  readonly time: Float64Array;
}

export interface Netting {
  readonly matched: number;
  readonly partial: number;
  readonly unmatched: number;
  /** By row, for settlements that a refund touched. */
  readonly touched: ReadonlyMap<number, NetSettlement>;
}

export interface NetSettlement {
  cancelled: boolean;
  refundTime: number;
  /** What is left, fen. */
  amount: number;
  fund: number;
}

export function netRefunds(rows: RefundRows): Netting {
  const touched = new Map<number, NetSettlement>();
  let matched = 0;
  let partial = 0;
  let unmatched = 0;
  const left = (row: number) => touched.get(row)?.amount ?? rows.amount[row]!;
  const touch = (row: number) => {
    let net = touched.get(row);
    if (!net) {
      net = { cancelled: false, refundTime: 0, amount: rows.amount[row]!, fund: rows.fund[row]! };
      touched.set(row, net);
    }
    return net;
  };

  let group = -1;
  let open: number[] = [];
  for (let row = 0; row < rows.count; row++) {
    if (rows.group[row] !== group) {
      group = rows.group[row]!;
      open = [];
    }
    if (!rows.refund[row]) {
      open.push(row);
      continue;
    }
    const back = -rows.amount[row]!;
    const exact = open.findLastIndex((s) => left(s) === back);
    const larger = exact < 0 ? open.findLastIndex((s) => left(s) > back) : -1;
    const at = exact >= 0 ? exact : larger;
    if (at < 0) {
      unmatched++;
      continue;
    }
    const net = touch(open[at]!);
    net.refundTime = rows.time[row]!;
    if (exact >= 0) {
      matched++;
      net.cancelled = true;
      net.amount = 0;
      net.fund = 0;
      open.splice(at, 1);
    } else {
      partial++;
      net.amount -= back;
      net.fund = Math.max(0, net.fund + rows.fund[row]!);
    }
  }
  return { matched, partial, unmatched, touched };
}
