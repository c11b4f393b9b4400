import { DAY_S, dayOf, startOfDay, weekdayOf } from '../model/time.js';
import { drawMembers, fitsLevel } from './camouflage.js';
import type {
  Asked,
  Camouflage,
  CandidateInstitution,
  CandidatePatient,
  PlantedLine,
  PlantedVisit,
  Planting,
  PlantingContext,
} from './context.js';
import { between, chance, pick, skewed, uniform } from './random.js';
import { planted } from './rings.js';

/**
 * A centre bills dialysis on the cards of people who are not there (冒名血液透析).
 *
 * Levels 0–3: 2–12 members, each in one of four ways: `card` (no kidney disease; 2–5 sessions a week
 * for 8–40 weeks, going on through the holder's stays in other hospitals, at least 4 days of them),
 * `double` (an honest patient of another centre billed on the same days), `dead` (sessions go on for
 * 3–20 weeks after death), `extra` (the centre's own patient, 3 more a week, so 6). A session carries
 * each support with .1–.3 of the probability that it has in honest sessions there. One ring in four
 * (below level 3) gathers a week's sessions on two days, beyond what the machines can do.
 *
 * Level 4: only `card` (2–4 sessions a week) and `double` (2 more a week, on other days), never more
 * than 5 a week with the honest ones; each support has .72–.88 of its honest probability; sessions
 * inside a stay elsewhere or on a day of honest dialysis are left out but for one or two slips a
 * member.
 */
export function plantDialysis(asked: Asked): Planting | null {
  const { ctx, level, taken, places, largest } = asked;
  const { rng } = ctx;
  const all = ctx.institutions.filter((i) => i.machines > 0);
  const centres = all.filter((i) => !places.has(i.handle));
  // A centre is judged by others, so at least half of them stay honest.
  if (centres.length <= Math.floor(all.length / 2)) return null;
  const centre = pick(rng, centres);
  const members = recruit(ctx, level, taken, centre, Math.min(largest, skewed(rng, 2, 12, 6)));
  if (members.length < 2) return null;
  const gathered = level < 3 && chance(rng, 0.25) ? [rng.int(6), rng.int(6)] : null;
  const plan: Plan = {
    level,
    centre,
    gathered,
    support: level === 4 ? uniform(rng, 0.72, 0.88) : uniform(rng, 0.1, 0.3),
    doctors: ctx.doctors(centre.handle, ctx.kidneyFailure).slice(0, between(rng, 1, 3)),
    item: {
      session: pick(rng, ctx.items.session),
      anticoagulant: pick(rng, ctx.items.anticoagulant),
      epo: pick(rng, ctx.items.epo),
      dialyser: pick(rng, ctx.items.dialyser),
      bloodLine: pick(rng, ctx.items.bloodLine),
    },
  };
  const add = members.flatMap((m) => sessionsOf(ctx, plan, m));
  const came = members.filter((m) => add.filter((v) => v.patient === m.handle).length >= 8);
  if (came.length < 2) return null;
  const kept = new Set(came.map((m) => m.handle));
  return planted(asked, 'impersonated-dialysis', {
    patients: [...kept],
    institutions: [centre.handle],
    doctors: plan.doctors,
    add: add.filter((v) => kept.has(v.patient)),
  });
}

type Way = 'card' | 'double' | 'dead' | 'extra';
interface Member {
  readonly handle: number;
  readonly way: Way;
}
interface Plan {
  readonly level: Camouflage;
  readonly centre: CandidateInstitution;
  readonly gathered: readonly number[] | null;
  readonly support: number;
  readonly doctors: readonly number[];
  readonly item: Readonly<
    Record<'session' | 'anticoagulant' | 'epo' | 'dialyser' | 'bloodLine', number>
  >;
}

function recruit(
  ctx: PlantingContext,
  level: Camouflage,
  taken: ReadonlySet<number>,
  centre: CandidateInstitution,
  size: number,
): Member[] {
  const { rng } = ctx;
  const members: Member[] = [];
  const busy = new Set(taken);
  for (let i = 0; i < size; i++) {
    const draw = rng.next();
    const way: Way =
      level === 4
        ? draw < 0.7
          ? 'card'
          : 'double'
        : draw < 0.55
          ? 'card'
          : draw < 0.75
            ? 'double'
            : draw < 0.9
              ? 'dead'
              : 'extra';
    const found =
      drawMembers(ctx, 1, busy, (p) => suits(ctx, p, way, level, centre))[0] ??
      drawMembers(ctx, 1, busy, (p) => suits(ctx, p, 'card', level, centre))[0];
    if (found === undefined) continue;
    busy.add(found);
    members.push({ handle: found, way: wayOf(ctx, found, centre) });
  }
  return members;
}

/** The way that a person found in the end allows. */
function wayOf(ctx: PlantingContext, found: number, centre: CandidateInstitution): Way {
  const p = ctx.patient(found);
  if (p.dialysis) return dialysedAt(ctx, found) === centre.handle ? 'extra' : 'double';
  return p.died !== null ? 'dead' : 'card';
}

function dialysedAt(ctx: PlantingContext, patient: number): number | null {
  const counts = new Map<number, number>();
  for (const v of ctx.visits(patient))
    if (v.kind === 'dialysis') counts.set(v.institution, (counts.get(v.institution) ?? 0) + 1);
  return [...counts].sort((a, b) => b[1] - a[1] || a[0] - b[0])[0]?.[0] ?? null;
}

function suits(
  ctx: PlantingContext,
  p: CandidatePatient,
  way: Way,
  level: Camouflage,
  centre: CandidateInstitution,
): boolean {
  if (p.age < 22) return false;
  const firstDay = dayOf(ctx.from);
  const lastDay = dayOf(ctx.to - 1);
  if (way === 'dead')
    return !p.dialysis && p.died !== null && p.died > firstDay - 200 && p.died < lastDay - 40;
  if (p.died !== null) return false;
  if (way === 'double' || way === 'extra')
    return p.dialysis && (dialysedAt(ctx, p.handle) === centre.handle) === (way === 'extra');
  if (p.dialysis) return false;
  const away = ctx
    .visits(p.handle)
    .filter((v) => v.kind === 'in-patient' && v.institution !== centre.handle);
  const days = away.reduce((sum, v) => sum + (v.end - v.begin) / DAY_S, 0);
  const others = ctx.visits(p.handle).length - away.length;
  return days >= 4 && (level >= 3 ? fitsLevel(ctx, p, level) : others <= 4);
}

function sessionsOf(ctx: PlantingContext, plan: Plan, member: Member): PlantedVisit[] {
  const { rng } = ctx;
  const patient = ctx.patient(member.handle);
  const { first, last } = span(ctx, member, patient, plan);
  const rhythm = drawRhythm(ctx, plan, member);
  // Some are booked at any hour, most with one of the usual shifts.
  const hour = chance(rng, 0.3)
    ? uniform(rng, 7.3, 15)
    : pick(rng, [7.4, 12.2]) + uniform(rng, -0.4, 0.4);
  const visits = ctx.visits(member.handle);
  // Sessions of a week, counted from its Monday; a careful centre stays at the guideline's five.
  const weekOf = (day: number) => day - weekdayOf(day);
  const weekly = new Map<number, number>();
  for (const v of visits) {
    const week = weekOf(dayOf(v.begin));
    if (v.kind === 'dialysis') weekly.set(week, (weekly.get(week) ?? 0) + 1);
  }
  let slips = plan.level === 4 ? between(rng, 1, 2) : Infinity;
  const out: PlantedVisit[] = [];
  for (let day = first; day <= last; day++) {
    if (!rhythm.includes(weekdayOf(day)) || chance(rng, 0.05)) continue;
    const conflict = visits.some((v) =>
      v.kind === 'in-patient'
        ? dayOf(v.begin) <= day && dayOf(v.end) >= day
        : v.kind === 'dialysis' && dayOf(v.begin) === day,
    );
    const before = weekly.get(weekOf(day)) ?? 0;
    if (plan.level === 4 && before >= 5) continue;
    if (conflict && slips-- <= 0) continue;
    weekly.set(weekOf(day), before + 1);
    const at = startOfDay(day) + Math.floor((hour + uniform(rng, -0.2, 0.2)) * 3600);
    out.push(session(ctx, plan, member.handle, at));
  }
  return out;
}

/** First and last local day of the billing. */
function span(
  ctx: PlantingContext,
  member: Member,
  patient: CandidatePatient,
  plan: Plan,
): { first: number; last: number } {
  const { rng } = ctx;
  const from = dayOf(ctx.from);
  const to = dayOf(ctx.to - 1);
  if (member.way === 'dead' && patient.died !== null) {
    const first = Math.max(from, patient.died - between(rng, 0, 40));
    return {
      first,
      last: Math.min(to, Math.max(first, patient.died) + 7 * between(rng, 3, 20)),
    };
  }
  const weeks = plan.level === 4 ? between(rng, 20, 44) : between(rng, 8, 40);
  const away = ctx.visits(member.handle).filter((v) => v.kind === 'in-patient');
  if (member.way === 'card' && away.length > 0) {
    const around = pick(rng, away);
    const first = Math.max(
      from,
      dayOf(around.begin) - Math.floor(uniform(rng, 0.2, 0.8) * weeks * 7),
    );
    return { first, last: Math.min(to, Math.max(dayOf(around.end), first + weeks * 7)) };
  }
  const first = from + rng.int(Math.max(1, to - from - weeks * 7));
  return { first, last: Math.min(to, first + weeks * 7) };
}

function drawRhythm(ctx: PlantingContext, plan: Plan, member: Member): number[] {
  const { rng } = ctx;
  if (plan.gathered) return [...plan.gathered];
  if (member.way === 'double' || member.way === 'extra') {
    const own = new Map<number, number>();
    for (const v of ctx.visits(member.handle)) {
      const weekday = weekdayOf(dayOf(v.begin));
      if (v.kind === 'dialysis') own.set(weekday, (own.get(weekday) ?? 0) + 1);
    }
    const usual = [...own].sort((a, b) => b[1] - a[1] || a[0] - b[0]).slice(0, 3);
    const days = usual.map(([d]) => d);
    if (member.way === 'extra' || plan.level === 4)
      return [0, 1, 2, 3, 4, 5].filter((d) => !days.includes(d)).slice(0, plan.level === 4 ? 2 : 3);
    return days;
  }
  const perWeek = plan.level === 4 ? between(rng, 2, 4) : between(rng, 2, 5);
  if (perWeek === 2)
    return pick(rng, [
      [0, 3],
      [1, 4],
      [2, 5],
    ]);
  if (perWeek === 3)
    return pick(rng, [
      [0, 2, 4],
      [1, 3, 5],
    ]);
  return perWeek === 4 ? [0, 2, 4, 5] : [0, 1, 2, 3, 4];
}

function session(ctx: PlantingContext, plan: Plan, patient: number, at: number): PlantedVisit {
  const { rng } = ctx;
  const lines: PlantedLine[] = [{ item: plan.item.session, count: 1 }];
  const usual = plan.centre.supports;
  for (const kind of ['dialyser', 'bloodLine', 'anticoagulant', 'epo'] as const)
    if (chance(rng, plan.support * usual[kind])) lines.push({ item: plan.item[kind], count: 1 });
  if (chance(rng, plan.support * usual.tests))
    lines.push({ item: pick(rng, ctx.items.dialysisTests), count: 1 });
  return {
    patient,
    institution: plan.centre.handle,
    doctor: plan.doctors.length > 0 ? pick(rng, plan.doctors) : null,
    kind: 'dialysis',
    begin: at,
    end: at + 4 * 3600,
    settled: at + Math.max(-600, plan.centre.sessionLag + between(rng, -900, 900)),
    diagnosis: ctx.kidneyFailure,
    lines,
    noCash: chance(rng, 0.3),
    undelivered: true,
  };
}
