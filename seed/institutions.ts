import type { Rng } from '../analytics/model/rng.js';
import { shuffle } from '../analytics/model/rng.js';
import {
  between,
  chance,
  logNormal,
  normal,
  pick,
  sample,
  uniform,
  weightedPicker,
} from '../analytics/planting/random.js';
import type { Geography, Town } from './geography.js';
import { type Hours, makeHours } from './hours.js';
import { personName } from './names.js';

export interface Dept {
  readonly code: string;
  readonly name: string;
  readonly doctors: readonly number[];
}

export interface Institution {
  readonly index: number;
  readonly code: string;
  readonly name: string;
  readonly type: 'hospital' | 'clinic' | 'pharmacy';
  /** 3 city, 2 county, 1 town or small private; 0 otherwise. */
  readonly level: 0 | 1 | 2 | 3;
  readonly levelCode: string;
  readonly county: number;
  readonly town: number;
  readonly lng: number;
  readonly lat: number;
  /** How strongly it draws people, distance apart. */
  readonly pull: number;
  readonly depts: readonly Dept[];
  readonly beds: number;
  /** Dialysis machines, set once its patients are known. */
  machines: number;
  readonly dialysis: boolean;
  /** Its dialysis sessions are settled when they end, not when they begin. */
  readonly settlesAfter: boolean;
  readonly privately: boolean;
  /** Chain of pharmacies, −1 without. */
  readonly chain: number;
  readonly owner: string;
  readonly hours: Hours;
  readonly terminals: number;
  /** Share of drug lines whose trace codes are reported. */
  readonly traced: number;
  readonly priceFactor: number;
  /** Pays from the pooled fund for chronic patients (a pharmacy of the dual channel). */
  readonly pooled: boolean;
  /** Habits of a dialysis centre: probability of each support beside a session. */
  readonly supports: Supports;
}

export interface Supports {
  readonly anticoagulant: number;
  readonly dialyser: number;
  readonly bloodLine: number;
  readonly needle: number;
  readonly epo: number;
  readonly iron: number;
  readonly tests: number;
}

export interface Doctor {
  readonly code: string;
  readonly name: string;
  readonly institution: number;
  readonly dept: string;
  readonly kind: '1' | '2' | '3';
}

export interface Chain {
  readonly name: string;
  /** Day of the month with a discount. */
  readonly memberDay: number;
  readonly owner: string;
}

export interface Institutions {
  readonly all: Institution[];
  readonly doctors: Doctor[];
  readonly chains: readonly Chain[];
}

export const DEPTS: ReadonlyArray<readonly [string, string]> = [
  ['A03', '内科'],
  ['A04', '外科'],
  ['A04.03', '骨科'],
  ['A05', '妇产科'],
  ['A07', '儿科'],
  ['A10', '眼科'],
  ['A11', '耳鼻喉科'],
  ['A12', '口腔科'],
  ['A13', '皮肤科'],
  ['A03.08', '肾内科'],
  ['A19', '肿瘤科'],
  ['A15', '精神科'],
  ['A50', '中医科'],
];
const SMALL = ['内科', '外科', '骨科', '中医科'];

export function makeInstitutions(geo: Geography, settlements: number, rng: Rng): Institutions {
  const all: Institution[] = [];
  const doctors: Doctor[] = [];
  const serial = new Map<string, number[]>();
  const chains = Array.from({ length: between(rng, 3, 6) }, () => ({
    name: `${pick(rng, ['康', '益', '仁', '德', '百', '同', '惠', '健'])}${pick(rng, ['民', '安', '源', '和', '泰', '春', '林'])}大药房`,
    memberDay: pick(rng, [6, 8, 9, 16, 18, 20, 28]),
    owner: personName(rng),
  }));
  const code = (letter: string, county: number) => {
    const admdvs = (geo.counties[county] as { admdvs: string }).admdvs;
    const key = letter + admdvs;
    let pool = serial.get(key);
    if (!pool) {
      pool = shuffle(
        Array.from({ length: 2000 + Math.ceil(settlements / 500) }, (_, i) => i + 1),
        rng,
      );
      serial.set(key, pool);
    }
    return `${letter}${admdvs}${String(pool.pop()).padStart(5, '0')}`;
  };
  const doctorSerial = shuffle(
    Array.from({ length: 4000 + Math.ceil(settlements / 20) }, (_, i) => i + 1),
    rng,
  );

  const add = (
    town: Town,
    type: Institution['type'],
    level: Institution['level'],
    name: string,
    given: { pull: number; privately?: boolean; chain?: number; dialysis?: boolean; beds?: number },
  ) => {
    const index = all.length;
    const privately = given.privately ?? type === 'pharmacy';
    const small = type === 'hospital' ? level === 1 : !town.seat;
    const hours = makeHours(type, small, town.seat ? -1 : town.market, rng);
    const institution: Institution = {
      index,
      code: code(type === 'pharmacy' ? 'P' : 'H', town.county),
      name,
      type,
      level,
      levelCode: levelCode(type, level, rng),
      county: town.county,
      town: town.index,
      lng: town.lng + 0.008 * normal(rng),
      lat: town.lat + 0.008 * normal(rng),
      pull: given.pull,
      depts: depts(type, level, given.dialysis ?? false, privately, index),
      beds: given.beds ?? 0,
      machines: 0,
      dialysis: given.dialysis ?? false,
      settlesAfter: chance(rng, 0.7),
      privately,
      chain: given.chain ?? -1,
      owner:
        given.chain !== undefined && given.chain >= 0
          ? (chains[given.chain] as Chain).owner
          : personName(rng),
      hours,
      terminals: type === 'pharmacy' ? between(rng, 1, 3) : type === 'clinic' ? 1 : 2 + 4 * level,
      traced:
        type === 'pharmacy'
          ? chance(rng, 0.75)
            ? uniform(rng, 0.6, 0.98)
            : 0
          : chance(rng, 0.4)
            ? 0.5
            : 0,
      priceFactor:
        (type === 'pharmacy' ? 1.08 : 1) * Math.exp(0.07 * normal(rng)) * (1 + 0.04 * level),
      pooled: type === 'pharmacy' && chance(rng, 0.35),
      supports: supports(rng),
    };
    all.push(institution);
    return institution;
  };

  function depts(
    type: Institution['type'],
    level: number,
    dialysis: boolean,
    privately: boolean,
    institution: number,
  ): Dept[] {
    const wanted =
      type === 'pharmacy'
        ? [['A90', '药店'] as const]
        : type === 'clinic'
          ? [['A02', '全科医疗科'] as const]
          : DEPTS.filter(([, name]) =>
              level === 3
                ? true
                : level === 2
                  ? !['精神科', '皮肤科'].includes(name) || chance(rng, 0.4)
                  : SMALL.includes(name) || (!privately && name === '儿科'),
            );
    const withKidney =
      dialysis && !wanted.some(([, n]) => n === '肾内科')
        ? [...wanted, ['A03.08', '肾内科'] as const]
        : wanted;
    return withKidney.map(([deptCode, name]) => {
      const count =
        type === 'pharmacy'
          ? 1
          : type === 'clinic'
            ? between(rng, 1, 2)
            : between(rng, level, 2 * level);
      const mine: number[] = [];
      for (let d = 0; d < count; d++) {
        mine.push(doctors.length);
        doctors.push({
          code: `D${geo.counties[0]?.admdvs.slice(0, 4)}${String((doctorSerial.pop() as number) + 100_000).padStart(8, '0')}`,
          name: personName(rng),
          institution,
          dept: deptCode,
          kind: type === 'pharmacy' ? '3' : chance(rng, 0.12) ? '2' : '1',
        });
      }
      return { code: deptCode, name, doctors: mine };
    });
  }

  const urban = geo.towns.filter((t) => geo.counties[t.county]?.urban);
  const cities = Math.max(2, Math.min(5, Math.round(settlements / 250_000) + 1));
  for (const [i, town] of sample(rng, urban, cities).entries())
    add(
      town,
      'hospital',
      3,
      `${['市第一人民医院', '市中心医院', '市中医医院', '市第三人民医院', '市妇幼保健院'][i]}`,
      {
        pull: logNormal(rng, 9, 0.2),
        dialysis: true,
        beds: between(rng, 600, 1800),
      },
    );
  const centres = Math.round(3.5 + settlements / 30_000);
  for (const county of geo.counties) {
    const towns = geo.towns.filter((t) => t.county === county.index);
    const seats = towns.filter((t) => t.seat);
    const place = () => pick(rng, seats);
    const few = all.filter((x) => x.dialysis).length < centres;
    add(place(), 'hospital', 2, `${county.name}人民医院`, {
      pull: logNormal(rng, 5, 0.25),
      dialysis: few,
      beds: between(rng, 200, 500),
    });
    const extra = chance(rng, 0.7) ? 1 : 0;
    if (extra)
      add(place(), 'hospital', 2, `${county.name}中医医院`, {
        pull: logNormal(rng, 3, 0.3),
        dialysis: settlements > 300_000 && chance(rng, 0.5),
        beds: between(rng, 100, 300),
      });
    const privates = between(rng, 1, 3) + Math.floor(settlements / 700_000);
    for (let i = 0; i < privates; i++)
      add(
        chance(rng, 0.7) ? place() : pick(rng, towns),
        'hospital',
        chance(rng, 0.75) ? 1 : 2,
        `${county.name.slice(0, 2)}${pick(rng, ['博爱', '仁和', '康宁', '同济', '华康', '安泰', '惠民', '福康', '长青', '天佑'])}${pick(rng, ['医院', '骨科医院', '中西医结合医院', '老年病医院'])}`,
        {
          pull: logNormal(rng, 1.1, 0.4),
          privately: true,
          beds: between(rng, 30, 100),
        },
      );
    const more = all.filter((x) => x.dialysis).length;
    if (more < centres && county.index % 2 === 0 && settlements > 120_000)
      add(
        pick(rng, seats),
        'hospital',
        1,
        `${county.name.slice(0, 2)}${pick(rng, ['安泰', '慈济', '康肾', '仁达'])}血液透析中心`,
        {
          pull: 0.05,
          privately: true,
          dialysis: true,
          beds: 0,
        },
      );
    for (const town of towns)
      if (!town.seat || chance(rng, 0.4))
        add(
          town,
          'hospital',
          1,
          town.seat
            ? `${town.name}社区卫生服务中心`
            : `${town.name}${town.name.endsWith('乡') ? '' : '中心'}卫生院`,
          {
            pull: logNormal(rng, 1.6, 0.3),
            beds: between(rng, 15, 80),
          },
        );
  }
  const townPicker = weightedPicker(geo.towns.map((t) => t.share));
  const pharmacies = Math.max(geo.towns.length, Math.round(settlements / 2300));
  const perTown = geo.towns.map(() => 1);
  for (let left = pharmacies - geo.towns.length; left > 0; left--) {
    const t = townPicker(rng);
    // Small markets stay with one shop more often than chance would have it.
    if ((geo.towns[t] as Town).seat || chance(rng, 0.6)) perTown[t]!++;
    else perTown[geo.towns.findIndex((x) => x.seat && x.county === geo.towns[t]?.county)]!++;
  }
  for (const town of geo.towns)
    for (let i = 0; i < (perTown[town.index] as number); i++) {
      const chain = chance(rng, 0.45) ? rng.int(chains.length) : -1;
      const shop = `${pick(rng, ['康', '益', '济', '德', '春', '惠', '颐', '万'])}${pick(rng, ['民', '生', '和', '堂', '仁', '顺', '芝'])}`;
      add(
        town,
        'pharmacy',
        0,
        chain >= 0
          ? `${(chains[chain] as Chain).name}${town.name.replace(/(街道|镇|乡)$/, '')}${i + 1}店`
          : `${town.name.replace(/(街道|镇|乡)$/, '')}${shop}药店`,
        {
          pull: logNormal(rng, town.seat ? 1.2 : 1, 0.7),
          chain,
        },
      );
    }
  const clinics = Math.max(geo.towns.length, Math.round(settlements / 2600));
  for (let i = 0; i < clinics; i++) {
    const town = geo.towns[i < geo.towns.length ? i : townPicker(rng)] as Town;
    const village = geo.villages[pick(rng, town.villages)];
    add(town, 'clinic', 0, `${village?.name ?? town.name}${town.seat ? '诊所' : '卫生室'}`, {
      pull: logNormal(rng, 1, 0.5),
      privately: town.seat,
    });
  }
  return { all, doctors, chains };
}

function levelCode(type: Institution['type'], level: number, rng: Rng): string {
  if (type === 'pharmacy') return '';
  if (type === 'clinic') return '11';
  if (level === 3) return chance(rng, 0.7) ? '02' : '03';
  if (level === 2) return chance(rng, 0.7) ? '05' : '06';
  return chance(rng, 0.6) ? '08' : '09';
}

/** Most centres bill nearly everything beside a session; some bundle one thing into its price. */
function supports(rng: Rng): Supports {
  const bundles = rng.next();
  return {
    anticoagulant: uniform(rng, 0.94, 0.995),
    dialyser: bundles < 0.1 ? 0.04 : uniform(rng, 0.95, 0.995),
    bloodLine: bundles > 0.88 ? 0.05 : uniform(rng, 0.93, 0.99),
    needle: uniform(rng, 0.3, 0.95),
    epo: uniform(rng, 0.35, 0.65),
    iron: uniform(rng, 0.05, 0.18),
    tests: uniform(rng, 0.8, 0.98),
  };
}
