import { z } from 'zod';
import { sidak } from '../algorithms/multiplicity.js';
import { throwIfAborted } from '../model/errors.js';
import type { Finding, Reason } from '../model/finding.js';
import { push } from '../model/multimap.js';
import type { World } from '../projection/world.js';
import type { Detector } from './detector.js';
import { listLevel } from './parameters.js';
import { type Choice, choiceModel, doctorSums, homesOf, RANKS } from './steeringLoop/choice.js';
import { type Judged, judge, usesOf } from './steeringLoop/judge.js';
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
const VERSION = 4;

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
    .describe(
      'Patients who went there (or their uses) ÷ those who would have by the choice model, at least',
    ),
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
      for (const e of referrals.events) push(byDoctor, e.doctor, e);
      // Any doctor with patients enough could have sent to any place, or by turns to two that are near: that many looks, for
      // both kinds. A third of the level goes to the nearest, of which there are few, and to the pairs of them
      // (weighted Bonferroni): people are sent where they can go.
      const places = new Set(referrals.uses.map((i) => world.settlements.institution[i]!)).size;
      const able = [...byDoctor.values()].filter(
        (own) => new Set(own.map((e) => e.patient)).size >= params.patients,
      ).length;
      const near = Math.min(RANKS, places);
      const looks = {
        doctors: Math.max(1, able * KINDS.length),
        near: SHARES * near,
        far: SHARES * places,
        pairs: Math.max(1, SHARES * (near * (near - 1)) * 0.5),
      };
      for (const [doctor, events] of [...byDoctor].sort((x, y) => x[0] - y[0])) {
        throwIfAborted(context.signal);
        found.push(...steered(world, params, kind, choice, homes, doctor, events, looks));
      }
    }
    return inOrder(found);
  },
};

/** Ways to share the level: near places, all places, pairs of near places. */
const SHARES = 3;

/** Looks of one doctor, and the doctors. */
interface Looks {
  readonly doctors: number;
  readonly near: number;
  readonly far: number;
  readonly pairs: number;
}

/** The lift that a further place of a doctor needs who stands out already, as a share. */
const FURTHER = 0.5;
/** A pair is made of places that so many patients went to, at least: a half of what one place needs. */
const HALF = 0.5;

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
  const uses = usesOf(events);
  const bounds = { ...params, lift: FURTHER * params.lift, free: kind === 'pharmacy' };
  const isNear = (to: number) => events.some((e) => choice.rank(e.from, to) >= 0);
  const chances = new Map<number, Map<Referral, number>>();
  const chanceAt = (at: number, e: Referral): number => {
    const known = chances.get(at) ?? new Map<Referral, number>();
    chances.set(at, known);
    const chance = known.get(e) ?? choice.chance(sums, e.patient, e.from, at);
    known.set(e, chance);
    return chance;
  };
  /** The places together; `atNearest` is the least chance of the one that is the nearest. */
  const test = (to: readonly number[], own: number, atNearest: number): Tested => {
    const chance = (e: Referral) =>
      to.reduce((sum, at) => {
        const least = choice.rank(e.from, at) === 0 ? atNearest : 0;
        return sum + Math.max(least, chanceAt(at, e));
      }, 0);
    const judged = judge(uses, to, chance, (m) => choice.ties(sums, m), bounds);
    return { ...judged, p: sidak(judged.p, looks.doctors * own), pOfOne: sidak(judged.p, own) };
  };
  const payerAt = (to: readonly number[], own: number): Payer => {
    const main = test(to, own, 0);
    // What does not stand by itself needs no explanation.
    const nearest = main.pOfOne <= params.q ? test(to, own, choice.nearest) : main;
    return { to, main, nearest };
  };
  const stands = ({ main }: Payer) => main.pOfOne <= params.q;
  const single = [...went]
    .filter(([, patients]) => patients.size >= HALF * params.patients)
    .sort((x, y) => x[0] - y[0])
    .map(([to]) => payerAt([to], isNear(to) ? looks.near : looks.far));
  const payers = single.filter(stands);
  // Who is paid by one may be paid by another: once a doctor stands out, the others are looked for at his places only.
  const byHome = payers.filter((x) => x.nearest.pOfOne > params.q);
  const steering = payers.filter((x) => x.nearest.pOfOne <= params.q);
  const surest = (x: Payer, y: Payer) => x.main.p - y.main.p || x.to[0]! - y.to[0]!;
  const stand = ({ main }: Payer) => main.p <= params.q && main.lift >= params.lift;
  const cases = [steering, ...byHome.map((x) => [x])]
    .filter((group) => group.some(stand))
    .map((group) => group.toSorted(surest))
    .map((told): Case => ({ lead: told[0]!, told }));
  if (cases.length === 0 && bounds.free) {
    const lead = pairsOf(single, isNear)
      .map((to) => payerAt(to, looks.pairs))
      .toSorted(surest)[0];
    const told = single.filter((x) => lead?.to.includes(x.to[0]!));
    if (lead && stand(lead)) cases.push({ lead, told });
  }
  return cases.map((found) => describe(world, params, kind, doctor, events, found));
}

/** So many places of a doctor are tried in pairs, those with the most patients beyond what was expected. */
const PAIRED = 6;

/** Near places to which the patients may be sent by turns. */
function pairsOf(single: readonly Payer[], isNear: (to: number) => boolean): number[][] {
  const beyond = ({ main }: Payer) => main.went.size - main.expected;
  const tried = single
    .filter((x) => isNear(x.to[0]!) && beyond(x) > 0)
    .toSorted((x, y) => beyond(y) - beyond(x) || x.to[0]! - y.to[0]!)
    .slice(0, PAIRED);
  return tried.flatMap((x, i) => tried.slice(i + 1).map((y) => [x.to[0]!, y.to[0]!]));
}

/** Places that a doctor’s patients go on to, and what is left of them where the nearest is taken for granted. */
interface Payer {
  /** One, or two that are visited by turns. */
  readonly to: readonly number[];
  readonly main: Tested;
  readonly nearest: Tested;
}

/** What the finding stands on, and the places that it tells one by one. */
interface Case {
  readonly lead: Payer;
  readonly told: readonly Payer[];
}

/** p family-wise over all doctors and places; `pOfOne` over the places of one doctor. */
interface Tested extends Judged {
  readonly pOfOne: number;
}

function describe(
  world: World,
  params: Parameters,
  kind: Destination,
  doctor: number,
  events: readonly Referral[],
  { lead, told }: Case,
): Finding {
  const { main, nearest } = lead;
  const innocent = ranked([
    {
      code: kind === 'pharmacy' ? 'only-pharmacy' : 'only-hospital',
      q: nearest.p,
      weight: Math.min(
        1,
        Math.max(0, nearest.expected - main.expected) /
          Math.max(1e-9, main.went.size - main.expected),
      ),
    },
  ]);
  const at = (payer: Payer) => events.filter((e) => payer.to.includes(e.to));
  const reasonOf = (payer: Payer): Reason =>
    reason(world, ID, kind === 'pharmacy' ? 'to-one-pharmacy' : 'to-one-hospital', {
      measured: payer.main.went.size,
      expected: payer.main.expected,
      unit: 'patients',
      rows: at(payer).flatMap((e) => [e.row, e.visit]),
      p: lead.to.length > 1 ? main.pOfOne : payer.main.pOfOne,
    });
  return {
    detector: ID,
    detectorVersion: VERSION,
    kind: 'ring',
    subjects: [
      ...told.map((x) => institutionSubject(world, x.to[0]!)),
      doctorSubject(world, doctor),
      ...memberSubjects(
        world,
        told.flatMap((x) => [...x.main.went]),
      ),
    ],
    reasons: [reasonOf(told[0]!), ...told.slice(1).map(reasonOf)],
    innocent,
    ...conclude(main.p, innocent, params.q),
    fundAtRisk: fundOf(
      world,
      told.flatMap((x) => at(x).map((e) => e.row)),
    ),
  };
}
