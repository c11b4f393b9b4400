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
const VERSION = 1;

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
      // Any doctor could have sent to any place: that many looks, for both kinds of place.
      const places = new Set(referrals.uses.map((i) => world.settlements.institution[i]!)).size;
      const looks = Math.max(1, byDoctor.size * places * KINDS.length);
      for (const [doctor, events] of [...byDoctor].sort((x, y) => x[0] - y[0])) {
        throwIfAborted(context.signal);
        found.push(...steered(world, params, kind, choice, homes, doctor, events, looks));
      }
    }
    return inOrder(found);
  },
};

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
  for (const [to, patients] of [...went].sort((x, y) => x[0] - y[0])) {
    if (patients.size < params.patients) continue;
    const expect = (atLeast: (e: Referral) => number) => {
      const missed = new Map<number, number>();
      for (const e of events) {
        const c = Math.max(choice.chance(sums, e.patient, e.from, to), atLeast(e));
        missed.set(e.patient, (missed.get(e.patient) ?? 1) * (1 - c));
      }
      let sum = 0;
      for (const m of missed.values()) sum += 1 - m;
      return sum;
    };
    const tail = (expected: number) =>
      sidak(Math.exp(logNegativeBinomialTail(patients.size, expected, 1 / params.spread)), looks);
    const expected = expect(() => 0);
    const p = tail(expected);
    if (p > params.q || patients.size < params.lift * expected) continue;
    const nearest = expect((e) => (choice.rank(e.from, to) === 0 ? choice.nearest : 0));
    const innocent = ranked([
      {
        code: kind === 'pharmacy' ? 'only-pharmacy' : 'only-hospital',
        q: tail(nearest),
        weight: Math.min(1, (nearest - expected) / (patients.size - expected)),
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
        ...memberSubjects(world, patients),
      ],
      reasons: [
        reason(world, ID, kind === 'pharmacy' ? 'to-one-pharmacy' : 'to-one-hospital', {
          measured: patients.size,
          expected,
          unit: 'patients',
          rows,
          p: Math.exp(logNegativeBinomialTail(patients.size, expected, 1 / params.spread)),
        }),
      ],
      innocent,
      ...conclude(p, innocent, params.q),
      fundAtRisk: fundOf(
        world,
        here.map((e) => e.row),
      ),
    });
  }
  return findings;
}
