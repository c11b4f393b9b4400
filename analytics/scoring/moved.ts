import { GRADES, type Grade, type Ring, type RiskProfile } from '../model/finding.js';
import type { ProfilePart } from '../model/verdict.js';
import { CONFIRMED_SCORE, type Feedback, SPREAD_SCORE } from './feedback.js';

/** One thing that speaks of an entity: a ring, or what was too faint for the list. */
export interface Given {
  readonly score: number;
  readonly grade: Grade;
  readonly ring?: Ring;
}

/** Scores have six places. */
const round = (x: number) => Math.round(x * 1e6) / 1e6;

function together(given: readonly Given[]): { score: number; grade: Grade } {
  let score = 0;
  let grade: Grade = 'A';
  for (const g of given) {
    score = 1 - (1 - score) * (1 - g.score);
    if (GRADES.indexOf(g.grade) > GRADES.indexOf(grade)) grade = g.grade;
  }
  return { score: round(score), grade };
}

/**
 * Score and grade of an entity, and what verdicts did to them, one after the other: what was dismissed
 * weighs as much of its score as was not looked at, and grades no higher than B when most was; what a
 * detector found that is often wrong weighs the upper end of its precision; who was of a confirmed ring has E and
 * CONFIRMED_SCORE besides; who is close to one gets at most SPREAD_SCORE and B. Without verdicts there is no `parts`.
 */
export function moved(
  key: string,
  given: readonly Given[],
  feedback: Feedback | undefined,
): Pick<RiskProfile, 'score' | 'grade'> & { parts?: readonly ProfilePart[] } {
  let now = together(given);
  if (!feedback) return now;
  const parts: ProfilePart[] = [];
  const current = [...given];
  const step = (part: Omit<ProfilePart, 'by'>) => {
    const next = together(current);
    const by = round(next.score - now.score);
    if (by !== 0 || next.grade !== now.grade) parts.push({ ...part, by });
    now = next;
  };
  const dismissed = new Set<Ring>();
  for (const [i, g] of current.entries()) {
    const dismissal = g.ring && feedback.dismissal(g.ring);
    if (!g.ring || !dismissal) continue;
    dismissed.add(g.ring);
    const { verdict, covered } = dismissal;
    current[i] = { ...g, score: g.score * (1 - covered), grade: lower(g.grade) };
    step({
      code: 'dismissed',
      ring: verdict.ring,
      reason: verdict.reason,
      measured: round(covered),
    });
  }
  for (const [i, g] of current.entries()) {
    if (!g.ring || dismissed.has(g.ring)) continue;
    const weight = feedback.record(g.ring.detector);
    if (weight >= 1) continue;
    current[i] = { ...g, score: g.score * weight };
    step({ code: 'record', ring: g.ring.ring, detector: g.ring.detector, measured: weight });
  }
  for (const { ring, reason } of feedback.confirmed.get(key) ?? []) {
    current.push({ score: CONFIRMED_SCORE, grade: 'E' });
    step({ code: 'confirmed', ring, ...(reason ? { reason } : {}) });
  }
  const spread = feedback.spread.get(key);
  if (spread) {
    current.push({ score: SPREAD_SCORE * spread.closeness, grade: 'B' });
    step({ code: 'spread', measured: round(spread.closeness), via: spread.via });
  }
  return parts.length > 0 ? { ...now, parts } : now;
}

const lower = (grade: Grade): Grade => (GRADES.indexOf(grade) > 1 ? 'B' : grade);
