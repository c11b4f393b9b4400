import { outVisit } from './ordinary.js';
import { mobile, strangers } from './people.js';
import {
  adults,
  boldness,
  disguise,
  placesOf,
  planted,
  recruit,
  type Scheme,
  someCounty,
  someShop,
} from './rings.js';
import { at, DAYS, dayIn, type Visit } from './world.js';

/** An agent holds the cards of many homes: his number stands behind all (the sly one takes one for every three). */
const agent: Scheme = (world, index) => {
  const draw = world.draw(`agent ${index}`);
  const sly = world.camouflage === 4;
  const county = someCounty(world, draw);
  const cards = strangers(world, draw, adults(world, county), draw.range(12, 26), () => true);
  const places = [
    someShop(world, draw, county),
    ...draw.sample(placesOf(world, ['private', 'county'], county), 2),
  ];
  recruit(world, cards);
  let phone = mobile(draw);
  for (const [i, p] of cards.entries()) {
    if (sly && i % 3 === 0) phone = mobile(draw);
    if (sly || draw.chance(0.85)) world.people[p]!.tel = phone;
    else
      world.relations.push(['patient', world.people[p]!.no, 'proxy', 'phone', phone, '经办登记']);
  }
  return () => {
    const visits: Visit[] = [];
    for (let n = Math.round(draw.range(14, 30) * boldness(world)); n > 0; n--) {
      const day = draw.int(DAYS - 4);
      const place = draw.pick(places);
      const hour = draw.real(8.5, 16);
      for (const p of draw.sample(cards, draw.range(3, 6)))
        visits.push(
          outVisit(world, draw, p, place, day + (sly ? draw.int(3) : 0), hour + draw.real(0, 1)),
        );
    }
    planted(world, 'card-agent-hub', visits, 2);
    disguise(world, draw, cards, 8);
  };
};

/** The same cards go down a row of shops on a day, always in the same order. */
const convoy: Scheme = (world, index) => {
  const draw = world.draw(`convoy ${index}`);
  const sly = world.camouflage === 4;
  const county = someCounty(world, draw);
  const cards = strangers(world, draw, adults(world, county), draw.range(4, 9), () => true);
  const shops = draw.sample(
    placesOf(world, ['pharmacy'], county).filter((i) => world.places[i]!.clock),
    draw.range(3, 4),
  );
  recruit(world, cards);
  return () => {
    const visits: Visit[] = [];
    for (let n = Math.round(draw.range(10, 24) * boldness(world)); n > 0; n--) {
      const day = draw.int(DAYS);
      let hour = draw.real(9, 13);
      const today = draw.sample(cards, Math.max(3, Math.round(cards.length * (sly ? 0.6 : 0.9))));
      for (const shop of sly ? shops.slice(0, 2 + draw.int(shops.length - 1)) : shops) {
        for (const p of today)
          visits.push(outVisit(world, draw, p, shop, day, hour + draw.real(0, sly ? 0.6 : 0.15)));
        hour += draw.real(0.7, 1.6);
      }
    }
    planted(world, 'multi-site-convoy', visits, 2);
    disguise(world, draw, cards, 12);
  };
};

/** Clinics and hospitals that lend each other the same people: everybody is billed everywhere. */
const lentCore: Scheme = (world, index) => {
  const draw = world.draw(`lent core ${index}`);
  const county = someCounty(world, draw);
  const people = strangers(
    world,
    draw,
    adults(world, county),
    draw.range(12, 30),
    (x) => x.age > 40,
  );
  const houses = draw.sample(
    placesOf(world, ['clinic', 'private', 'rehab', 'township']),
    draw.range(6, 10),
  );
  recruit(world, people);
  return () => {
    const visits: Visit[] = [];
    for (const p of people)
      for (const house of houses) {
        if (draw.chance(world.camouflage === 4 ? 0.3 : 0.08)) continue;
        const times = Math.max(2, Math.round(draw.range(3, 8) * boldness(world)));
        for (let n = times; n > 0; n--)
          visits.push(outVisit(world, draw, p, house, draw.int(DAYS)));
      }
    planted(world, 'rent-a-patient-core', visits, 2);
    disguise(world, draw, people, 20);
  };
};

/** A doctor's patients all go to one far little shop, though others are nearer. */
const steering: Scheme = (world, index) => {
  const draw = world.draw(`steering ${index}`);
  const county = someCounty(world, draw);
  const hospital = draw.pick(placesOf(world, ['county', 'private'], county));
  const doctor = draw.pick(world.places[hospital]!.doctors);
  const payer = someShop(world, draw, someCounty(world, draw));
  const patients = strangers(world, draw, adults(world, county), draw.range(14, 30), () => true);
  recruit(world, patients);
  return () => {
    const visits: Visit[] = [];
    for (const p of patients)
      for (let n = draw.range(3, 6); n > 0; n--) {
        const visit = outVisit(world, draw, p, hospital, draw.int(DAYS - 2));
        visit.doctor = doctor;
        visits.push(visit);
        if (!draw.chance(0.95 * boldness(world) ** 0.5)) continue;
        const later = visit.settled + draw.real(3600, 20_000);
        const hour = Math.min(20.5, (later - at(dayIn(later), 0)) / 3600);
        visits.push(outVisit(world, draw, p, payer, dayIn(later), Math.max(9, hour)));
      }
    planted(world, 'steering-loop', visits, 2);
    const { doctors } = world.truth.at(-1)!;
    doctors.splice(0, doctors.length, doctor);
    disguise(world, draw, patients, 8);
  };
};

export const peopleSchemes: Readonly<Record<string, Scheme>> = {
  'card-agent-hub': agent,
  'multi-site-convoy': convoy,
  'rent-a-patient-core': lentCore,
  'steering-loop': steering,
};
