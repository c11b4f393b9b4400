import { type Rng, shuffle } from '../analytics/model/rng.js';
import { between, chance, normal, pick, uniform } from '../analytics/planting/random.js';
import type { Geography, Town } from './geography.js';
import { makeHours } from './hours.js';
import type { Chain, Dept, Doctor, Institution, Institutions, Supports } from './institutions.js';
import { personName } from './names.js';

const DEPTS: ReadonlyArray<readonly [string, string]> = [
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

export interface Founding {
  readonly pull: number;
  readonly privately?: boolean;
  readonly chain?: number;
  readonly dialysis?: boolean;
  readonly beds?: number;
}

export interface Registry extends Institutions {
  readonly add: (
    town: Town,
    type: Institution['type'],
    level: Institution['level'],
    name: string,
    given: Founding,
  ) => Institution;
}

/** An empty register that gives codes, hours, departments, doctors and habits to what is founded. */
export function openRegistry(geo: Geography, settlements: number, rng: Rng): Registry {
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
    given: Founding,
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
  return { all, doctors, chains, add };
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
