import { z } from 'zod';
import { sidak } from '../algorithms/multiplicity.js';
import { logNegativeBinomialTail } from '../algorithms/tails.js';
import { throwIfAborted } from '../model/errors.js';
import type { Finding, Reason } from '../model/finding.js';
import type { World } from '../projection/world.js';
import type { Detector } from './detector.js';
import { listLevel } from './parameters.js';
import { type Choice, choiceModel, doctorSums, homesOf, RANKS } from './steeringLoop/choice.js';
import { type Destination, type Referral, referralsTo } from './steeringLoop/referrals.js';
import {
  conclude,
  doctorSubject,
  fundOf,
  inOrder,
  institutionSubject,
  memberSubjects,
  ranked,
  reason,
} from './telling.js';

const ID = 'steering-loop';
const VERSION = 3;

const parameters = z.object({
  pharmacyDays: z
    .number()
    .int()
    .min(0)
    .max(30)
    .default(2)
    .describe('A purchase within so many days of a visit follows it'),
  hospitalDays: z
    .number()
    .int()
    .min(0)
    .max(60)
    .default(7)
    .describe('An admission within so many days of a visit follows it'),
  lift: z
    .number()
    .min(1.5)
    .max(100)
    .default(5)
    .describe('Patients who went there ÷ patients who would have by the choice model, at least'),
  patients: z
    .number()
    .int()
    .min(3)
    .max(200)
    .default(4)
    .describe('Patients of the doctor who went there, at least'),
  spread: z
    .number()
    .min(0)
    .max(5)
    .default(0.1)
    .describe('Overdispersion φ of honest doctors against the choice model'),
  q: listLevel,
});

type Parameters = z.output<typeof parameters>;

const KINDS: readonly Destination[] = ['pharmacy', 'hospital'];

/**
 * A doctor whose patients go on to one pharmacy or hospital far more than habit, home, distance and
 * the colleagues' patients explain (定向引流).
 */
export const steeringLoop: Detector<typeof parameters> = {
  id: ID,
  version: VERSION,
  parameters,
  needs: [],
  async detect(world, params, context) {
    const homes = homesOf(world);
    const found: Finding[] = [];
    for (const kind of KINDS) {
      throwIfAborted(context.signal);
      const days = kind === 'pharmacy' ? params.pharmacyDays : params.hospitalDays;
      const referrals = referralsTo(world, kind, days);
      throwIfAborted(context.signal);
      const choice = choiceModel(world, referrals, homes);
      const byDoctor = new Map<number, Referral[]>();
      for (const e of referrals.events) {
        const list = byDoctor.get(e.doctor);
        if (list) list.push(e);
        else byDoctor.set(e.doctor, [e]);
      }
      // Any doctor with patients enough could have sent to any place: that many looks, for both kinds. Half of the
      // level goes to the nearest, of which there are few (weighted Bonferroni): people are sent where they can go.
      const places = new Set(referrals.uses.map((i) => world.settlements.institution[i]!)).size;
      const able = [...byDoctor.values()].filter(
        (own) => new Set(own.map((e) => e.patient)).size >= params.patients,
      ).length;
      const all = Math.max(1, able * KINDS.length);
      const [ownNear, ownFar] = [2 * Math.min(RANKS, places), 2 * places];
      const looks = { near: all * ownNear, far: all * ownFar, ownNear, ownFar };
      for (const [doctor, events] of [...byDoctor].sort((x, y) => x[0] - y[0])) {
        throwIfAborted(context.signal);
        found.push(...steered(world, params, kind, choice, homes, doctor, events, looks));
      }
    }
    return inOrder(found);
  },
};

/** Looks at near places and at others, of all doctors; and the places of one. */
interface Looks {
  readonly near: number;
  readonly far: number;
  readonly ownNear: number;
  readonly ownFar: number;
}

/** The lift that a further place of a doctor needs who stands out already, as a share. */
const FURTHER = 0.5;

/** Whoever went there at all, and whoever went there mostly: two ways of counting the same people. */
const WAYS = 2;

interface Judged {
  readonly went: ReadonlySet<number>;
  readonly expected: number;
  readonly rawP: number;
  /** Enough of them, and often enough what was expected for a further place. */
  readonly enough: boolean;
}

type Chance = (e: Referral) => number;

/** People who would go there at least once in their uses, each use by itself. */
function expectedOnce(uses: ReadonlyMap<number, readonly Referral[]>, chance: Chance): number {
  let sum = 0;
  for (const own of uses.values()) sum += 1 - own.reduce((left, e) => left * (1 - chance(e)), 1);
  return sum;
}

/**
 * At most so many would go there in more than half of their uses, however much habit ties the uses of one
 * person to each other: Markov's bound on each person's share, E[share] ÷ least share that is more than half.
 */
function expectedMostly(uses: ReadonlyMap<number, readonly Referral[]>, chance: Chance): number {
  let sum = 0;
  for (const own of uses.values()) {
    const expected = own.reduce((all, e) => all + chance(e), 0);
    sum += Math.min(1, expected / (Math.floor(own.length / 2) + 1));
  }
  return sum;
}

function steered(
  world: World,
  params: Parameters,
  kind: Destination,
  choice: Choice,
  homes: Int32Array,
  doctor: number,
  events: readonly Referral[],
  looks: Looks,
): Finding[] {
  const went = new Map<number, Set<number>>();
  for (const e of events) went.set(e.to, (went.get(e.to) ?? new Set()).add(e.patient));
  const sums = doctorSums(doctor, events, homes, world.institutions.ids.length);
  const uses = new Map<number, Referral[]>();
  for (const e of events) uses.set(e.patient, [...(uses.get(e.patient) ?? []), e]);
  const payers: Payer[] = [];
  for (const [to, patients] of [...went].sort((x, y) => x[0] - y[0])) {
    if (patients.size < params.patients) continue;
    const mostly = new Set(
      [...patients].filter((m) => {
        const own = uses.get(m)!;
        return own.filter((e) => e.to === to).length * 2 > own.length;
      }),
    );
    const isNear = events.some((e) => choice.rank(e.from, to) >= 0);
    const judge = (atLeast: (e: Referral) => number) => {
      const chance = (e: Referral) =>
        Math.max(choice.chance(sums, e.patient, e.from, to), atLeast(e));
      const tail = (went: ReadonlySet<number>, expected: number): Judged => {
        const enough =
          went.size >= params.patients && went.size >= FURTHER * params.lift * expected;
        const logP = logNegativeBinomialTail(went.size, expected, 1 / params.spread);
        return { went, expected, rawP: Math.exp(logP), enough };
      };
      const once = tail(patients, expectedOnce(uses, chance));
      const most = tail(mostly, expectedMostly(uses, chance));
      const best = most.rawP < once.rawP ? most : once;
      const ofAny = isNear ? looks.near : looks.far;
      return {
        ...best,
        p: sidak(best.rawP, ofAny * WAYS),
        pOfOne: sidak(best.rawP, (isNear ? looks.ownNear : looks.ownFar) * WAYS),
      };
    };
    const main = judge(() => 0);
    if (main.pOfOne > params.q || !main.enough) continue;
    const nearest = judge((e) => (choice.rank(e.from, to) === 0 ? choice.nearest : 0));
    payers.push({ to, main, nearest });
  }
  // Who is paid by one may be paid by another: once a doctor stands out, the others are looked for at his places only.
  const byHome = payers.filter((x) => x.nearest.pOfOne > params.q);
  const steering = payers.filter((x) => x.nearest.pOfOne <= params.q);
  const groups = [steering, ...byHome.map((x) => [x])];
  return groups
    .filter((group) =>
      group.some(({ main }) => main.p <= params.q && main.went.size >= params.lift * main.expected),
    )
    .map((group) => describe(world, params, kind, doctor, events, group));
}

/** A place that a doctor’s patients go on to, and what is left of it where the nearest is taken for granted. */
interface Payer {
  readonly to: number;
  readonly main: Tested;
  readonly nearest: Tested;
}

/** p family-wise over all doctors and places; `pOfOne` over the places of one doctor. */
interface Tested extends Judged {
  readonly p: number;
  readonly pOfOne: number;
}

function describe(
  world: World,
  params: Parameters,
  kind: Destination,
  doctor: number,
  events: readonly Referral[],
  group: readonly Payer[],
): Finding {
  const [first, ...others] = group.toSorted((x, y) => x.main.p - y.main.p || x.to - y.to);
  const { main, nearest } = first!;
  const innocent = ranked([
    {
      code: kind === 'pharmacy' ? 'only-pharmacy' : 'only-hospital',
      q: nearest.p,
      weight: Math.min(
        1,
        Math.max(0, (nearest.expected - main.expected) / (main.went.size - main.expected)),
      ),
    },
  ]);
  const at = (payer: Payer) => events.filter((e) => e.to === payer.to);
  const told = (payer: Payer): Reason =>
    reason(world, ID, kind === 'pharmacy' ? 'to-one-pharmacy' : 'to-one-hospital', {
      measured: payer.main.went.size,
      expected: payer.main.expected,
      unit: 'patients',
      rows: at(payer).flatMap((e) => [e.row, e.visit]),
      p: payer.main.rawP,
    });
  return {
    detector: ID,
    detectorVersion: VERSION,
    kind: 'ring',
    subjects: [
      ...[first!, ...others].map((x) => institutionSubject(world, x.to)),
      doctorSubject(world, doctor),
      ...memberSubjects(
        world,
        [first!, ...others].flatMap((x) => [...x.main.went]),
      ),
    ],
    reasons: [told(first!), ...others.map(told)],
    innocent,
    ...conclude(main.p, innocent, params.q),
    fundAtRisk: fundOf(
      world,
      group.flatMap((x) => at(x).map((e) => e.row)),
    ),
  };
}
