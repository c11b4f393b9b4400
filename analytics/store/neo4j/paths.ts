import type { EntityKind, EntityRef } from '../../model/ids.js';
import { PATH_STEPS_MAX, type Path } from '../port.js';
import { findNodes } from './ask.js';
import { LABELS, ofKind } from './queries.js';
import type { Reading } from './reading.js';

/** The nodes at each distance from one end, by the server's numbers. */
interface Side {
  readonly levels: Array<ReadonlySet<number>>;
  readonly seen: Set<number>;
  /** Relationships of the deepest level: what another step would read. */
  cost: number;
}

const KINDS = new Map(Object.entries(LABELS).map(([kind, label]) => [label, kind as EntityKind]));

/**
 * Shortest paths by breadth-first search from both ends, the cheaper side first, then the first
 * `limit` of them by keys, step by step: every prefix that stays on a shortest path can be finished,
 * so the first `limit` prefixes hold the first `limit` paths. `allShortestPaths` would name all of
 * them before they are ordered, which two hospitals with common patients have by the hundred thousand.
 */
export async function paths(
  r: Reading,
  from: EntityRef,
  to: EntityRef,
  limit: number,
): Promise<Path[]> {
  const known = await findNodes(r, [from, to]);
  const same = from.kind === to.kind && from.id === to.id;
  if (known.length < (same ? 1 : 2) || limit < 1) return [];
  if (same) return [{ nodes: [from] }];
  const [a, b] = await Promise.all([sideOf(r, from), sideOf(r, to)]);
  if (!a || !b || !(await meet(r, a, b))) return [];
  return firstPaths(r, from, a, await onShortest(r, a, b), Math.floor(limit));
}

async function sideOf(r: Reading, ref: EntityRef): Promise<Side | undefined> {
  const rows = await r.ask<{ number: number; cost: number }>(ofKind('internalId', ref.kind), {
    id: ref.id,
  });
  return rows[0] && start(rows[0]);
}

function start({ number, cost }: { number: number; cost: number }): Side {
  return { levels: [new Set([number])], seen: new Set([number]), cost };
}

async function neighboursOf(r: Reading, level: Iterable<number>): Promise<number[]> {
  const params = { level: [...level].map(BigInt), generation: r.generation };
  const [row] = await r.ask<{ numbers: number[] }>('expand', params);
  return row?.numbers ?? [];
}

async function meet(r: Reading, a: Side, b: Side): Promise<boolean> {
  for (let steps = 1; steps <= PATH_STEPS_MAX; steps++) {
    const [side, other] = a.cost <= b.cost ? [a, b] : [b, a];
    const found = await neighboursOf(r, side.levels.at(-1)!);
    const level = new Set(found.filter((n) => !side.seen.has(n)));
    if (level.size === 0) return false;
    side.levels.push(level);
    for (const n of level) side.seen.add(n);
    const last = other.levels.at(-1)!;
    for (const n of level) if (last.has(n)) return true;
    if (steps === PATH_STEPS_MAX) return false;
    const [row] = await r.ask<{ cost: number }>('levelCost', { level: [...level].map(BigInt) });
    side.cost = row?.cost ?? 0;
  }
  return false;
}

/** The nodes on shortest paths, by distance from the start. */
async function onShortest(r: Reading, a: Side, b: Side): Promise<Array<ReadonlySet<number>>> {
  const middle = a.levels.length - 1;
  const length = middle + b.levels.length - 1;
  const levels: Array<ReadonlySet<number>> = [];
  const inside = (among: ReadonlySet<number>, numbers: Iterable<number>) =>
    new Set([...numbers].filter((n) => among.has(n)));
  levels[middle] = inside(b.levels.at(-1)!, a.levels[middle]!);
  for (let d = middle - 1; d >= 0; d--)
    levels[d] =
      d === 0 ? a.levels[0]! : inside(a.levels[d]!, await neighboursOf(r, levels[d + 1]!));
  for (let d = middle + 1; d <= length; d++)
    levels[d] =
      d === length
        ? b.levels[0]!
        : inside(b.levels[length - d]!, await neighboursOf(r, levels[d - 1]!));
  return levels;
}

interface Step {
  number: number;
  other: number;
  label: string;
  id: string;
}

async function firstPaths(
  r: Reading,
  from: EntityRef,
  a: Side,
  levels: ReadonlyArray<ReadonlySet<number>>,
  limit: number,
): Promise<Path[]> {
  const [first] = a.levels[0]!;
  let prefixes: Array<{ end: number; nodes: EntityRef[] }> = [
    { end: first!, nodes: [{ kind: from.kind, id: from.id }] },
  ];
  for (const level of levels.slice(1)) {
    const rows = await r.ask<Step>('pathStep', {
      ends: [...new Set(prefixes.map((p) => p.end))].map(BigInt),
      level: [...level].map(BigInt),
      limit,
      generation: r.generation,
    });
    const after = new Map<number, Step[]>();
    for (const row of rows) after.set(row.number, [...(after.get(row.number) ?? []), row]);
    const longer: typeof prefixes = [];
    for (const { end, nodes } of prefixes)
      for (const { other, label, id } of after.get(end) ?? [])
        if (longer.length < limit)
          longer.push({ end: other, nodes: [...nodes, { kind: KINDS.get(label)!, id }] });
    prefixes = longer;
  }
  return prefixes.map(({ nodes }) => ({ nodes }));
}
