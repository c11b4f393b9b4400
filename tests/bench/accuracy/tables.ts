import { wilson } from '../../../analytics/algorithms/wilson.js';
import { Q_LEVELS, type WorldResult } from './worlds.js';

export const LEVELS = ['0', '1', '2', '3', '4'] as const;
const HIDDEN = ['0', '1', '2', '3'] as const;

export interface Counted {
  readonly hits: number;
  readonly of: number;
}

export const typesOf = (mixed: readonly WorldResult[]): readonly string[] =>
  [...new Set(mixed.flatMap((w) => Object.keys(w.evaluation.types)))].sort();

const sum = (numbers: readonly number[]) => numbers.reduce((x, y) => x + y, 0);

/** Rings found of rings planted, over worlds; of all types where none is named. */
export function recall(
  mixed: readonly WorldResult[],
  levels: readonly string[],
  type?: string,
  which: 'all' | 'first100' = 'all',
): Counted {
  const groups = mixed.flatMap(({ evaluation }) => {
    const of = type === undefined ? evaluation.overall : evaluation.types[type];
    return levels.flatMap((level) => of?.camouflage[level] ?? []);
  });
  return {
    hits: Math.round(sum(groups.map((g) => g.rings * (g.recall[which] ?? 0)))),
    of: sum(groups.map((g) => g.rings)),
  };
}

function jaccard(mixed: readonly WorldResult[], levels: readonly string[], type: string): number {
  const groups = mixed.flatMap(({ evaluation }) =>
    levels.flatMap((level) => evaluation.types[type]?.camouflage[level] ?? []),
  );
  const rings = sum(groups.map((g) => g.rings));
  return sum(groups.map((g) => g.rings * (g.meanBestJaccard ?? 0))) / rings;
}

const two = (x: number | null | undefined) =>
  typeof x === 'number' && !Number.isNaN(x) ? x.toFixed(2) : '–';

/** A share with its 95 % interval. */
export function interval({ hits, of }: Counted): string {
  if (of === 0) return '–';
  const { low, high } = wilson(hits, of);
  return `${two(hits / of)} (${two(low)}–${two(high)})`;
}

const row = (cells: ReadonlyArray<string | number>) => `| ${cells.join(' | ')} |`;
const head = (...names: string[]) => [row(names), `|${names.map(() => '---|').join('')}`];
const counted = ({ hits, of }: Counted) => (of === 0 ? '–' : `${hits}/${of}`);

export function recallTable(mixed: readonly WorldResult[]): string[] {
  const line = (name: string, type?: string) =>
    row([
      name,
      ...LEVELS.map((level) => counted(recall(mixed, [level], type))),
      interval(recall(mixed, HIDDEN, type)),
      interval(recall(mixed, ['4'], type)),
      interval(recall(mixed, LEVELS, type, 'first100')),
      ...(type ? [HIDDEN, ['4']].map((levels) => two(jaccard(mixed, levels, type))) : ['', '']),
    ]);
  return [
    ...head(
      ...['type', 'c0', 'c1', 'c2', 'c3', 'c4', 'recall c0–c3', 'recall c4'],
      ...['all, in the first 100', 'mean best Jaccard c0–c3', 'c4'],
    ),
    ...typesOf(mixed).map((type) => line(type, type)),
    line('**all**'),
  ];
}

export function listTable(mixed: readonly WorldResult[]): string[] {
  const of = (share: (w: WorldResult) => Counted) => {
    const all = mixed.map(share);
    return interval({ hits: sum(all.map((c) => c.hits)), of: sum(all.map((c) => c.of)) });
  };
  const share = (x: number | null | undefined, n: number) => ({
    hits: Math.round((x ?? 0) * n),
    of: n,
  });
  return [
    ...head(
      ...['precision at 20', 'of the list (q ≤ .05)', 'of the list, touching a case'],
      'look-alikes covered',
    ),
    row([
      of(({ evaluation: { overall } }) =>
        share(overall.precision.at20, Math.min(20, overall.findings)),
      ),
      of(({ evaluation: { overall } }) => share(overall.precision.list, overall.findings)),
      of(({ evaluation: { overall } }) => share(overall.touching.list, overall.findings)),
      of(({ evaluation: { lookalikes } }) => ({
        hits: lookalikes?.covered ?? 0,
        of: lookalikes?.count ?? 0,
      })),
    ]),
  ];
}

/** Findings that match no case, of those up to a q. */
export function realisedTable(mixed: readonly WorldResult[]): string[] {
  return [
    ...head('nominal q', 'findings', 'realised share that match no case', 'that touch none'),
    ...Q_LEVELS.map((q) => {
      const at = mixed.flatMap((w) => w.realised.filter((r) => r.q === q));
      const of = sum(at.map((r) => r.findings));
      const share = (hits: readonly number[]) => interval({ hits: sum(hits), of });
      return row([q, of, share(at.map((r) => r.wrong)), share(at.map((r) => r.untouched))]);
    }),
  ];
}

export function cleanTable(clean: readonly WorldResult[]): string[] {
  const kinds = [...new Set(clean.map((w) => w.plan.without ?? 'nothing'))];
  return [
    ...head('clean worlds, withheld', 'worlds', 'settlements', 'findings', 'for each 100,000'),
    ...kinds.map((kind) => {
      const own = clean.filter((w) => (w.plan.without ?? 'nothing') === kind);
      const settlements = sum(own.map((w) => w.plan.settlements));
      const findings = sum(own.map((w) => w.evaluation.overall.findings));
      return row([
        ...[kind, own.length, settlements, findings],
        two((findings * 100_000) / settlements),
      ]);
    }),
  ];
}

export interface Curve {
  readonly question: string;
  readonly prevalence: number;
  /** Means over worlds, ours first. */
  readonly scores: ReadonlyMap<string, number>;
}

/** Areas under the precision–recall curve of patients; levels from all rings of a level, others left out. */
export function curves(mixed: readonly WorldResult[]): Curve[] {
  const mean = (numbers: ReadonlyArray<number | null | undefined>) => {
    const known = numbers.filter((n): n is number => typeof n === 'number');
    return sum(known) / known.length;
  };
  const names = Object.keys(mixed[0]?.plain.all ?? {});
  return ['all', ...LEVELS].map((question) => {
    const ours = mixed.map(({ evaluation: { overall } }) =>
      question === 'all' ? overall.auprc.patient : overall.camouflage[question]?.auprc.patient,
    );
    return {
      question,
      prevalence: mean(ours.map((o) => (o?.auprc === null ? null : o?.prevalence))),
      scores: new Map([
        ['Ringfence', mean(ours.map((o) => o?.auprc))],
        ...names.map((name): [string, number] => [
          name,
          mean(mixed.map((w) => w.plain[question]?.[name])),
        ]),
      ]),
    };
  });
}

export function curveTable(mixed: readonly WorldResult[]): string[] {
  const all = curves(mixed);
  return [
    ...head('AUPRC of patients', 'prevalence', ...(all[0]?.scores.keys() ?? [])),
    ...all.map(({ question, prevalence, scores }) =>
      row([
        question === 'all' ? 'all rings' : `c${question}`,
        prevalence.toFixed(4),
        ...[...scores.values()].map(two),
      ]),
    ),
  ];
}

/** Every ring that no finding matches. */
export function missedTable(mixed: readonly WorldResult[]): string[] {
  const missed = mixed.flatMap(({ plan, evaluation }) =>
    evaluation.missed.map((m) => ({ ...m, world: plan })),
  );
  return [
    ...head('missed', 'rings', 'best Jaccard of each'),
    ...[...new Set(missed.map((m) => m.type))].sort().map((type) => {
      const own = missed.filter((m) => m.type === type);
      return row([
        type,
        own.length,
        own.map((m) => `${m.world.seed}·${m.ring} ${two(m.bestJaccard)}`).join(', '),
      ]);
    }),
  ];
}
