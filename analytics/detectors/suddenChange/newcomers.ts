import type { World } from '../../projection/world.js';
import { weekOf } from './weeks.js';

/** A newcomer comes so many times at least, and so many times as often as those who came before. */
const TIMES_MIN = 4;
const TIMES_USUAL = 3;
/** Fewer than this, or less of the jump, and it is the public that came. */
const PEOPLE_MIN = 3;
const SHARE_MIN = 0.5;

/**
 * The people who carry a jump: never seen at the place before it, and there again and again since. Empty
 * where they make up less than half of `excess` settlements.
 */
export function newcomers(
  world: World,
  rows: readonly number[],
  institution: number,
  week: number,
  firstDay: number,
  excess: number,
): number[] {
  const s = world.settlements;
  const before = new Set<number>();
  for (let i = 0; i < s.count; i++)
    if (s.institution[i] === institution && !s.cancelled[i] && weekOf(world, i, firstDay) < week)
      before.add(s.patient[i]!);
  const times = new Map<number, number>();
  for (const i of rows) times.set(s.patient[i]!, (times.get(s.patient[i]!) ?? 0) + 1);
  const old = [...times].filter(([p]) => before.has(p)).map(([, n]) => n);
  const usual = old.length > 0 ? old.reduce((x, y) => x + y, 0) / old.length : 1;
  const often = Math.max(TIMES_MIN, TIMES_USUAL * usual);
  const who = [...times].filter(([p, n]) => !before.has(p) && n >= often);
  const carried = who.reduce((sum, [, n]) => sum + n, 0);
  if (who.length < PEOPLE_MIN || carried < SHARE_MIN * excess) return [];
  return who.map(([p]) => p);
}
