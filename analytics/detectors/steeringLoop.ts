import { z } from 'zod';
import { sidak } from '../algorithms/multiplicity.js';
import { logNegativeBinomialTail } from '../algorithms/tails.js';
import { throwIfAborted } from '../model/errors.js';
import type { Finding } from '../model/finding.js';
import type { World } from '../projection/world.js';
import type { Detector } from './detector.js';
import { listLevel } from './parameters.js';
import { type Choice, choiceModel, doctorSums, homesOf } from './steeringLoop/choice.js';
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
const VERSION = 2;

const parameters = z.object({
  pharmacyDays: z
    .number()
    .int()
    .min(0)
    .max(30)
    .default(1)
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
    .default(6)
    .describe('Patients of the doctor who went there, at least'),
  spread: z
    .number()
    .min(0)
    .max(5)
    .default(0.3)
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
      // Any doctor with patients enough could have sent to any place: that many looks, for both kinds.
      const places = new Set(referrals.uses.map((i) => world.settlements.institution[i]!)).size;
      const able = [...byDoctor.values()].filter(
        (own) => new Set(own.map((e) => e.patient)).size >= params.patients,
      ).length;
      const looks = Math.max(1, able * places * KINDS.length);
      for (const [doctor, events] of [...byDoctor].sort((x, y) => x[0] - y[0])) {
        throwIfAborted(context.signal);
        found.push(...steered(world, params, kind, choice, homes, doctor, events, looks));
      }
    }
    return inOrder(found);
  },
};

/** Whoever went there at all, and whoever went there mostly: two ways of counting the same people. */
const WAYS = 2;

interface Judged {
  readonly went: ReadonlySet<number>;
  readonly expected: number;
  readonly rawP: number;
  /** Enough of them, and often enough what was expected. */
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
  looks: number,
): Finding[] {
  const went = new Map<number, Set<number>>();
  for (const e of events) went.set(e.to, (went.get(e.to) ?? new Set()).add(e.patient));
  const sums = doctorSums(doctor, events, homes, world.institutions.ids.length);
  const findings: Finding[] = [];
  const uses = new Map<number, Referral[]>();
  for (const e of events) uses.set(e.patient, [...(uses.get(e.patient) ?? []), e]);
  for (const [to, patients] of [...went].sort((x, y) => x[0] - y[0])) {
    if (patients.size < params.patients) continue;
    const mostly = new Set(
      [...patients].filter((m) => {
        const own = uses.get(m)!;
        return own.filter((e) => e.to === to).length * 2 > own.length;
      }),
    );
    const judge = (atLeast: (e: Referral) => number) => {
      const chance = (e: Referral) =>
        Math.max(choice.chance(sums, e.patient, e.from, to), atLeast(e));
      const tail = (went: ReadonlySet<number>, expected: number): Judged => {
        const enough = went.size >= params.patients && went.size >= params.lift * expected;
        const logP = logNegativeBinomialTail(went.size, expected, 1 / params.spread);
        return { went, expected, rawP: Math.exp(logP), enough };
      };
      const once = tail(patients, expectedOnce(uses, chance));
      const most = tail(mostly, expectedMostly(uses, chance));
      const best = most.rawP < once.rawP ? most : once;
      return { ...best, p: sidak(best.rawP, looks * WAYS) };
    };
    const main = judge(() => 0);
    if (main.p > params.q || !main.enough) continue;
    const nearest = judge((e) => (choice.rank(e.from, to) === 0 ? choice.nearest : 0));
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
    const here = events.filter((e) => e.to === to);
    const rows = here.flatMap((e) => [e.row, e.visit]);
    findings.push({
      detector: ID,
      detectorVersion: VERSION,
      kind: 'ring',
      subjects: [
        institutionSubject(world, to),
        doctorSubject(world, doctor),
        ...memberSubjects(world, main.went),
      ],
      reasons: [
        reason(world, ID, kind === 'pharmacy' ? 'to-one-pharmacy' : 'to-one-hospital', {
          measured: main.went.size,
          expected: main.expected,
          unit: 'patients',
          rows,
          p: main.rawP,
        }),
      ],
      innocent,
      ...conclude(main.p, innocent, params.q),
      fundAtRisk: fundOf(
        world,
        here.map((e) => e.row),
      ),
    });
  }
  return findings;
}
