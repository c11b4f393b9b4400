import { type ChangeScan, scanChange } from '../../algorithms/changePoint.js';
import { sidak } from '../../algorithms/multiplicity.js';
import { logBinomialTail } from '../../algorithms/tails.js';
import type { InnocentExplanation } from '../../model/finding.js';
import type { World } from '../../projection/world.js';
import { ranked } from '../telling.js';
import { hypotheses } from './hypotheses.js';
import { peopleSince, type Regular, STARTS } from './regulars.js';
import { type Measure, type Weeks, weekly, weekOf, worthOf } from './weeks.js';

/** Before a change, an institution that has this share of its later level was not open yet. */
const CLOSED = 0.05;
/** But one that was visited in so many weeks, from a quarter before on, was open and hardly used. */
const TRICKLE_WEEKS = 4;
const QUARTER_WEEKS = 13;
/** Who comes more often is none of the public that an opening brings. */
const PASSING = 2;
/** Fewer courses before a crowd, and a place is none where people come for them. */
const COURSES_MIN = 4;

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
): InnocentExplanation[] {
  const { measure, scan } = jump;
  const { weeks, firstDay } = series.get('visits')!;
  const change = { institution: h, week: scan.at, until: scan.until, firstDay, weeks };
  const s = world.settlements;
  const excess = Math.max(1e-9, scan.after - scan.expected);
  const opening = ['newly-opened', opened(world, series.get('visits')!, h)] as const;
  const out = [...hypotheses(world, change), opening].map(([code, accounts]) => {
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
  return ranked([
    ...out,
    ...(measure === 'new-regulars' ? [courses(regular, weeks, jump, regulars, h)] : []),
  ]);
}

/**
 * Where people come for a course of treatment, whose visits all fall within a quarter, new ones begin all the year: of those who did a
 * course, the share of the period after `week` began after it (binomial, paid for with the weeks that were looked at). What those leave who
 * came for longer is tested again.
 */
function courses(
  regular: readonly Regular[],
  weeks: number,
  jump: Jump,
  regulars: RegularsTest,
  h: number,
): InnocentExplanation {
  const { at: week } = jump.scan;
  const code = 'courses';
  const brief = regular.filter((r) => spanOf(r) <= QUARTER_WEEKS);
  const mine = brief.filter((r) => r.institution === h);
  const came = mine.filter((r) => Math.min(...r.weeks) >= week).length;
  const before = mine.length - came;
  if (before < COURSES_MIN) return { code, q: jump.p, weight: 0 };
  const even = sidak(Math.exp(logBinomialTail(came, mine.length, 1 - week / weeks)), STARTS);
  const rows = new Set(brief.flatMap((r) => r.rows));
  const rest = regulars((i) => !rows.has(i))(h).p;
  return { code, q: Math.max(jump.p, Math.min(even, rest)), weight: came / jump.scan.after };
}

/** Weeks from somebody's first visit to the last. */
const spanOf = (r: Regular) => Math.max(...r.weeks) - Math.min(...r.weeks);

/**
 * Settlements that the opening of a place accounts for: all of them, or those of people who hardly came twice where these were not seen
 * there before. A ring may use a shop's terminal months before its door is open, and goes on as it was.
 */
function opened(world: World, visits: Weeks, h: number): (row: number) => boolean {
  const s = world.settlements;
  const here = (i: number) => s.institution[i] === h && !s.cancelled[i];
  if (isNewlyOpened(visits, h)) return here;
  const times = new Map<number, number>();
  for (let i = 0; i < s.count; i++)
    if (here(i)) times.set(s.patient[i]!, (times.get(s.patient[i]!) ?? 0) + 1);
  const isPublic = (i: number) => here(i) && times.get(s.patient[i]!)! <= PASSING;
  const counts = new Float64Array(visits.counts.length);
  for (let i = 0; i < s.count; i++) {
    const week = weekOf(world, i, visits.firstDay);
    if (week >= 0 && week < visits.weeks && isPublic(i)) counts[h * visits.weeks + week]!++;
  }
  return isNewlyOpened({ ...visits, counts }, h) ? isPublic : () => false;
}

/** Hardly anybody came before its one change, and no trickle did for a quarter: it was not open yet. */
export function isNewlyOpened({ counts, expected, weeks }: Weeks, h: number): boolean {
  const own = counts.subarray(h * weeks, (h + 1) * weeks);
  const opened = scanChange(own, expected.subarray(h * weeks, (h + 1) * weeks), 1, 1);
  if (!opened || opened.expected > CLOSED * opened.after) return false;
  const used = [...own.subarray(0, opened.at)].flatMap((n, week) => (n > 0 ? [week] : []));
  return used.length < TRICKLE_WEEKS || opened.at - used[0]! < QUARTER_WEEKS;
}
