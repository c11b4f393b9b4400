/** Stays that go together for a reason of their own, whoever else is there. */
import { push } from '../model/multimap.js';
import type { StayColumns } from './admissions.js';

const CYCLE_STAYS_MIN = 3;
const PLAN_STAYS_MIN = 4;
const PLAN_GAP_MAX = 35;

/**
 * Stays of one person and diagnosis that follow a plan: near-equal gaps where the disease is treated in
 * cycles, equal gaps of some weeks anywhere else; two where the second eye follows the first. A course of cycles that
 * was put off or changed later on is planned as long as it was kept.
 */
export function plannedCycles(stays: StayColumns): Uint8Array {
  const planned = new Uint8Array(stays.patient.length);
  const groups = new Map<string, number[]>();
  for (let i = 0; i < planned.length; i++) {
    if (stays.diagnosis[i]! < 0) continue;
    const key = `${stays.patient[i]}|${stays.diagnosis[i]}`;
    push(groups, key, i);
  }
  for (const group of groups.values()) {
    const cyclic = stays.cyclic[group[0]!] === 1;
    if (group.length === 2 && stays.paired?.[group[0]!]) for (const s of group) planned[s] = 1;
    if (group.length < (cyclic ? CYCLE_STAYS_MIN : PLAN_STAYS_MIN)) continue;
    group.sort((x, y) => stays.begin[x]! - stays.begin[y]!);
    const gaps = group.slice(1).map((s, k) => stays.begin[s]! - stays.begin[group[k]!]!);
    const median = gaps.toSorted((x, y) => x - y)[gaps.length >> 1]!;
    const slack = cyclic ? Math.max(3, median * 0.15) : 2;
    const regular = gaps.map((g) => Math.abs(g - median) <= slack);
    if (median < 5 || (!cyclic && median > PLAN_GAP_MAX)) continue;
    const isRegular = regular.filter(Boolean).length >= gaps.length * (cyclic ? 0.7 : 0.8);
    for (const s of isRegular ? group : cyclic ? inRuns(group, regular) : []) planned[s] = 1;
  }
  return planned;
}

/** Those of some stays, one after the other, of which so many in a row kept the gap between them as a cycle is counted by. */
function inRuns(stays: readonly number[], kept: readonly boolean[]): number[] {
  const out: number[] = [];
  for (let from = 0; from < stays.length; ) {
    let to = from;
    while (kept[to]) to++;
    if (to - from + 1 >= CYCLE_STAYS_MIN) out.push(...stays.slice(from, to + 1));
    from = to + 1;
  }
  return out;
}

/** So soon after a discharge one has been sent on. */
const SENT_ON_DAYS = 2;

/**
 * The second of two stays with hardly a day between: those who were taken in together, as after an accident, are sent
 * on together. More than two in a row are no transfer: so people are passed around.
 */
export function sentOnStays(stays: StayColumns): Uint8Array {
  const sentOn = new Uint8Array(stays.patient.length);
  const order = Int32Array.from(sentOn.keys()).sort(
    (x, y) => stays.patient[x]! - stays.patient[y]! || stays.begin[x]! - stays.begin[y]! || x - y,
  );
  const follows = (k: number) => {
    const [before, after] = [order[k - 1], order[k]];
    if (before === undefined || after === undefined) return false;
    if (stays.patient[before] !== stays.patient[after]) return false;
    return stays.begin[after]! - stays.end[before]! <= SENT_ON_DAYS;
  };
  order.forEach((s, k) => {
    if (follows(k) && !follows(k - 1) && !follows(k + 1)) sentOn[s] = 1;
  });
  return sentOn;
}
