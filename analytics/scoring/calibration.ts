/**
 * Nominal against realised: whether a p-value of .05 is one in twenty honest worlds (DETECTORS.md §4.3).
 *
 * - A detector's p is family-wise, so of clean worlds the share in which its surest candidate has p ≤ α must not
 *   exceed α. Published p-values are discrete and each is weakened by the best innocent explanation, so they may
 *   reject less often.
 * - The tails that N2 fits to redrawn worlds are tried on the same: each redrawn world in turn is judged by the
 *   tail fitted to the others (leave one out; Stone 1974, "Cross-validatory choice").
 */
import {
  fitGeneralisedPareto,
  generalisedParetoTail,
  gumbelPredictiveP,
  maximumP,
} from '../algorithms/extremes.js';
import { wilson } from '../algorithms/wilson.js';
import type { Finding } from '../model/finding.js';

export const NOMINAL = [0.001, 0.01, 0.05, 0.1, 0.2, 0.5] as const;

/** How often p ≤ `nominal` came, of `of`, with Wilson's 95 % interval of the share. */
export interface Realised {
  readonly nominal: number;
  readonly hits: number;
  readonly of: number;
  readonly low: number;
  readonly high: number;
}

export function realised(p: readonly number[], levels: readonly number[] = NOMINAL): Realised[] {
  return levels.map((nominal) => {
    const hits = p.filter((value) => value <= nominal).length;
    const { low, high } = wilson(hits, p.length);
    return { nominal, hits, of: p.length, low: round(low), high: round(high) };
  });
}

/** p of the surest candidate that no innocent explanation takes away; 1 without any. */
export function surestP(findings: readonly Finding[]): number {
  return Math.min(1, ...findings.flatMap((f) => (f.status === 'finding' ? (f.p ?? []) : [])));
}

/** Share of a table's worlds that a generalised Pareto tail stands on. */
const TAIL = 0.25;
/** As far as a tail fitted to so few worlds is asked. */
const TAIL_LEVELS = NOMINAL.filter((level) => level < TAIL);
/** Worst worlds that are shown one by one; of the others every fifth. */
const SHOWN = 10;
const SHOWN_STEP = 5;

/** P(best score of an honest world ≥ score), where the law says anything of it. */
type Law = (best: Float64Array) => (score: number) => number | null;

const used: Law = (best) => (score) => maximumP(best, score);
const gumbel: Law = (best) => (score) => gumbelPredictiveP(best, score);
const pareto: Law = (best) => {
  const fit = fitGeneralisedPareto(best, 1 - TAIL);
  return (score) => (score > fit.threshold ? generalisedParetoTail(fit, score) : null);
};

function leftOut(tables: readonly Float64Array[], law: Law): Realised[] {
  const p = tables.flatMap((best) =>
    [...best].map((score, own) => law(best.filter((_, i) => i !== own))(score) ?? 1),
  );
  return realised(p, TAIL_LEVELS);
}

/** One point of the drawing: a redrawn world's best score, how many of its table reach it, and what the tails say. */
export interface TailPoint {
  readonly score: number;
  readonly empirical: number;
  /** What a p is taken from: the heavier of the Gumbel tail and that of the largest values. */
  readonly used: number;
  readonly gumbel: number;
  /** null below its threshold. */
  readonly pareto: number | null;
}

export interface Tail {
  readonly tables: number;
  readonly used: readonly Realised[];
  readonly gumbel: readonly Realised[];
  readonly pareto: readonly Realised[];
  /** Of the first table, the highest score first. */
  readonly points: readonly TailPoint[];
}

/**
 * The tails of one search, over the tables (best score of each redrawn world) of several worlds; undefined where
 * every table is one value throughout, which no tail is fitted to.
 */
export function tailOf(all: readonly Float64Array[]): Tail | undefined {
  const tables = all.filter((best) => best.some((score) => score !== best[0]));
  const first = tables[0];
  if (!first) return undefined;
  const sorted = [...first].sort((x, y) => y - x);
  const byPareto = pareto(first);
  const points = sorted.flatMap((score, i): TailPoint[] =>
    i < SHOWN || i % SHOWN_STEP === 0
      ? [
          {
            score: round(score),
            empirical: round((i + 1) / (sorted.length + 1)),
            used: round(maximumP(first, score)),
            gumbel: round(gumbelPredictiveP(first, score)),
            pareto: round(byPareto(score)),
          },
        ]
      : [],
  );
  return {
    tables: tables.length,
    used: leftOut(tables, used),
    gumbel: leftOut(tables, gumbel),
    pareto: leftOut(tables, pareto),
    points,
  };
}

/** Four digits: more says nothing, and the file is read by people. */
function round<T extends number | null>(value: T) {
  return (value === null ? null : Number(value.toPrecision(4))) as T;
}
