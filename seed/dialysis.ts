import type { Rng } from '../analytics/model/rng.js';
import {
  between,
  chance,
  normal,
  pick,
  sample,
  uniform,
  weightedPicker,
} from '../analytics/planting/random.js';
import { DAY, DAYS, dayOfTime, weekday } from './calendar.js';
import type { DiagnosisRow } from './catalogue.js';
import { Kind } from './events.js';
import { distance, type Village } from './geography.js';
import type { Institution } from './institutions.js';
import { ageOf, NEVER, type Person } from './people.js';
import { addStay, visit, type World } from './world.js';

const RHYTHMS = [
  [0, 2, 4],
  [1, 3, 5],
] as const;
const SHIFTS = [7.4, 12.2, 17.2] as const;

interface Patient {
  readonly person: Person;
  centre: Institution;
  rhythm: readonly number[];
  shift: number;
  /** Minutes before or after the others of the shift. */
  readonly offset: number;
  /** What must happen to this one, so that every world has it; the rest is left to chance. */
  readonly fate: 'moves' | 'laboratory' | 'wrong-date' | 'any';
}

const FATES = ['moves', 'moves', 'laboratory', 'laboratory', 'wrong-date', 'wrong-date'] as const;

/**
 * Honest dialysis: about one settlement in twenty. Fixed shifts on three (some two) days a week all
 * year long, with stays in hospital, travels, changes of centre and the conflicts that honest
 * records show now and then.
 */
export function honestDialysis(world: World): void {
  const rng = world.stream('dialysis');
  const centres = world.institutions.filter((i) => i.dialysis);
  const count = Math.max(6, Math.round((world.settlements * 0.048) / 138));
  const pool = world.people.filter(
    (p) => !p.careHome && p.died >= 0 && ageOf(p) >= 24 && ageOf(p) <= 86,
  );
  const draw = weightedPicker(pool.map((p) => (ageOf(p) > 50 ? 2 : 1)));
  // Small centres run one shift, large ones up to three.
  const shifts = Math.max(1, Math.min(3, Math.round(count / centres.length / 9)));
  const patients: Patient[] = [];
  for (let i = 0; i < count * 3 && patients.length < count; i++) {
    const person = pool[draw(rng)] as Person;
    if (person.dialysis) continue;
    person.dialysis = true;
    if (person.died === NEVER && chance(rng, 0.06)) person.died = between(rng, 60, DAYS);
    const near = byDistance(world, person, centres);
    const centre = near[chance(rng, 0.78) ? 0 : Math.min(1, near.length - 1)] as Institution;
    const full = pick(rng, RHYTHMS);
    patients.push({
      person,
      centre,
      rhythm: chance(rng, 0.14) ? [full[0], full[2]] : full,
      shift: rng.int(shifts),
      offset: Math.round(11 * normal(rng)),
      fate: FATES[patients.length] ?? 'any',
    });
  }
  const groups = new Map<string, number[]>();
  for (const p of patients) {
    const key = `${p.centre.index}/${p.rhythm[0]}/${p.shift}`;
    groups.set(key, [...(groups.get(key) ?? []), p.person.index]);
    if (p.person.died > 0) liveOn(world, rng, p, centres);
  }
  for (const centre of centres) {
    const shifts = [...groups].filter(([key]) => key.startsWith(`${centre.index}/`));
    const busiest = Math.max(0, ...shifts.map(([, people]) => people.length));
    centre.machines = Math.max(4, Math.ceil(busiest * 1.12) + rng.int(3));
  }
  for (const [key, people] of groups)
    if (people.length >= 3)
      world.lookAlikes.push({
        type: 'dialysis-shift',
        resembles: 'card-farming-pharmacy',
        patients: people,
        institutions: [Number(key.split('/')[0])],
        doctors: [],
      });
  acuteDialysis(world, rng, centres);
}

function byDistance(world: World, person: Person, centres: readonly Institution[]): Institution[] {
  const home = world.geo.villages[person.village] as Village;
  return [...centres].sort((a, b) => distance(home, a) - distance(home, b) || a.index - b.index);
}

function session(world: World, rng: Rng, p: Patient, centre: Institution, day: number): number {
  const start =
    (SHIFTS[p.shift] as number) * 3600 + p.offset * 60 + Math.round(uniform(rng, -420, 420));
  const settled =
    day * DAY +
    start +
    (centre.settlesAfter
      ? 4 * 3600 + Math.round(600 * normal(rng))
      : Math.round(uniform(rng, -600, 900)));
  const event = visit(world, rng, p.person, centre, Kind.dialysis, day, {
    at: Math.min(settled, (day + 1) * DAY - 60),
    diagnosis: (world.catalogue.use('dialysis')[0] as DiagnosisRow).index,
    dept: '肾内科',
    habitual: true,
    anyway: true,
  });
  if (event >= 0) {
    world.events.begin[event] = day * DAY + start;
    world.events.end[event] = Math.max(
      day * DAY + start + 4 * 3600,
      world.events.settled[event] as number,
    );
  }
  return event;
}

/** What happens to the sessions that fall into a stay. */
type InStay = 'pause' | 'same-house' | 'outing';

function liveOn(world: World, rng: Rng, p: Patient, centres: readonly Institution[]): void {
  const { person } = p;
  const stays = honestStays(world, rng, p);
  const joins = chance(rng, 0.1) ? rng.int(DAYS) : 0;
  const moves =
    (p.fate === 'moves' || chance(rng, 0.1)) && centres.length > 1 ? between(rng, 30, 330) : NEVER;
  const back = chance(rng, 0.6) ? moves + between(rng, 10, 50) : NEVER;
  const away = byDistance(world, person, centres).find((c) => c !== p.centre) ?? p.centre;
  const changes = chance(rng, 0.15) ? rng.int(DAYS) : NEVER;
  const laboratory =
    (p.fate === 'laboratory' || chance(rng, 0.1)) && person.hospital !== p.centre.index;
  let tested = -1;
  let told = false;
  let moved = false;
  for (let day = joins; day < Math.min(DAYS, person.died); day++) {
    if (day === changes) {
      p.rhythm = p.rhythm[0] === 0 ? RHYTHMS[1] : RHYTHMS[0];
      p.shift = p.shift === 0 ? 1 : 0;
    }
    if (!p.rhythm.includes(weekday(day)) || chance(rng, 0.03)) continue;
    // Missed on the day and made up on the next one.
    const on = chance(rng, 0.02) ? day + 1 : day;
    if (on >= Math.min(DAYS, person.died)) continue;
    const stay = stays.find((s) => s.from <= on && s.to >= on);
    if (stay?.during === 'pause') continue;
    const centre = on >= moves && on < back ? away : p.centre;
    session(world, rng, p, centre, on);
    if (!moved && on >= moves && on < back && (p.fate === 'moves' || chance(rng, 0.5))) {
      // The day of the transfer is billed by both: begun here, taken over there.
      if (session(world, rng, p, p.centre, on) >= 0)
        note(world, 'dialysis-transfer', [person.index], [p.centre.index, away.index]);
    }
    moved ||= on >= moves;
    const month = Math.floor(on / 30);
    if (laboratory && month !== tested && chance(rng, 0.7)) {
      tested = month;
      const elsewhere = world.institutions[person.hospital] as Institution;
      visit(world, rng, person, elsewhere, Kind.laboratory, on, {
        diagnosis: (world.catalogue.use('dialysis')[0] as DiagnosisRow).index,
        dept: '内科',
        anyway: true,
      });
      if (tested >= 3 && !told) {
        told = true;
        note(world, 'laboratory-elsewhere', [person.index], [p.centre.index, elsewhere.index]);
      }
    }
  }
  const wrong = stays.find((s) => s.during === 'pause' && s.ward !== p.centre.index);
  if (wrong && (p.fate === 'wrong-date' || chance(rng, 0.12))) {
    session(world, rng, p, p.centre, Math.min(wrong.to, wrong.from + 1));
    note(world, 'date-error', [person.index], [p.centre.index]);
  }
  // A death reported with a wrong date leaves honest sessions behind it.
  if (person.died < DAYS && chance(rng, 0.15)) {
    person.died = Math.max(1, person.died - between(rng, 2, 8));
    note(world, 'date-error', [person.index], [p.centre.index]);
  }
}

function note(world: World, type: string, patients: number[], institutions: number[]): void {
  world.lookAlikes.push({
    type,
    resembles: 'impersonated-dialysis',
    patients,
    institutions,
    doctors: [],
  });
}

function honestStays(
  world: World,
  rng: Rng,
  p: Patient,
): Array<{ from: number; to: number; ward: number; during: InStay }> {
  const out: Array<{ from: number; to: number; ward: number; during: InStay }> = [];
  const wrongly = p.fate === 'wrong-date';
  const count = wrongly ? 3 : chance(rng, 0.45) ? 0 : between(rng, 1, 2);
  const choices = world.choices[p.person.village];
  const fit = world.catalogue
    .use('stay')
    .filter((d) => d.ageFrom <= 55 && d.ageTo >= 80 && d.dept !== '妇产科');
  for (let i = 0; i < count; i++) {
    const r = rng.next();
    const ward =
      !wrongly && r < 0.6 && p.centre.beds > 0
        ? p.centre
        : (world.institutions[
            (r < 0.8 ? choices?.county : choices?.city)?.draw(rng) ?? 0
          ] as Institution);
    const event = addStay(world, rng, p.person, ward, pick(rng, fit), rng.int(DAYS - 20));
    if (event < 0) continue;
    const during: InStay =
      ward === p.centre
        ? chance(rng, 0.5)
          ? 'same-house'
          : 'pause'
        : !wrongly && !ward.dialysis && chance(rng, 0.5)
          ? 'outing'
          : 'pause';
    out.push({
      from: dayOfTime(world.events.begin[event] as number),
      to: dayOfTime(world.events.end[event] as number),
      ward: ward.index,
      during,
    });
    if (during === 'same-house') note(world, 'acute-dialysis', [p.person.index], [ward.index]);
    if (during === 'outing')
      note(world, 'acute-dialysis', [p.person.index], [ward.index, p.centre.index]);
  }
  return out;
}

/** A kidney fails in hospital: a few sessions, at the ward's own centre or the next one that has machines. */
function acuteDialysis(world: World, rng: Rng, centres: readonly Institution[]): void {
  const pool = sample(rng, world.people, 4000).filter(
    (p) => !p.dialysis && !p.careHome && p.died === NEVER && ageOf(p) > 45,
  );
  const count = Math.max(2, Math.round(world.settlements / 25_000));
  const kidney = world.catalogue.use('stay').find((d) => d.code === 'N18.900') as DiagnosisRow;
  for (const person of pool.slice(0, count)) {
    const choices = world.choices[person.village];
    const ward = world.institutions[
      (chance(rng, 0.6) ? choices?.county : choices?.private)?.draw(rng) ?? 0
    ] as Institution;
    const day = between(rng, 5, 330);
    const length = between(rng, 8, 16);
    if (addStay(world, rng, person, ward, kidney, day, { length }) < 0) continue;
    const centre = ward.dialysis ? ward : (byDistance(world, person, centres)[0] as Institution);
    const p: Patient = {
      person,
      centre,
      rhythm: RHYTHMS[0],
      shift: rng.int(2),
      offset: 0,
      fate: 'any',
    };
    let on = day + between(rng, 1, 2);
    for (let left = between(rng, 1, 4); left > 0 && on < day + length; left--) {
      session(world, rng, p, centre, on);
      on += between(rng, 1, 3);
    }
    note(world, 'acute-dialysis', [person.index], [ward.index, centre.index]);
  }
}
