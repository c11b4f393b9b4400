/**
 * Rushes: an hour or a day with far more cards than the pharmacy ever has (published case: 196 swipes on a day
 * of which cameras showed 30 visitors).
 *
 * The scan is `algorithms/burst.ts`, its Bonferroni bound over windows and pharmacies the p. An honest crowd
 * is just as unlikely under a pharmacy's ordinary hours, so that p proves nothing alone: each innocent
 * reason for a crowd is tested, and the p is never below what the best of them leaves.
 *
 * - A promotion (check-up day, opening) brings customers, who come alive and in opening hours: rejected where the
 *   cards are those of people in hospital, refunded, used by night beyond the base rates, or at even gaps as no
 *   queue is served; or where the day is beyond the largest days of the other pharmacies (Gumbel, predictive), which have promotions as well.
 * - Residents of a home whose carer fetches, colleagues on one outing: one of an address or employer stands for all.
 * - On a chain's event others have a rush the same day: then the crowd's size says nothing.
 * - Market days and the account's yearly reset bring custom to all: the expectation is raised by the county's day.
 */
import { sidak } from '../algorithms/multiplicity.js';
import { groupP } from '../algorithms/pairGroups.js';
import { throwIfAborted } from '../model/errors.js';
import { type Finding, type InnocentExplanation, patientsOf } from '../model/finding.js';
import type { WorkContext } from '../model/progress.js';
import { formatDay } from '../model/time.js';
import type { World } from '../projection/world.js';
import { type ConductTest, conductOf } from './cardBursts/conduct.js';
import {
  CARDS_MIN,
  type Left,
  largestCrowd,
  RATIO,
  type Rush,
  rushesOf,
  type Till,
  tillsOf,
} from './cardBursts/rushes.js';
import { shareLevel } from './levelShare.js';
import { conclude, fundOf, institutionSubject, memberSubjects, ranked, reason } from './telling.js';

const DETECTOR = 'card-farming-pharmacy';
/** What this search is given of the detector's level. */
const LEVEL_SHARE = 0.1;
/** Fewer other pharmacies say nothing of how large promotions are; and any promotion may bring so many times the custom. */
const PEERS_MIN = 8;
const CROWD_MIN = Math.log(4);
/** Other pharmacies with a rush on the day, from which on it is an event. */
const EVENT_MIN = 2;
/** Of so many rushes or more, a card of the ring is in two at least. */
const OFTEN = 3;
/** First and last days of a year on which accounts are emptied or filled. */
const RESET = /-(12-(1[6-9]|2\d|3[01])|01-0[1-9])$/;

interface Options {
  readonly q: number;
  readonly version: number;
}

/**
 * The rings that were found, with the rushes that they account for as a reason, and the pharmacies whose rushes
 * nobody of them accounts for; the level is shared between the two searches.
 */
export function withBursts(
  world: World,
  rings: readonly Finding[],
  options: Options,
  context: WorkContext,
): Finding[] {
  throwIfAborted(context.signal);
  const tills = tillsOf(world);
  const rushes = rushesOf(world, tills, options.q * LEVEL_SHARE, context);
  if (rushes.size === 0) return shareLevel(rings, [], LEVEL_SHARE);
  const told = rings.map((ring) => withRush(world, ring, rushes));
  const days = rushDays(rushes);
  const crowds = tills.map(largestCrowd);
  const findings: Finding[] = [];
  for (const [at, till] of tills.entries()) {
    throwIfAborted(context.signal);
    const left = rushes.get(till.institution);
    if (!left || left.length === 0) continue;
    const others = crowds.filter((_, k) => k !== at);
    const telling = others.length >= PEERS_MIN && crowds[at]! >= CROWD_MIN;
    const crowd = telling ? groupP(crowds[at]!, { best: Float64Array.from(others) }) : 1;
    findings.push(
      describe(world, till, left, options, {
        crowd: sidak(crowd, tills.length),
        usualCrowd: Math.exp(Math.max(...others, 0)),
        ownCrowd: Math.exp(crowds[at]!),
        candidates: rushes.size,
        days,
      }),
    );
  }
  return shareLevel(told, findings, LEVEL_SHARE);
}

/** A rush that is no rush without a ring's cards is the ring's: it becomes a reason, and is taken out of `rushes`. */
function withRush(world: World, ring: Finding, rushes: Map<number, Rush[]>): Finding {
  if (ring.status === 'explained') return ring;
  const cards = new Set(patientsOf(ring));
  const places = new Set(ring.subjects.filter((s) => s.role === 'core').map((s) => s.id));
  const own: Rush[] = [];
  for (const [institution, list] of rushes) {
    if (!places.has(world.institutions.ids[institution]!)) continue;
    const isOwn = (rush: Rush) => {
      const rest = rush.rows.filter(
        (i) => !cards.has(world.patients.ids[world.settlements.patient[i]!]!),
      ).length;
      return rest < Math.max(CARDS_MIN, RATIO * rush.expected);
    };
    own.push(...list.filter(isOwn));
    rushes.set(
      institution,
      list.filter((r) => !isOwn(r)),
    );
  }
  if (own.length === 0) return ring;
  const first = surest(own);
  return { ...ring, reasons: [...ring.reasons, burstReason(world, first)] };
}

const surest = (rushes: readonly Rush[]) =>
  rushes.reduce((x, y) => (y.logTail < x.logTail ? y : x));

function burstReason(world: World, rush: Rush) {
  return reason(world, DETECTOR, 'burst', {
    ...{ measured: rush.count, expected: rush.expected, unit: 'cards', rows: rush.rows, p: rush.p },
  });
}

/** Pharmacies with a rush, by day of the period. */
function rushDays(rushes: ReadonlyMap<number, readonly Rush[]>): Map<number, Set<number>> {
  const out = new Map<number, Set<number>>();
  for (const [institution, list] of rushes)
    for (const rush of list)
      for (
        let day = Math.floor(rush.from / 24);
        day <= Math.floor((rush.from + rush.hours - 1) / 24);
        day++
      )
        out.set(day, (out.get(day) ?? new Set()).add(institution));
  return out;
}

interface Peers {
  /** p of the largest day of the place under those of the other pharmacies; what these came to, and it. */
  readonly crowd: number;
  readonly usualCrowd: number;
  readonly ownCrowd: number;
  /** Pharmacies with a rush. */
  readonly candidates: number;
  readonly days: ReadonlyMap<number, ReadonlySet<number>>;
}

function describe(
  world: World,
  till: Till,
  rushes: readonly Rush[],
  options: Options,
  peers: Peers,
): Finding {
  const s = world.settlements;
  const first = surest(rushes);
  const rows = [...new Set(rushes.flatMap((r) => r.rows))];
  const tests = conductOf(world, till, rushes);
  const times = new Map<number, Set<Rush>>();
  for (const rush of rushes)
    for (const i of rush.rows)
      times.set(s.patient[i]!, (times.get(s.patient[i]!) ?? new Set<Rush>()).add(rush));
  const least = rushes.length >= OFTEN ? 2 : 1;
  const members = [...times].filter(([, of]) => of.size >= least).map(([m]) => m);
  const inside = new Set(members.length > 0 ? members : times.keys());
  const taken = rows.filter((i) => inside.has(s.patient[i]!));
  const innocent = explain(world, first, tests, peers);
  return {
    ...{ detector: DETECTOR, detectorVersion: options.version, kind: 'ring' },
    subjects: [institutionSubject(world, till.institution), ...memberSubjects(world, inside)],
    reasons: [
      burstReason(world, first),
      ...(peers.crowd <= options.q
        ? [
            reason(world, DETECTOR, 'beyond-promotions', {
              ...{ measured: peers.ownCrowd, expected: peers.usualCrowd, unit: 'times' },
              ...{ rows: first.rows, p: peers.crowd },
            }),
          ]
        : []),
      ...tests
        .filter((t) => t.p <= options.q)
        .map((t) => reason(world, DETECTOR, t.code, { ...t, measured: t.rows.length })),
    ],
    innocent,
    ...conclude(first.p, innocent, options.q),
    fundAtRisk: fundOf(world, taken),
  };
}

function explain(
  world: World,
  rush: Rush,
  tests: readonly ConductTest[],
  peers: Peers,
): InnocentExplanation[] {
  const conduct = Math.min(1, peers.candidates * tests.length * Math.min(...tests.map((t) => t.p)));
  const day = Math.floor(rush.from / 24);
  const others = (peers.days.get(day)?.size ?? 1) - 1;
  const reset = RESET.test(formatDay(world.fromDay + day));
  const raised = (rush.expected * (rush.busier - 1)) / Math.max(1, rush.count - rush.expected);
  const without = ({ count, p }: Left) => ({ q: p, weight: 1 - count / rush.count });
  return ranked([
    { code: 'same-address', ...without(rush.addresses) },
    { code: 'same-employer', ...without(rush.employers) },
    { code: 'promotion-day', q: Math.min(1, 2 * Math.min(conduct, peers.crowd)), weight: 1 },
    others >= EVENT_MIN
      ? { code: 'chain-event', q: conduct, weight: 1 }
      : { code: 'chain-event', q: rush.p, weight: 0 },
    {
      code: reset ? 'quota-reset' : 'market-day',
      ...{ q: rush.pOfDay, weight: Math.min(1, raised) },
    },
  ]);
}
