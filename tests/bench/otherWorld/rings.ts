import { diagnosis, items } from './catalogue.js';
import type { Draw } from './draw.js';
import { COUNTIES } from './geography.js';
import { moment, outVisit, stayVisit } from './ordinary.js';
import { choose, mobile, strangers } from './people.js';
import { type Case, DAYS, dayIn, type PlaceKind, type Visit, type World } from './world.js';

/** Recruits are chosen before anybody's year is written; the ring's own visits come after. */
export type Plot = () => void;

/** A ring of one type, the `index`th. */
export type Scheme = (world: World, index: number) => Plot;

/** How hard a ring works at each level of camouflage, as a share of what the bold one does. */
export const boldness = (world: World) => [1, 0.9, 0.8, 0.7, 0.5][world.camouflage]!;

export const adults = (world: World, county?: number) =>
  world.people.flatMap((x, p) =>
    x.age > 25 &&
    x.die < 0 &&
    (county === undefined || world.villages[x.village]!.county === county)
      ? [p]
      : [],
  );

export const placesOf = (world: World, kinds: readonly PlaceKind[], county?: number) =>
  world.places.flatMap((p, i) =>
    kinds.includes(p.kind) && (county === undefined || p.county === county) ? [i] : [],
  );

/** A county in which enough people live. */
export const someCounty = (world: World, draw: Draw): number =>
  draw.pick(COUNTIES.map((_, c) => c).filter((c) => adults(world, c).length >= 300));

/** A middling shop of a county: neither the busiest nor one that nobody visits. */
export function someShop(world: World, draw: Draw, county: number): number {
  const all = placesOf(world, ['pharmacy'], county).sort(
    (a, b) => world.places[a]!.pull - world.places[b]!.pull,
  );
  return draw.pick(all.slice(Math.floor(all.length * 0.3), Math.ceil(all.length * 0.9)));
}

/**
 * What camouflage does to the members. 0: the card lives for the ring alone. 1 and 2: besides,
 * honest visits are made up for it, at random places or at the popular ones. 3 and 4: the card
 * belongs to somebody whose own full life goes on.
 */
export function recruit(world: World, members: readonly number[]): void {
  for (const p of members) {
    world.people[p]!.taken = true;
    if (world.camouflage < 3) world.people[p]!.activity = 0;
    else world.people[p]!.activity = Math.max(world.people[p]!.activity, 0.4);
    if (world.people[p]!.die >= 0) world.people[p]!.die = -1;
  }
}

export function disguise(
  world: World,
  draw: Draw,
  members: readonly number[],
  perMember: number,
): void {
  if (world.camouflage !== 1 && world.camouflage !== 2) return;
  const popular = world.places.flatMap((p, i) => (p.pull > 4 ? [i] : []));
  for (const p of members)
    for (let n = draw.poisson(Math.min(16, Math.max(3, perMember * 0.6))); n > 0; n--) {
      const kind = draw.pick(['pharmacy', 'clinic', 'hospital'] as const);
      const near = choose(world, draw, world.people[p]!.village, kind, 1)[0]!;
      const random = world.villages[world.people[p]!.village]!.near[kind]!.at;
      const place =
        world.camouflage === 1 ? draw.pick(random) : draw.chance(0.5) ? draw.pick(popular) : near;
      outVisit(world, draw, p, place, draw.byCdf(world.places[place]!.days));
    }
}

export function planted(world: World, type: string, visits: readonly Visit[], least: number): void {
  const times = new Map<number, number>();
  for (const v of visits) times.set(v.person, (times.get(v.person) ?? 0) + 1);
  const patients = [...times].filter(([, n]) => n >= least).map(([p]) => p);
  const done: Case = {
    ring: `O${world.truth.length + 1}`,
    type,
    patients,
    institutions: [...new Set(visits.map((v) => v.place))],
    doctors: [...new Set(visits.map((v) => v.doctor))].filter((d) => d >= 0),
    camouflage: world.camouflage,
  };
  world.truth.push(done);
}

const MILD = ['M51', 'M47', 'K29', 'I10', 'E11', 'I25'].map(diagnosis);

/** 5–20 people of few villages, 2–5 rounds, one to three (adaptive: up to four) private hospitals. */
export function brokering(world: World, index: number): Plot {
  const draw = world.draw(`brokering ${index}`);
  const sly = world.camouflage === 4;
  const villages = draw.sample(
    world.villages.filter((v) => !v.urban && v.people.length > 30),
    sly ? draw.range(2, 5) : draw.range(1, 2),
  );
  const pool = villages.flatMap((v) => v.people);
  const members = strangers(world, draw, pool, draw.range(5, 20), (x) => x.age > 44 && x.age < 85);
  const privates = world.places.flatMap((p, i) => (p.kind === 'private' && p.pull < 3 ? [i] : []));
  const hospitals = draw.sample(privates, sly ? draw.range(2, 4) : draw.range(1, 3));
  const rounds = draw.range(sly ? 3 : 2, 5);
  recruit(world, members);
  if (!sly && draw.chance(0.3)) shareNumber(world, draw, members);
  return () => {
    const visits: Visit[] = [];
    const team = new Map(
      hospitals.map((h) => [h, draw.sample(world.places[h]!.doctors, draw.range(1, 2))]),
    );
    const names = draw.sample(MILD, sly ? 5 : 2);
    let day = draw.range(8, 70);
    const gap = Math.min(75, Math.floor((DAYS - 40 - day) / rounds));
    for (let r = 0; r < rounds; r++, day += Math.max(12, Math.round(gap * draw.real(0.7, 1)))) {
      const home = r % hospitals.length;
      const days = draw.range(5, 10);
      const van = draw.real(8.5, 15);
      const queue = new Map<number, number>();
      for (const [k, p] of draw.sample(members, members.length).entries()) {
        if (draw.chance(sly ? 0.2 : 0.15)) continue;
        // Adaptive: every round is cut over the hospitals and each comes two or three days after the last.
        const h = sly ? hospitals[(k + r) % hospitals.length]! : hospitals[home]!;
        const before = queue.get(h) ?? draw.int(2);
        queue.set(h, before + draw.range(2, 3));
        const come = sly ? day + before : day + (draw.chance(0.25) ? 1 : 0);
        const stay = sly
          ? draw.range(5, 11)
          : days + draw.range(-1, 1) * (draw.chance(0.4) ? 1 : 0);
        if (come + stay >= DAYS) continue;
        const hour = sly ? draw.real(8, 17) : van + draw.real(0, 1.1);
        const visit = stayVisit(world, draw, p, h, come, {
          diag: draw.pick(names),
          days: stay,
          hour,
        });
        visit.doctor = draw.pick(team.get(h)!);
        visit.cash = sly ? draw.real(0.03, 0.15) : draw.chance(0.85) ? 0 : 0.02;
        visits.push(visit);
      }
    }
    planted(world, 'patient-brokering-ring', visits, 2);
    disguise(world, draw, members, rounds * 4);
  };
}
function shareNumber(world: World, draw: Draw, members: readonly number[]): void {
  const phone = mobile(draw);
  for (const p of members) if (draw.chance(0.6)) world.people[p]!.tel = phone;
}

const RESALE = items(
  '安宫牛黄丸',
  '片仔癀',
  '阿胶',
  '人血白蛋白',
  '银杏叶',
  '硫酸氢氯',
  '甘精胰岛素',
  '达格列净',
);
const PLAIN = items(
  '苯磺酸氨氯',
  '阿托伐他汀',
  '复方丹参',
  '六味地黄',
  '连花清瘟',
  '奥美拉唑',
  '碳酸钙',
);

/** 6–30 cards of strangers, 8–40 sessions, one to four shops that own them. */
export function farming(world: World, index: number): Plot {
  const draw = world.draw(`farming ${index}`);
  const sly = world.camouflage === 4;
  const county = draw.int(5);
  const near = world.people.flatMap((x, p) =>
    world.villages[x.village]!.county === county || draw.chance(0.08) ? [p] : [],
  );
  const cards = strangers(world, draw, near, draw.range(6, 30), (x) => x.age > 20);
  const size = (i: number) => world.places[i]!.pull;
  const all = world.places
    .flatMap((p, i) => (p.kind === 'pharmacy' && p.clock ? [i] : []))
    .sort((a, b) => size(a) - size(b));
  const middle = all.slice(Math.floor(all.length * 0.25), Math.ceil(all.length * 0.92));
  const local = middle.filter((i) => world.places[i]!.county === county);
  const shops = draw.sample(
    local.length > 3 ? local : middle,
    sly ? draw.range(3, 4) : draw.range(1, 4),
  );
  recruit(world, cards);
  if (!sly && draw.chance(0.25)) shareNumber(world, draw, cards);
  return () => {
    const visits: Visit[] = [];
    const sessions = draw.range(8, 40);
    const share = draw.real(0.4, 0.85);
    const yearEnd = !sly && draw.chance(0.35);
    const machine = draw.chance(0.35);
    const late = draw.chance(0.3);
    const same = draw.chance(0.4);
    const loop = draw.chance(0.3);
    const from = yearEnd ? 220 : draw.range(0, 120);
    const span = yearEnd ? 86 : draw.range(170, DAYS - from - 10);
    const goods = draw.sample(RESALE, draw.range(2, 5));
    const busy = new Map<string, number[]>();
    const lying = realStays(world, draw, cards, from, span, sly);
    for (let s = 0; s < sessions; s++) {
      const day = sly ? from + Math.floor((s * span) / sessions) : from + draw.int(span);
      const shop = draw.chance(0.65) ? shops[0]! : draw.pick(shops);
      let clock = late
        ? draw.real(22.2, 23.2)
        : draw.real(world.places[shop]!.open, world.places[shop]!.close - 1.4);
      for (const card of draw.sample(
        cards,
        Math.max(3, Math.round(cards.length * share * draw.real(0.6, 1.2))),
      )) {
        const where = sly ? draw.pick(shops) : shop;
        const when = sly
          ? Math.min(DAYS - 1, day + draw.int(Math.max(5, Math.floor(span / sessions))))
          : day;
        if (sly && lying.has(card * 1000 + when)) continue;
        clock += machine ? draw.real(34, 50) / 3600 : draw.real(40, 190) / 3600;
        const hour = sly ? apart(world, draw, busy, where, when) : clock;
        if (hour < 0 || hour >= 24) continue;
        const visit = outVisit(world, draw, card, where, when, hour);
        const basket = sly
          ? [draw.pick(draw.chance(0.5) ? RESALE : PLAIN), draw.pick(PLAIN)]
          : same
            ? goods
            : draw.sample(RESALE, draw.range(1, 3));
        visit.lines = basket.flatMap((item) => [item, sly ? draw.range(1, 2) : draw.range(1, 4)]);
        const own = world.places[where]!.doctors;
        visit.doctor = own.length > 0 ? own[0]! : -1;
        if (loop && !sly && draw.chance(0.06)) visit.refund = -draw.range(45, 240);
        visits.push(visit);
      }
    }
    planted(world, 'card-farming-pharmacy', visits, 2);
    disguise(world, draw, cards, visits.length / cards.length);
  };
}

/** An hour of that day at that shop more than ten minutes (and some) from the ring's other swipes. */
function apart(
  world: World,
  draw: Draw,
  busy: Map<string, number[]>,
  shop: number,
  day: number,
): number {
  const key = `${shop}/${day}`;
  const taken = busy.get(key) ?? [];
  for (let i = 0; i < 12 && taken.length < 3; i++) {
    const hour = moment(world.places[shop]!, draw);
    if (taken.some((t) => Math.abs(t - hour) < 0.3)) continue;
    busy.set(key, [...taken, hour]);
    return hour;
  }
  return -1;
}

/** A few holders lie in hospital for real while the shop goes on swiping; the adaptive one looks first. */
function realStays(
  world: World,
  draw: Draw,
  cards: readonly number[],
  from: number,
  span: number,
  sly: boolean,
): Set<number> {
  const days = new Set<number>();
  const note = (v: Visit) => {
    for (let d = dayIn(v.begin); d <= dayIn(v.end); d++) days.add(v.person * 1000 + d);
  };
  const own = new Set(cards);
  for (const v of world.visits) if (v.type[0] === '2' && own.has(v.person)) note(v);
  if (sly) return days;
  for (const p of cards)
    if (draw.chance(0.25))
      note(
        stayVisit(
          world,
          draw,
          p,
          world.people[p]!.fav.hospital[0]!,
          from + draw.int(Math.max(1, span - 15)),
        ),
      );
  return days;
}
