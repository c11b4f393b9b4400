import { logChi2Tail } from '../../algorithms/gamma.js';
import { cauchyCombination } from '../../algorithms/multiplicity.js';

/** Kinds of evidence that record errors make independently of each other. */
export const KINDS = [
  'stays',
  'twoCentres',
  'afterDeath',
  'overFive',
  'supports',
  'course',
] as const;
export type Kind = (typeof KINDS)[number];
/**
 * What a centre is compared in: the kinds, two of them in one patient, the records of odd courses
 * against those of ordinary ones, and its machines.
 */
export type Part = Kind | 'joint' | 'contrast' | 'capacity';

/** ln of Fisher's combination; a kind that showed nothing counts as one that was looked at. */
export function fisher(logP: readonly number[]): number {
  if (logP.length === 0) return 0;
  const sum = logP.reduce((total, x) => total + Math.max(x, -690), 0);
  return logChi2Tail(-2 * sum, 2 * logP.length);
}

/** Discrete p's of 1 say nothing; entered as they are they would outvote any other. */
export function lenientCauchy(p: readonly number[], weights?: readonly number[]): number {
  return cauchyCombination(
    p.map((x) => Math.min(x, 0.5)),
    weights,
  );
}

/** One centre in so many has a programme that makes its courses odd. */
export const COURSE_FLOOR = Math.log(0.01);

/** Weights of the Cauchy rule: what most rings show gets most; `all` is Fisher's of the kinds. */
const WEIGHT = {
  supports: 3,
  joint: 2,
  contrast: 2,
  all: 2,
  stays: 1,
  twoCentres: 1,
  afterDeath: 1,
  overFive: 1,
  course: 0,
  capacity: 0.5,
} as const;

/**
 * One strong kind is found by itself, several middling ones by Fisher's combination, which may take
 * only independent ones (`joint` and `contrast` are made of the others); the Cauchy rule, which bears dependence,
 * puts them together. An odd course counts as a second kind or as a hint, never by itself.
 */
export function together(parts: ReadonlyMap<Part, number>): number {
  const independent = [...parts]
    .filter(([kind]) => kind !== 'joint' && kind !== 'contrast')
    .map(([kind, x]) => (kind === 'course' ? Math.max(x, COURSE_FLOOR) : x));
  return lenientCauchy(
    [...parts.values(), fisher(independent)].map((x) => Math.exp(Math.max(x, -690))),
    [...[...parts.keys()].map((kind) => WEIGHT[kind]), WEIGHT.all],
  );
}
