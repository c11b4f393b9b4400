import type { Rng } from '../analytics/model/rng.js';
import { shuffle } from '../analytics/model/rng.js';
import { between, chance, logNormal, normal, uniform } from '../analytics/planting/random.js';

/** A made-up prefecture: six-digit regions that no real place has, so nobody lives at its addresses. */
export const PREFECTURE = '5199';

export interface County {
  readonly index: number;
  readonly admdvs: string;
  readonly name: string;
  readonly urban: boolean;
}

export interface Town {
  readonly index: number;
  readonly county: number;
  readonly name: string;
  readonly lng: number;
  readonly lat: number;
  /** The county's seat, or a quarter of the city. */
  readonly seat: boolean;
  /** Share of the prefecture's people. */
  readonly share: number;
  /** Market days are those with `day % 5 === market`; −1 without a market. */
  readonly market: number;
  readonly villages: number[];
}

/** A village or a street: the unit of "near". */
export interface Village {
  readonly index: number;
  readonly town: number;
  readonly name: string;
  readonly lng: number;
  readonly lat: number;
  readonly share: number;
  readonly careHome: boolean;
}

export interface Geography {
  readonly counties: readonly County[];
  readonly towns: readonly Town[];
  readonly villages: Village[];
}

const FRONT = '清平安龙石白河青金双福永长太新大云松柳梅桃竹兴和泰广古茶沙马';
const BACK = '溪山坝桥坪湾塘岭口泉江峰陵场渡源坡林川台';

function names(rng: Rng, count: number): string[] {
  const all = shuffle(
    [...FRONT].flatMap((a) => [...BACK].map((b) => a + b)),
    rng,
  );
  return Array.from({ length: count }, (_, i) =>
    i < all.length ? (all[i] as string) : `${all[i % all.length]}${Math.floor(i / all.length) + 1}`,
  );
}

export function makeGeography(settlements: number, rng: Rng): Geography {
  const size = Math.min(9, Math.max(5, Math.round(4 + settlements / 60_000)));
  const countyCount = size + rng.int(2);
  const townCount = Math.max(countyCount * 2, Math.round(2.6 * Math.sqrt(settlements / 1000)));
  const words = names(rng, countyCount + townCount * 13);
  let word = 0;
  const counties: County[] = [];
  const towns: Town[] = [];
  const villages: Village[] = [];
  const centreLng = 103.9 + rng.next() * 0.6;
  const centreLat = 29.6 + rng.next() * 0.6;
  const centres = spread(countyCount, rng);
  for (let c = 0; c < countyCount; c++) {
    const urban = c < 2;
    counties.push({
      index: c,
      admdvs: `${PREFECTURE}${String(urban ? 2 + c : 20 + c).padStart(2, '0')}`,
      name: `${words[word++]}${urban ? '区' : '县'}`,
      urban,
    });
  }
  const counts = counties.map(() => 2);
  for (let left = townCount - 2 * countyCount; left > 0; left--) counts[rng.int(countyCount)]!++;
  for (const county of counties) {
    const [x, y] = centres[county.index] as [number, number];
    for (let t = 0; t < (counts[county.index] as number); t++) {
      const seat = t === 0 || county.urban;
      const away = t === 0 ? 0 : county.urban ? 0.04 + 0.05 * rng.next() : 0.09 + 0.16 * rng.next();
      const angle = rng.next() * 2 * Math.PI;
      const town: Town = {
        index: towns.length,
        county: county.index,
        name: `${words[word++]}${seat ? '街道' : chance(rng, 0.75) ? '镇' : '乡'}`,
        lng: centreLng + x + away * Math.cos(angle),
        lat: centreLat + y + away * Math.sin(angle),
        seat,
        share: logNormal(rng, t === 0 ? 3.2 : county.urban ? 2.4 : 1, 0.45),
        market: seat || (t > 1 && chance(rng, 0.4)) ? -1 : rng.int(5),
        villages: [],
      };
      towns.push(town);
      const parts = seat ? between(rng, 6, 11) : between(rng, 4, 9);
      const weights = Array.from({ length: parts }, () => logNormal(rng, 1, 0.4));
      const total = weights.reduce((a, b) => a + b, 0);
      for (const weight of weights) {
        const reach = seat ? 0.012 : 0.035;
        town.villages.push(villages.length);
        villages.push({
          index: villages.length,
          town: town.index,
          name: `${words[word++ % words.length]}${seat ? (chance(rng, 0.5) ? '社区' : '路') : '村'}`,
          lng: town.lng + reach * normal(rng),
          lat: town.lat + reach * normal(rng),
          share: (weight / total) * town.share,
          careHome: false,
        });
      }
    }
  }
  return { counties, towns, villages };
}

/** Points in a disc, none very near another. */
function spread(count: number, rng: Rng): Array<[number, number]> {
  const points: Array<[number, number]> = [[0, 0]];
  let apart = 0.42;
  while (points.length < count) {
    const radius = points.length === 1 ? 0.12 : uniform(rng, 0.3, 0.85);
    const angle = rng.next() * 2 * Math.PI;
    const p: [number, number] = [radius * Math.cos(angle), radius * Math.sin(angle)];
    const near = points.some((q) => Math.hypot(p[0] - q[0], p[1] - q[1]) < apart);
    if (points.length === 1 || !near) points.push(p);
    else apart *= 0.99;
  }
  return points;
}

/** Kilometres between two points of the prefecture. */
export function distance(
  a: { readonly lng: number; readonly lat: number },
  b: { readonly lng: number; readonly lat: number },
): number {
  return Math.hypot((a.lng - b.lng) * 96.5, (a.lat - b.lat) * 111.3);
}
