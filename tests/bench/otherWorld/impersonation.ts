import type { Draw } from './draw.js';
import { stayVisit } from './ordinary.js';
import { strangers } from './people.js';
import { type Renal, type RenalPatient, session } from './renal.js';
import { disguise, type Plot, planted, recruit } from './rings.js';
import { at, DAYS, type Visit, type World, weekday } from './world.js';

type Trick = 'elsewhere' | 'in-patient' | 'dead' | 'shell';

interface Ghost {
  readonly who: Pick<RenalPatient, 'person' | 'heparinFree' | 'noEpo'>;
  readonly trick: Trick;
  /** The honest dialysis of an `elsewhere` ghost. */
  readonly real?: RenalPatient;
}

/** A centre bills sessions on 3–10 people who were not there. */
export function impersonation(world: World, renal: Renal, centre: number, index: number): Plot {
  const draw = world.draw(`impersonation ${index}`);
  const sly = world.camouflage === 4;
  const wanted = draw.range(3, 10);
  const others = renal.patients.filter((x) => x.centre !== centre && !used(world).has(x.person));
  const ghosts: Ghost[] = [];
  for (const real of draw.sample(others, Math.round(wanted * draw.real(0.1, 0.4)))) {
    used(world).add(real.person);
    ghosts.push({ who: real, trick: 'elsewhere', real });
  }
  const county = world.places[centre]!.county;
  const pool = world.people.flatMap((x, p) =>
    x.age > 40 && world.villages[x.village]!.county === county ? [p] : [],
  );
  const plain = strangers(world, draw, pool, wanted - ghosts.length, () => true);
  recruit(world, plain);
  for (const person of plain) {
    const trick: Trick = sly
      ? draw.chance(0.15)
        ? 'in-patient'
        : 'shell'
      : draw.pick<Trick>(['in-patient', 'in-patient', 'dead', 'shell']);
    ghosts.push({ who: { person, heparinFree: false, noEpo: draw.chance(0.2) }, trick });
  }
  return () => {
    const doctors = draw.sample(world.places[centre]!.doctors, draw.range(1, 2));
    const visits: Visit[] = [];
    const greedy = !sly && draw.chance(0.4);
    for (const ghost of ghosts) {
      const from = draw.range(0, 150);
      const until = Math.min(DAYS - 1, from + draw.range(84, 280));
      for (const visit of billed(world, draw, ghost, centre, from, until, sly, greedy)) {
        visit.doctor = draw.pick(doctors);
        visit.cash = sly ? 0.05 : 0;
        visits.push(visit);
      }
    }
    planted(world, 'impersonated-dialysis', visits, 1);
    disguise(world, draw, plain, 14);
  };
}

const taken = new WeakMap<World, Set<number>>();
function used(world: World): Set<number> {
  let set = taken.get(world);
  if (!set) {
    set = new Set();
    taken.set(world, set);
  }
  return set;
}

/** The sessions of one ghost. Adaptive ghosts keep off the days on which they could be seen elsewhere. */
function billed(
  world: World,
  draw: Draw,
  ghost: Ghost,
  centre: number,
  from: number,
  until: number,
  sly: boolean,
  greedy: boolean,
): Visit[] {
  const p = ghost.who.person;
  const person = world.people[p]!;
  const stays = world.visits.filter((v) => v.person === p && v.type[0] === '2');
  if (ghost.trick === 'in-patient')
    for (let n = sly ? 1 : draw.range(2, 4); n > 0; n--) {
      const day = from + draw.int(Math.max(1, until - from - 20));
      stays.push(
        stayVisit(world, draw, p, person.fav.hospital[0]!, day, { days: draw.range(7, 20) }),
      );
    }
  if (ghost.trick === 'dead') person.die = Math.max(from + 10, until - draw.range(25, 85));
  const week = draw.pick([
    [0, 2, 4],
    [1, 3, 5],
  ]);
  const shift = draw.pick([7.4, 12.4]);
  const supports = sly ? draw.real(0.72, 0.92) : draw.real(0, 0.22);
  // Beyond five a week: some ghosts are billed nearly daily for a while.
  const daily = greedy && draw.chance(0.4);
  const out: Visit[] = [];
  for (let day = from; day < until; day++) {
    const planned = week.includes(weekday(day)) || (daily && draw.chance(0.8));
    if (!planned || draw.chance(0.06)) continue;
    const noon = at(day, 12);
    const lies = stays.some((s) => noon > s.begin && noon < s.end);
    const also = ghost.real?.week.includes(weekday(day)) ?? false;
    if (sly && (lies || also) && !draw.chance(0.04)) continue;
    // A ghost who is dialysed elsewhere on the same weekdays is moved now and then, not always.
    const when = !sly && also && draw.chance(0.35) ? Math.min(DAYS - 1, day + 1) : day;
    out.push(session(world, draw, ghost.who, centre, when, shift, supports));
  }
  return out;
}
