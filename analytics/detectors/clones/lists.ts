import { jaccardOfLists } from '../../algorithms/minhash.js';
import { countOf, type HouseBill } from './houseBills.js';

/** Bills that repeat most of a list which they have in common, and who else does. */
export interface RewrittenLists {
  /** The bills on one of the lists, those of the longest-standing list first. */
  readonly bills: readonly HouseBill[];
  /** The same, list by list. */
  readonly lists: ReadonlyArray<readonly HouseBill[]>;
  readonly isLike: (bill: HouseBill) => boolean;
}

/** Jaccard similarity of a bill and its list; and of two bills from which a list is looked for. */
const HALF = 0.5;
const BEGIN = 0.4;
/** Bills that make a list, at least. */
const BILLS = 5;
const ROUNDS = 5;

/**
 * The lists that bills were written from: what half of the bills most like one of them have in common, with the bills that
 * share half with it, again and again until nothing changes (Lloyd’s iteration with medians); then the same of the bills that are left.
 */
export function rewrittenLists(all: readonly HouseBill[], minItems: number): RewrittenLists {
  const found: Array<{ list: readonly number[]; bills: readonly HouseBill[] }> = [];
  for (let left = all; left.length >= BILLS; ) {
    const on = around(left, minItems);
    if (!on) break;
    found.push(on);
    const gone = new Set(on.bills);
    left = left.filter((bill) => !gone.has(bill));
  }
  return {
    bills: found.flatMap(({ bills }) => bills),
    lists: found.map(({ bills }) => bills),
    isLike: (bill) => found.some(({ list }) => jaccardOfLists(list, bill.items) >= HALF),
  };
}

function around(left: readonly HouseBill[], minItems: number) {
  let bills: readonly HouseBill[] = [];
  for (const centre of left) {
    const near = left.filter((b) => jaccardOfLists(centre.items, b.items) >= BEGIN);
    if (near.length > bills.length) bills = near;
  }
  let list = inHalfOf(bills);
  for (let round = 0; round < ROUNDS; round++) {
    bills = left.filter((b) => jaccardOfLists(list, b.items) >= HALF);
    const next = inHalfOf(bills);
    if (next.join() === list.join()) break;
    list = next;
  }
  return list.length >= minItems && bills.length >= BILLS ? { list, bills } : undefined;
}

function inHalfOf(bills: readonly HouseBill[]): number[] {
  return [...countOf(bills)]
    .filter(([, n]) => n * 2 >= bills.length)
    .map(([x]) => x)
    .sort((x, y) => x - y);
}
