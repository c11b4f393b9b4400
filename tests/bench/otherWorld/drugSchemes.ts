import { ITEMS, items } from './catalogue.js';
import { goods } from './goods.js';
import { moment, outVisit } from './ordinary.js';
import { choose, strangers } from './people.js';
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
import { DAYS, type Visit } from './world.js';

const DEAR = items(
  '安宫牛黄丸',
  '片仔癀',
  '阿胶',
  '人血白蛋白',
  '达格列净',
  '硫酸氢氯',
  '恩替卡韦',
);
const DAILY = items('阿托伐他汀', '硫酸氢氯', '达格列净', '厄贝沙坦', '阿卡波糖', '恩替卡韦');

/** Collected cards go round many prescribers and shops for dear drugs, far more than anybody takes. */
const resale: Scheme = (world, index) => {
  const draw = world.draw(`resale ${index}`);
  const sly = world.camouflage === 4;
  const county = someCounty(world, draw);
  const cards = strangers(world, draw, adults(world, county), draw.range(7, 15), () => true);
  const stops = [
    ...draw.sample(placesOf(world, ['tertiary', 'secondary', 'county', 'private']), 4),
    ...draw.sample(placesOf(world, ['pharmacy', 'clinic'], county), draw.range(3, 5)),
  ];
  recruit(world, cards);
  return () => {
    const visits: Visit[] = [];
    const wanted = draw.sample(DEAR, 4);
    const tours = Math.round(draw.range(16, 28) * boldness(world));
    for (let t = 0; t < tours; t++) {
      const day = Math.floor(((t + draw.next()) * (DAYS - 8)) / tours);
      for (const card of draw.sample(cards, Math.ceil(cards.length * draw.real(0.5, 0.9))))
        for (const stop of draw.sample(stops, draw.range(1, 3))) {
          const visit = outVisit(world, draw, card, stop, day + (sly ? draw.int(7) : draw.int(2)));
          const bought = draw.sample(wanted, draw.range(1, 2));
          visit.lines = bought.flatMap((item) => [item, draw.range(2, sly ? 3 : 5)]);
          visits.push(visit);
        }
    }
    planted(world, 'drug-resale-ring', visits, 3);
    disguise(world, draw, cards, 20);
  };
};

/** One person fetches the same medicine at three or four hospitals, each time for weeks. */
const duplicates: Scheme = (world, index) => {
  const draw = world.draw(`duplicates ${index}`);
  const county = someCounty(world, draw);
  const [person] = strangers(world, draw, adults(world, county), 1, (x) => x.age > 45);
  recruit(world, [person!]);
  return () => {
    const near = choose(world, draw, world.people[person!]!.village, 'hospital', 8);
    const far = draw.sample(placesOf(world, ['secondary', 'county', 'township']), 3);
    const hospitals = [...new Set([...near, ...far])].slice(0, draw.range(3, 4));
    const item = draw.pick(DAILY);
    const packs = Math.ceil((30 * ITEMS[item]!.dose) / ITEMS[item]!.pack);
    const visits: Visit[] = [];
    for (
      let day = draw.range(3, 30);
      day < DAYS;
      day += Math.round(draw.range(10, 16) / boldness(world))
    )
      for (const place of draw.sample(hospitals, world.camouflage === 4 ? 2 : 3)) {
        const when = Math.min(DAYS - 1, day + draw.int(world.camouflage === 4 ? 9 : 4));
        const visit = outVisit(world, draw, person!, place, when);
        visit.lines = [item, packs];
        visits.push(visit);
      }
    planted(world, 'duplicate-prescribing', visits, 1);
    world.truth.at(-1)!.institutions.length = 0;
    disguise(world, draw, [person!], 15);
  };
};

/** A box is settled again and again on borrowed cards: some codes up to sixty times, the sly ones twice or thrice. */
const traceLoop: Scheme = (world, index) => {
  const draw = world.draw(`trace loop ${index}`);
  const sly = world.camouflage === 4;
  const county = someCounty(world, draw);
  const shops = [someShop(world, draw, county)];
  if (sly) shops.push(someShop(world, draw, county));
  const cards = strangers(world, draw, adults(world, county), draw.range(8, 18), () => true);
  recruit(world, cards);
  return () => {
    const visits: Visit[] = [];
    const codes = Array.from({ length: draw.range(6, 14) * (sly ? 3 : 1) }, () => {
      const times = sly ? draw.range(2, 3) : Math.round(draw.range(4, 20) * boldness(world));
      return { code: `8${draw.int(1e9) + 5e9}31`, times, item: draw.pick(DEAR) };
    });
    for (const { code, times, item } of codes)
      for (let n = 0; n < times; n++) {
        const visit = outVisit(world, draw, draw.pick(cards), draw.pick(shops), draw.int(DAYS));
        visit.lines = [item, 1];
        goods(world).codes.set(visit, [code]);
        goods(world).sham.add(visit);
        visits.push(visit);
      }
    planted(world, 'trace-code-loop', visits, 2);
    disguise(world, draw, cards, 8);
  };
};

/** A shop settles what it never had: a few dear items, or (sly) a little of everything. */
const emptySales: Scheme = (world, index) => {
  const draw = world.draw(`empty sales ${index}`);
  const sly = world.camouflage === 4;
  const county = someCounty(world, draw);
  const shop = someShop(world, draw, county);
  goods(world).reporting.add(shop);
  return () => {
    const customers = adults(world, county).filter((p) =>
      world.people[p]!.fav.pharmacy.includes(shop),
    );
    const from = customers.length > 20 ? customers : adults(world, county);
    const what = sly
      ? items(
          '银杏叶',
          '复方丹参',
          '连花清瘟',
          '阿托伐他汀',
          '硫酸氢氯',
          '达格列净',
          '阿卡波糖',
          '恩替卡韦',
          '碳酸钙',
          '六味地黄',
          '奥美拉唑',
          '速效救心丸',
        )
      : draw.sample(DEAR, draw.range(3, 5));
    const visits: Visit[] = [];
    for (let n = Math.round(draw.range(90, 180) * boldness(world)); n > 0; n--) {
      const hour = moment(world.places[shop]!, draw);
      const visit = outVisit(world, draw, draw.pick(from), shop, draw.int(DAYS), hour);
      visit.lines = [draw.pick(what), draw.range(1, 4)];
      goods(world).sham.add(visit);
      visits.push(visit);
    }
    planted(world, 'inventory-gap', visits, 1e9);
  };
};

export const drugSchemes: Readonly<Record<string, Scheme>> = {
  'drug-resale-ring': resale,
  'duplicate-prescribing': duplicates,
  'trace-code-loop': traceLoop,
  'inventory-gap': emptySales,
};
