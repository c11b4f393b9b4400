import { DEPARTMENTS } from './catalogue.js';
import { cumulative, type Draw } from './draw.js';
import { DAYS, isHoliday, type Place, type PlaceKind, type World, weekday } from './world.js';

/** One city district and four counties, whose towns differ in wealth and distance. */
export const COUNTIES = ['513902', '513921', '513922', '513923', '513981'];
const CENTRES = [
  [0, 0],
  [46, 12],
  [-31, 38],
  [-22, -55],
  [58, -41],
];
const SYLLABLES = '安宁康和瑞丰永盛青石白马龙泉双河清溪大兴三元'.split('');
const CHAINS = ['百姓缘', '惠仁堂', '老街坊', '天天好', '益寿'];

type Peaks = Place['peaks'];
const PEAKS: Record<string, Peaks> = {
  bimodal: [
    [9.2, 0.9, 0.62],
    [14.9, 0.8, 0.38],
  ],
  early: [
    [8.2, 0.6, 0.55],
    [10, 0.9, 0.35],
    [15, 1, 0.1],
  ],
  morning: [[9, 1.1, 1]],
  evening: [
    [10, 1.6, 0.35],
    [18.6, 1.2, 0.65],
  ],
  flat: [
    [11, 3, 0.5],
    [17, 3, 0.5],
  ],
  night: [
    [10, 2.5, 0.35],
    [19, 2.5, 0.45],
    [24, 2.5, 0.2],
  ],
  emergency: [[13, 6, 1]],
};

export function buildGeography(world: World): void {
  const draw = world.draw('geography');
  const s = world.scale;
  const towns: Array<{ county: number; x: number; y: number; name: string; market: number }> = [];
  const townCount = Math.max(7, Math.round(28 * s ** 0.8));
  for (let i = 0; i < townCount; i++) {
    const county = i % 4 === 0 ? 0 : draw.range(1, 4);
    const far = county === 0 ? draw.real(0, 5) : 3 + 18 * draw.next() ** 0.7;
    const turn = draw.real(0, 2 * Math.PI);
    const [cx, cy] = CENTRES[county]!;
    const name = draw.pick(SYLLABLES) + draw.pick(SYLLABLES) + (county === 0 ? '街道' : '镇');
    const x = cx! + far * Math.cos(turn);
    towns.push({ county, x, y: cy! + far * Math.sin(turn), name, market: draw.int(5) });
  }
  for (let t = 0; t < towns.length; t++) {
    const town = towns[t]!;
    const urban = town.county === 0;
    for (let v = 0, n = 5 + draw.poisson(5); v < n; v++) {
      const r = urban ? draw.real(0, 1.5) : draw.real(0.5, 8);
      const turn = draw.real(0, 2 * Math.PI);
      const short = draw.pick(SYLLABLES) + draw.pick(SYLLABLES);
      world.villages.push({
        name: `${town.name}${short}${v}${urban ? '社区' : '村'}`,
        county: town.county,
        town: t,
        x: town.x + r * Math.cos(turn),
        y: town.y + r * Math.sin(turn),
        urban,
        people: [],
        near: {},
      });
    }
  }
  const add = (
    kind: PlaceKind,
    town: number,
    pull: number,
    name: string,
    more: Partial<Place> = {},
  ) => addPlace(world, draw, towns[town]!, town, kind, pull, name, more);
  const seat = (county: number) =>
    Math.max(
      0,
      towns.findIndex((t) => t.county === county),
    );
  // One hospital a million settlements takes about a quarter of them all, whatever the scale.
  const giants = Math.max(1, Math.round(s / 5));
  for (let i = 0; i < giants; i++)
    add('tertiary', seat(0), (75 * Math.max(1, s ** 0.8)) / giants, `市第${i + 1}人民医院`);
  for (let i = 0; i < 2 + s; i++) add('secondary', seat(0), 5, `市${draw.pick(SYLLABLES)}医院`);
  for (let c = 1; c < COUNTIES.length; c++) {
    add('county', seat(c), 9 * draw.real(0.7, 1.4), `${COUNTIES[c]}县人民医院`);
    add('county', seat(c), 4 * draw.real(0.5, 1.4), `${COUNTIES[c]}县中医医院`);
  }
  const anyTown = () => draw.int(towns.length);
  for (let t = 0; t < towns.length; t++)
    add(
      'township',
      t,
      draw.real(1.5, 4),
      `${towns[t]!.name}${towns[t]!.county ? '卫生院' : '社区卫生服务中心'}`,
    );
  for (let i = 0, n = Math.max(8, Math.round(12 * s)); i < n; i++)
    add(
      'private',
      draw.chance(0.45) ? seat(i % 5) : anyTown(),
      draw.pareto(0.3, 1.5),
      `${draw.pick(SYLLABLES)}${draw.pick(SYLLABLES)}医院`,
    );
  for (let i = 0; i < Math.max(2, Math.round(2 * s)); i++)
    add('rehab', seat(i % 2), 0.25, `${draw.pick(SYLLABLES)}康复医院`);
  for (let i = 0, n = Math.round(110 * s); i < n; i++)
    add(
      'clinic',
      anyTown(),
      draw.pareto(0.12, 1.1),
      `${draw.pick(SYLLABLES)}${draw.pick(SYLLABLES)}诊所`,
    );
  for (let i = 0, n = Math.round(150 * s); i < n; i++) {
    const chain = draw.chance(0.45) ? draw.int(CHAINS.length) : -1;
    const name =
      chain < 0 ? `${draw.pick(SYLLABLES)}${draw.pick(SYLLABLES)}药房` : `${CHAINS[chain]}大药房`;
    add('pharmacy', anyTown(), draw.pareto(0.15, 1.05) * (chain < 0 ? 1 : 1.6), `${name}${i}店`, {
      chain,
    });
  }
  for (let i = 0, n = Math.max(4, Math.round(5 * s)); i < n; i++)
    add('dialysis', seat(i % 5), 0, `${draw.pick(SYLLABLES)}血液透析中心`);
  for (const [i, place] of world.places.entries()) staff(world, draw, place, i);
  for (const place of world.places) place.days = dayWeights(place, draw, towns[place.town]!.market);
  for (const village of world.villages) {
    village.near.pharmacy = gravity(world, village, (p) => p.kind === 'pharmacy', 2.1, 0.8);
    village.near.clinic = gravity(
      world,
      village,
      (p) => p.kind === 'clinic' || p.kind === 'township',
      2.6,
      1,
    );
    const wards: PlaceKind[] = ['tertiary', 'secondary', 'county', 'private'];
    village.near.hospital = gravity(world, village, (p) => wards.includes(p.kind), 1.2, 9);
  }
}

function addPlace(
  world: World,
  draw: Draw,
  town: { county: number; x: number; y: number },
  townNo: number,
  kind: PlaceKind,
  pull: number,
  name: string,
  more: Partial<Place>,
): void {
  const hospital = kind !== 'pharmacy';
  const big = kind === 'tertiary' || kind === 'secondary' || kind === 'county';
  const style =
    kind === 'pharmacy'
      ? draw.pick(['flat', 'evening', 'evening', 'night', 'early'])
      : kind === 'clinic'
        ? draw.pick(['morning', 'bimodal', 'evening'])
        : draw.pick(['bimodal', 'early', 'bimodal', 'morning']);
  const spread = kind === 'pharmacy' || kind === 'clinic' ? 4 : 1.2;
  const hours: [number, number] =
    style === 'night'
      ? [0, 24]
      : kind === 'pharmacy'
        ? [7.5, 21.5]
        : [7.5, kind === 'clinic' ? 20 : 17.6];
  world.places.push({
    code: `${hospital ? 'H' : 'P'}${COUNTIES[town.county]}${String(10007 + world.places.length * 3)}`,
    name,
    kind,
    county: town.county,
    town: townNo,
    x: town.x + draw.normal(0, spread / 2),
    y: town.y + draw.normal(0, spread / 2),
    level:
      kind === 'tertiary' ? '01' : big ? '05' : kind === 'private' ? '08' : hospital ? '09' : '',
    beds: big
      ? Math.round(pull * 30)
      : kind === 'private' || kind === 'rehab'
        ? draw.range(20, 99)
        : 0,
    machines: 0,
    pull,
    chain: -1,
    peaks: PEAKS[style]!,
    open: hours[0],
    close: hours[1],
    days: new Float64Array(0),
    tills: big ? Math.ceil(pull / 2) : draw.range(1, 2),
    feesLost: draw.real(0.05, 0.2),
    clock: kind !== 'clinic' || draw.chance(0.94),
    doctors: [],
    promo: [],
    ...more,
  });
}

function staff(world: World, draw: Draw, place: Place, index: number): void {
  const many: Record<PlaceKind, number> = {
    tertiary: 90,
    secondary: 22,
    county: 30,
    township: 5,
    private: 6,
    rehab: 5,
    clinic: 1,
    pharmacy: 0,
    dialysis: 3,
  };
  let count = many[place.kind];
  // Two pharmacies in three have no doctor; the rest use one far-away e-prescriber or a chain's own.
  if (place.kind === 'pharmacy' && draw.chance(0.34)) count = draw.range(1, 3);
  for (let i = 0; i < count; i++) {
    place.doctors.push(world.doctors.length);
    world.doctors.push({
      code: `D${COUNTIES[place.county]}${String(200011 + world.doctors.length * 7)}`,
      name: personName(draw),
      place: index,
      dept: count < 12 ? (place.kind === 'dialysis' ? 6 : 0) : i % DEPARTMENTS.length,
    });
  }
}

const SURNAMES = '王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧'.split('');
const GIVEN = '伟芳娜敏静丽强磊军洋勇艳杰娟涛明超秀霞平刚桂英华玉兰建国红梅淑珍'.split('');
export function personName(draw: Draw): string {
  return draw.pick(SURNAMES) + draw.pick(GIVEN) + (draw.chance(0.7) ? draw.pick(GIVEN) : '');
}

/** Season, week, holidays, salary days, the year's end, market days and promotions of one place. */
function dayWeights(place: Place, draw: Draw, market: number): Float64Array {
  const shop = place.kind === 'pharmacy';
  const weights = new Float64Array(DAYS);
  const sunday = place.kind === 'clinic' ? 0.9 : shop ? 1.15 : 0.25;
  const promoDay = place.chain >= 0 ? [8, 16, 18, 28, 5][place.chain]! : -1;
  for (let day = 0; day < DAYS; day++) {
    const week = weekday(day);
    const date = new Date((19783 + day) * 86_400_000);
    let w = week === 6 ? sunday : week === 5 ? (shop ? 1.1 : 0.55) : week === 0 ? 1.2 : 1;
    const winter = Math.exp(-(((day - 312) / 30) ** 2));
    w *= 1 + winter * (shop ? 0.35 : 0.5);
    if (isHoliday(day)) w *= shop ? 0.7 : 0.35;
    if (shop) {
      const inMonth = date.getUTCDate();
      if (inMonth <= 3 || inMonth === 10) w *= 1.3;
      if (date.getUTCMonth() === 11 && inMonth > 9) w *= 1.7;
      if (inMonth === promoDay) {
        w *= draw.real(2.5, 5);
        place.promo.push(day);
      }
    }
    if (place.county > 0 && (day + market) % 5 === 0 && place.kind !== 'county') w *= 1.9;
    weights[day] = (w * draw.gamma(12)) / 12;
  }
  return cumulative(weights);
}

function gravity(
  world: World,
  from: { x: number; y: number; county: number },
  want: (place: Place) => boolean,
  decay: number,
  core: number,
): { at: number[]; cdf: Float64Array } {
  const found: number[] = [];
  const weights: number[] = [];
  for (const [i, place] of world.places.entries()) {
    if (!want(place)) continue;
    const far = Math.hypot(place.x - from.x, place.y - from.y);
    const border = place.county === from.county || place.kind === 'tertiary' ? 1 : 0.35;
    found.push(i);
    weights.push((border * place.pull) / (far + core) ** decay);
  }
  return { at: found, cdf: cumulative(weights) };
}
