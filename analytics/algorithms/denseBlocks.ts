/**
 * Dense blocks of patients × institutions one after another, and honest worlds to hold them against.
 *
 * The densest block by FRAUDAR's peel (`peel.ts`) is taken, its links removed, and the rest peeled
 * again. Only people with `minLinks` institutions or more enter: nobody else can be in a block that
 * matters, and they are few. Null: links dealt again among the people of one home area, which keeps how many places a person uses and how popular a place is in the area.
 */
import { push } from '../model/multimap.js';
import type { Rng } from '../model/rng.js';
import { type Block, peelDensest } from './peel.js';
import type { Links } from './placeLinks.js';

export interface BlockOptions {
  readonly minLinks: number;
  readonly blocks: number;
  readonly places: number;
  readonly signal?: AbortSignal;
}

/** Blocks in the order found; rows are patients, columns places. */
export function denseBlocks(links: Links, options: BlockOptions): Block[] {
  const degree = new Map<number, number>();
  for (const p of links.patient) degree.set(p, (degree.get(p) ?? 0) + 1);
  const people = [...degree]
    .filter(([, d]) => d >= options.minLinks)
    .map(([p]) => p)
    .sort((x, y) => x - y);
  const at = new Map(people.map((p, i) => [p, i]));
  let row: number[] = [];
  let column: number[] = [];
  links.patient.forEach((p, e) => {
    const i = at.get(p);
    if (i === undefined) return;
    row.push(i);
    column.push(links.place[e]!);
  });
  const out: Block[] = [];
  while (out.length < options.blocks && row.length > 0) {
    const block = peelDensest(
      {
        ...{ rows: people.length, columns: options.places },
        ...{ row: Int32Array.from(row), column: Int32Array.from(column) },
      },
      { logWeighted: true, ...(options.signal ? { signal: options.signal } : {}) },
    );
    out.push({ ...block, rows: block.rows.map((i) => people[i]!) });
    const rows = new Set(block.rows);
    const columns = new Set(block.columns);
    const keep = row.map((i, e) => !(rows.has(i) && columns.has(column[e]!)));
    row = row.filter((_, e) => keep[e]);
    column = column.filter((_, e) => keep[e]);
  }
  return out;
}

const DEAL_ROUNDS = 8;

/**
 * Places dealt again among the links of one area; links are sorted by patient. A patient who is dealt
 * one place twice swaps it with a random link of the area, a few rounds long; what is doubled then stays.
 */
export function dealLinks({ patient, place }: Links, area: Int32Array, rng: Rng): Int32Array {
  const out = place.slice();
  const byArea = new Map<number, number[]>();
  const areaOf = new Int32Array(patient.length);
  patient.forEach((p, e) => {
    areaOf[e] = area[p]!;
    push(byArea, area[p]!, e);
  });
  const swap = (i: number, j: number) => {
    const held = out[i]!;
    out[i] = out[j]!;
    out[j] = held;
  };
  for (const list of byArea.values())
    for (let x = list.length - 1; x > 0; x--) swap(list[x]!, list[rng.int(x + 1)]!);
  for (let round = 0; round < DEAL_ROUNDS; round++) {
    const doubled: number[] = [];
    for (let from = 0; from < patient.length; ) {
      let to = from + 1;
      for (; to < patient.length && patient[to] === patient[from]; to++)
        for (let x = from; x < to; x++)
          if (out[x] === out[to]) {
            doubled.push(to);
            break;
          }
      from = to;
    }
    if (doubled.length === 0) break;
    for (const e of doubled) {
      const list = byArea.get(areaOf[e]!)!;
      swap(e, list[rng.int(list.length)]!);
    }
  }
  return out;
}

/** Score of the best block of one redrawn world, for each of several `minLinks`. */
export function redrawnBlocks(
  links: Links,
  area: Int32Array,
  rng: Rng,
  steps: readonly BlockOptions[],
): number[] {
  const place = dealLinks(links, area, rng);
  return steps.map(
    (options) =>
      denseBlocks({ patient: links.patient, place }, { ...options, blocks: 1 })[0]?.score ?? 0,
  );
}

/** Score of a given block, by the weights of `denseBlocks` before any block was taken out. */
export function blockScore(
  links: Links,
  rows: ReadonlySet<number>,
  columns: ReadonlySet<number>,
  minLinks: number,
): number {
  const people = new Map<number, number>();
  for (const p of links.patient) people.set(p, (people.get(p) ?? 0) + 1);
  const degree = new Map<number, number>();
  links.patient.forEach((p, e) => {
    if (people.get(p)! < minLinks) return;
    degree.set(links.place[e]!, (degree.get(links.place[e]!) ?? 0) + 1);
  });
  let sum = 0;
  links.patient.forEach((p, e) => {
    if (rows.has(p) && columns.has(links.place[e]!))
      sum += 1 / Math.log((degree.get(links.place[e]!) ?? 0) + 5);
  });
  return rows.size + columns.size > 0 ? sum / (rows.size + columns.size) : 0;
}
