import type { World } from '../projection/world.js';

/**
 * Fen that the fund paid for some items on some settlements, each counted once: by the covered part
 * of the lines where lines are known, else the whole settlement.
 */
export function fundOfItems(
  world: World,
  rows: Iterable<number>,
  counts: (row: number, item: number) => boolean,
): number {
  const { lines, settlements } = world;
  let sum = 0;
  for (const row of new Set(rows)) {
    const paid = Math.max(0, settlements.fund[row]!);
    const from = lines.start[row] ?? 0;
    const to = lines.start[row + 1] ?? 0;
    let all = 0;
    let own = 0;
    for (let l = from; l < to; l++) {
      all += lines.covered[l]!;
      if (counts(row, lines.item[l]!)) own += lines.covered[l]!;
    }
    sum += all > 0 ? paid * Math.min(1, own / all) : paid;
  }
  return Math.round(sum);
}
