import type { Draw } from './draw.js';
import { personName } from './geography.js';
import { DAYS, FIRST_DAY, type Person, type World } from './world.js';

/** Households, jobs, habits and friends; about one person to 6.3 settlements. */
export function buildPeople(world: World): void {
  const draw = world.draw('people');
  const count = Math.round(world.options.settlements / 6.3);
  const weights = world.villages.map((v) => (v.urban ? 1.7 : 1) * draw.pareto(0.5, 1.8));
  const total = weights.reduce((a, b) => a + b, 0);
  for (let i = 0, n = Math.round(40 * Math.max(1, world.scale)); i < n; i++)
    world.employers.push({ name: `${personName(draw)}实业有限公司${i}`, staff: [] });
  for (const [v, village] of world.villages.entries()) {
    const wanted = Math.round((count * weights[v]!) / total);
    let made = 0;
    let door = 1;
    while (made < wanted) {
      const size = Math.min(wanted - made, 1 + Math.min(5, draw.poisson(1.5)));
      addHousehold(world, draw, v, size, `${village.name}${door++}号`);
      made += size;
    }
  }
  makeFriends(world, draw);
}

function addHousehold(world: World, draw: Draw, v: number, size: number, door: string): void {
  const village = world.villages[v]!;
  const household = world.households.length;
  const members: number[] = [];
  const head = draw.chance(village.urban ? 0.25 : 0.42) ? draw.range(58, 86) : draw.range(26, 60);
  const phone = mobile(draw);
  const shared = {
    pharmacy: choose(world, draw, v, 'pharmacy', 2),
    clinic: choose(world, draw, v, 'clinic', 2),
  };
  for (let i = 0; i < size; i++) {
    const age =
      i === 0
        ? head
        : i === 1
          ? Math.max(18, head + draw.range(-5, 4))
          : Math.max(0, head - draw.range(22, 36) - (i > 3 ? 18 : 0));
    const worker = age > 21 && age < 60 && draw.chance(village.urban ? 0.7 : 0.2);
    const born = FIRST_DAY - Math.round(age * 365.25) - draw.int(365);
    const p = world.people.length;
    const employer = worker ? Math.floor(world.employers.length * draw.next() ** 2.2) : -1;
    if (employer >= 0) world.employers[employer]!.staff.push(p);
    members.push(p);
    village.people.push(p);
    world.people.push({
      // Numbers tell nothing of who lives where: a permutation of the running number.
      no: `5139${String(draw.int(1e9)).padStart(9, '0')}${String((p * 7_654_321) % 1e7).padStart(7, '0')}`,
      name: personName(draw),
      male: i === 0 ? draw.chance(0.6) : i === 1 ? draw.chance(0.35) : draw.chance(0.5),
      born,
      age,
      village: v,
      household,
      // Registered and present for four in five; a child may be registered elsewhere.
      addr: draw.chance(0.8) ? door : '',
      tel: draw.chance(0.75)
        ? (age < 16 || age > 75) && draw.chance(0.6)
          ? phone
          : i === 0
            ? phone
            : mobile(draw)
        : '',
      employer,
      worker,
      die: draw.chance(age > 70 ? 0.045 : 0.002) ? draw.int(DAYS) : -1,
      activity: draw.gamma(0.8) * (0.35 + (age < 6 ? 0.6 : age / 48)),
      taken: false,
      clock: draw.chance(0.42)
        ? draw.pick([7.9, 8.7, 9.5, 10.6, 15.2, 18.4, 19.6]) + draw.normal(0, 0.3)
        : -1,
      fav: {
        pharmacy: draw.chance(0.7) ? shared.pharmacy : choose(world, draw, v, 'pharmacy', 3),
        clinic: draw.chance(0.7) ? shared.clinic : choose(world, draw, v, 'clinic', 2),
        hospital: choose(world, draw, v, 'hospital', 2),
      },
      mates: [],
      listed: draw.chance(0.995),
    });
  }
  // Couples; the rest of a family goes along now and then.
  if (size > 1) {
    world.people[members[0]!]!.mates.push(members[1]!);
    world.people[members[1]!]!.mates.push(members[0]!);
  }
  world.households.push(members);
  if (size > 1 && draw.chance(0.5))
    for (const p of members)
      world.relations.push([
        'patient',
        world.people[p]!.no,
        'household',
        'household',
        `HH${household + 100000}`,
        '公安户籍',
      ]);
}

/** Places of one kind that a person of the village would go to, most used first. */
export function choose(
  world: World,
  draw: Draw,
  v: number,
  kind: 'pharmacy' | 'clinic' | 'hospital',
  n: number,
): number[] {
  const near = world.villages[v]!.near[kind]!;
  const out: number[] = [];
  for (let i = 0; i < n; i++) out.push(near.at[draw.byCdf(near.cdf)]!);
  return out;
}

export function mobile(draw: Draw): string {
  return `1${draw.pick(['38', '59', '77', '86'])}${String(draw.int(1e8)).padStart(8, '0')}`;
}

/** Two or three of one village, unrelated, who go together often: each is also a look-alike. */
function makeFriends(world: World, draw: Draw): void {
  const circles = Math.round(world.people.length * 0.02);
  let told = 0;
  for (let i = 0; i < circles; i++) {
    const village = draw.pick(world.villages);
    const some = strangers(
      world,
      draw,
      village.people,
      draw.chance(0.7) ? 2 : 3,
      (p) => p.age > 50 && p.mates.length < 2,
    );
    if (some.length < 2) continue;
    const fav = world.people[some[0]!]!.fav;
    for (const p of some) {
      const person = world.people[p]!;
      for (const q of some) if (q !== p) person.mates.push(q);
      person.fav.pharmacy[0] = fav.pharmacy[0]!;
      person.fav.clinic[0] = fav.clinic[0]!;
    }
    if (some.length === 3 && told++ < 12 * world.scale) {
      for (const p of some) world.people[p]!.taken = true;
      lookalike(world, 'friends', some, [fav.pharmacy[0]!, fav.clinic[0]!]);
    }
  }
}

/** Untaken people of different households. */
export function strangers(
  world: World,
  draw: Draw,
  from: readonly number[],
  n: number,
  fits: (person: Person) => boolean,
): number[] {
  const out: number[] = [];
  const homes = new Set<number>();
  for (let tries = 0; tries < n * 60 && out.length < n; tries++) {
    const p = draw.pick(from);
    if (p === undefined) break;
    const person = world.people[p]!;
    if (person.taken || homes.has(person.household) || out.includes(p) || !fits(person)) continue;
    homes.add(person.household);
    out.push(p);
  }
  return out;
}

export function lookalike(
  world: World,
  type: string,
  patients: number[],
  institutions: number[],
): void {
  world.lookalikes.push({
    ring: `${type}-${world.lookalikes.length + 1}`,
    type,
    patients,
    institutions: [...new Set(institutions)],
    doctors: [],
    camouflage: 0,
  });
}
