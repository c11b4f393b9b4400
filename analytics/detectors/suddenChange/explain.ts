import { type ChangeScan, scanChange } from '../../algorithms/changePoint.js';
import { logBinomialTail } from '../../algorithms/tails.js';
import type { InnocentExplanation } from '../../model/finding.js';
import type { World } from '../../projection/world.js';
import { ranked } from '../telling.js';
import { hypotheses } from './hypotheses.js';
import { peopleSince, type Regular } from './regulars.js';
import { type Measure, type Weeks, weekly, weekOf, worthOf } from './weeks.js';

/** Before a change, an institution that has this share of its later level was not open yet. */
const CLOSED = 0.05;
/** But one that was visited in so many weeks, from a quarter before on, was open and hardly used. */
const TRICKLE_WEEKS = 4;
const QUARTER_WEEKS = 13;

export interface Jump {
  readonly measure: Measure | 'new-regulars';
  readonly scan: Pick<ChangeScan, 'at' | 'until' | 'ratio' | 'after' | 'expected'>;
  readonly p: number;
}

/** The test of new regulars of an institution among the settlements that count. */
export type RegularsTest = (counts: (row: number) => boolean) => (h: number) => Jump;

/**
 * Each hypothesis takes its settlements away, here and at the peers, and the rest is tested again. Whether it accounts for
 * a part worth testing shows at the place itself.
 */
export function explain(
  world: World,
  params: { readonly regular: number; readonly q: number },
  h: number,
  jump: Jump,
  series: ReadonlyMap<Measure, Weeks>,
  test: (measure: Measure, weeks: Weeks) => Jump | undefined,
  regular: readonly Regular[],
  regulars: RegularsTest,
  stopped: (h: number) => Jump,
): InnocentExplanation[] {
  const { measure, scan } = jump;
  const { weeks, firstDay } = series.get('visits')!;
  const change = { institution: h, week: scan.at, until: scan.until, firstDay, weeks };
  const s = world.settlements;
  const excess = Math.max(1e-9, scan.after - scan.expected);
  const out = hypotheses(world, change).map(([code, accounts]) => {
    const others = (i: number) => !accounts(i);
    let gone = 0;
    if (measure === 'new-regulars')
      gone = scan.after - peopleSince(regular, h, scan.at, params.regular, others);
    else
      for (let i = 0; i < s.count; i++) {
        if (s.institution[i] !== h || s.cancelled[i] || !accounts(i)) continue;
        const week = weekOf(world, i, firstDay);
        if (week < scan.at || week >= scan.until) continue;
        gone += worthOf(world, measure, i) / series.get(measure)!.units[h]!;
      }
    const weight = Math.min(1, gone / excess);
    if (weight <= params.q) return { code, q: jump.p, weight };
    if (measure === 'new-regulars') return { code, q: regulars(others)(h).p, weight };
    return { code, q: test(measure, weekly(world, measure, others, h))?.p ?? 1, weight };
  });
  const isNew = isNewlyOpened(series.get('visits')!, h);
  const fresh = { code: 'newly-opened', q: isNew ? 1 : jump.p, weight: isNew ? 1 : 0 };
  return ranked([
    ...out,
    fresh,
    ...(measure === 'new-regulars' ? [courses(regular, weeks, jump, stopped(h), h, params.q)] : []),
  ]);
}

/**
 * Where people come for a course of treatment, some begin and others have done all the year: such a place has a crowd of new
 * regulars backwards, too (`stopped`). Of those who came only after `week`, or only as far from the end, each half is one then:
 * binomial with ½. Who did both was there for the middle of the year only, as a crowd is that somebody brought: he counts as new.
 */
function courses(
  regular: readonly Regular[],
  weeks: number,
  jump: Jump,
  stopped: Jump,
  h: number,
  level: number,
): InnocentExplanation {
  const { at: week } = jump.scan;
  const mine = regular.filter((r) => r.institution === h);
  const isNew = (r: Regular) => Math.min(...r.weeks) >= week;
  const isGone = (r: Regular) => Math.max(...r.weeks) < weeks - week;
  const came = mine.filter(isNew).length;
  const left = mine.filter((r) => isGone(r) && !isNew(r)).length;
  const q = Math.exp(logBinomialTail(came, came + left, 0.5));
  const isPlaceOfCourses = stopped.p <= level;
  return {
    code: 'courses',
    q: isPlaceOfCourses ? Math.max(jump.p, q) : jump.p,
    weight: isPlaceOfCourses ? Math.min(1, left / Math.max(1, came)) : 0,
  };
}

/** Hardly anybody came before its one change, and no trickle did for a quarter: it was not open yet. */
export function isNewlyOpened({ counts, expected, weeks }: Weeks, h: number): boolean {
  const own = counts.subarray(h * weeks, (h + 1) * weeks);
  const opened = scanChange(own, expected.subarray(h * weeks, (h + 1) * weeks), 1, 1);
  if (!opened || opened.expected > CLOSED * opened.after) return false;
  const used = [...own.subarray(0, opened.at)].flatMap((n, week) => (n > 0 ? [week] : []));
  return used.length < TRICKLE_WEEKS || opened.at - used[0]! < QUARTER_WEEKS;
}
