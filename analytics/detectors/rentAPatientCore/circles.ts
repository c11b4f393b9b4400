import { blockJudge, type JudgedBlock, type Uses } from '../../algorithms/blockHabits.js';
import { blockParts } from '../../algorithms/blockParts.js';
import { type CircleWorld, circleScreen } from '../../algorithms/circles.js';
import { growBlocks } from '../../algorithms/habitBlocks.js';
import { groupP, type NullTable } from '../../algorithms/pairGroups.js';
import {
  countShares,
  coVisits,
  type Links,
  logChances,
  rangesOf,
} from '../../algorithms/placeLinks.js';
import { throwIfAborted } from '../../model/errors.js';
import type { InnocentExplanation } from '../../model/finding.js';
import { push } from '../../model/multimap.js';
import { deriveSeed } from '../../model/rng.js';
import type { World } from '../../projection/world.js';
import type { DetectorContext } from '../detector.js';
import { round, sharedAttributes } from '../explanations.js';
import type { Core } from './describe.js';

const NAME = 'core circles';
/** A place belongs to the core when this share of the people used it, and somebody when he used this share of the places. */
const CORE_SHARE = 0.25;
/**
 * Links of a place at least so many times those that habit makes: what is a little beyond habit is a habit not known. A core
 * may have the places of its own village, too; they count for nothing here.
 */
const RATIO = 4;
/** Places that two of a small core have in common. */
const SHARED = 2;
/** Pairs that blocks are grown from, and blocks of a world that are judged. */
const SEEDS = 400;
const JUDGED_MAX = 40;

export interface SmallCore extends Core {
  readonly p: number;
  readonly innocent: readonly InnocentExplanation[];
}

/**
 * Cores of a dozen people are lost in the density of a whole world, but not in what their homes do: people
 * who have several places in common that are rare for where they live (circles, DETECTORS.md §1). Each was at half
 * of the places only, and no two need to stand out: blocks of people × places are grown from pairs, and each is judged by
 * what is left of it where everybody is explained as well as he can be. Redrawn worlds go the same way; there two
 * people at two places are a block.
 */
export function smallCores(
  world: World,
  links: Links,
  area: Int32Array,
  params: {
    readonly circleScore: number;
    readonly density: number;
    readonly patients: number;
    readonly institutions: number;
    readonly worlds: number;
    readonly q: number;
  },
  context: DetectorContext,
): SmallCore[] {
  const { household, region } = world.patients;
  const { rare, common } = byRarity(links, area);
  const screen = circleScreen(
    { ...rare, area, visited: links },
    {
      ...{ minScore: params.circleScore, minShared: SHARED },
      ...(context.signal ? { signal: context.signal } : {}),
    },
  );
  const { settle, judge } = blockJudge(
    links,
    coVisits(links),
    { area, region, household },
    CORE_SHARE,
  );
  const blocks = (w: CircleWorld, uses: Uses) =>
    growBlocks(w.links, w.costOf, w.pairs, { household, seeds: SEEDS })
      .slice(0, JUDGED_MAX)
      .flatMap(({ people }) => {
        const settled = settle(people, uses);
        return settled === people ? [people] : [people, settled];
      })
      .flatMap((people) =>
        blockParts(people, judge(people, uses).places, (m, k) => uses.by(m).has(k)),
      )
      .map((people) => {
        // Who is of a block for places that turned out to be none of its is not of it.
        const { places } = judge(people, uses);
        const least = Math.max(SHARED, CORE_SHARE * places.length);
        return people.filter((m) => places.filter((k) => uses.by(m).has(k)).length >= least);
      });

  const best: number[] = [];
  for (let w = 0; w < params.worlds; w++) {
    throwIfAborted(context.signal);
    const redrawn = screen.redrawn(deriveSeed(context.seed, `${NAME} ${w}`));
    const uses = usesOf(redrawn.links, common);
    const likeliest = [...blocks(redrawn, uses), ...bestPairs(redrawn, household)];
    const scores = likeliest.map((people) => judge(people, uses).score);
    best.push(Math.max(0, ...scores));
    context.progress?.({ phase: `redrawing ${NAME}`, done: w + 1, total: params.worlds });
  }
  const table: NullTable = { best: Float64Array.from(best) };
  context.redrawn?.(NAME, table.best);

  const observed = screen.observed();
  const uses = usesOf(observed.links, common);
  const isCore = (people: readonly number[], { joined, byHabit }: JudgedBlock) => {
    const beyond = joined.filter((n, k) => n >= RATIO * byHabit[k]!);
    return (
      people.length >= params.patients &&
      beyond.length >= params.institutions &&
      beyond.reduce((x, y) => x + y, 0) >= params.density * beyond.length * people.length
    );
  };
  return blocks(observed, uses)
    .flatMap((people): Array<SmallCore & { score: number }> => {
      const judged = judge(people, uses);
      const p = groupP(judged.score, table);
      if (p > params.q || !isCore(people, judged)) return [];
      const innocent = sharedAttributes(people, world.patients)
        .map(({ code, explains }): InnocentExplanation => {
          const apart = people.filter(
            (m, i) => !people.slice(0, i).some((known) => explains(known, m) > 0),
          );
          const rest = apart.length === people.length ? judged : judge(apart, uses);
          const stands = isCore(apart, rest);
          return {
            code,
            q: stands ? groupP(rest.score, table) : 1,
            weight: round(stands ? Math.max(0, 1 - rest.score / judged.score) : 1),
          };
        })
        .sort((x, y) => y.q - x.q || (x.code < y.code ? -1 : 1));
      const core = { rows: new Set(people), columns: new Set(judged.places) };
      return [{ ...core, p, innocent, score: judged.score }];
    })
    .sort((x, y) => y.score - x.score)
    .map(({ score: _, ...core }) => core);
}

/** The pairs that stand out most, each as a block of two; one of a household. */
function bestPairs({ pairs: { a, b, score } }: CircleWorld, household: Int32Array): number[][] {
  return [...a.keys()]
    .filter((e) => household[a[e]!] !== household[b[e]!])
    .sort((x, y) => score[y]! - score[x]! || x - y)
    .slice(0, JUDGED_MAX)
    .map((e) => [a[e]!, b[e]!]);
}

/** −ln of 1 in 7: a place that so many of one's neighbours use tells nothing, and most links are to such places. */
const COMMON = 2;

function byRarity(links: Links, area: Int32Array): { rare: Links; common: Links } {
  const cost = logChances(links, area, countShares(links, area));
  const only = (wanted: (e: number) => boolean): Links => ({
    patient: links.patient.filter((_, e) => wanted(e)),
    place: links.place.filter((_, e) => wanted(e)),
  });
  return { rare: only((e) => cost[e]! > COMMON), common: only((e) => cost[e]! <= COMMON) };
}

/** The places of a person, rare and common, and whose rare place one is. */
function usesOf(rare: Links, common: Links): Uses {
  const ranges = [rare, common].map((links) => ({ links, of: rangesOf(links.patient) }));
  const known = new Map<number, ReadonlySet<number>>();
  const users = new Map<number, number[]>();
  for (const [e, k] of rare.place.entries()) push(users, k, rare.patient[e]!);
  const by = (person: number) => {
    const places =
      known.get(person) ??
      new Set(
        ranges.flatMap(({ links, of }) => [...links.place.subarray(...(of.get(person) ?? [0, 0]))]),
      );
    known.set(person, places);
    return places;
  };
  return { by, at: (place) => users.get(place) ?? [] };
}
