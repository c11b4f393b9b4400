import { DAY } from './calendar.js';
import type { Item } from './catalogue.js';
import { Flag, Kind, Row } from './events.js';
import type { Institution } from './institutions.js';
import type { Person } from './people.js';
import type { World } from './world.js';

const MOST = 40;

/** The fee lines and the split of one settlement, reused from event to event. Money is fen. */
export class Bill {
  lines = 0;
  readonly item = new Int32Array(MOST);
  readonly count = new Float64Array(MOST);
  readonly price = new Int32Array(MOST);
  readonly amount = new Int32Array(MOST);
  readonly covered = new Int32Array(MOST);
  total = 0;
  fund = 0;
  pooled = 0;
  account = 0;
  cash = 0;
}

/** A small generator (mulberry32) for what hangs on one event; same seed, same bill. */
export class Draws {
  private state = 0;
  start(seed: number): void {
    this.state = seed | 0;
  }
  next(): number {
    this.state = (this.state + 0x6d2b79f5) | 0;
    let t = Math.imul(this.state ^ (this.state >>> 15), 1 | this.state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  }
  int(n: number): number {
    return Math.floor(this.next() * n);
  }
}

/** A stable mixing of small integers, for habits that are stored nowhere. */
export function mix(a: number, b: number, c = 0): number {
  let h =
    Math.imul(a ^ 0x9e3779b9, 0x85ebca6b) ^
    Math.imul(b + 0x165667b1, 0xc2b2ae35) ^
    Math.imul(c + 1, 0x27d4eb2f);
  h ^= h >>> 15;
  h = Math.imul(h, 0x2c1b3c6d);
  h ^= h >>> 13;
  return h >>> 0;
}

const COUNTER = [
  'cold',
  'cold',
  'gi',
  'pain',
  'skin',
  'vit',
  'ent',
  'abx',
  'gyn',
  'tcm',
  'eye',
  'ton',
  'uro',
  'ost',
];
const BIG = ['ton', 'cvd', 'chd', 'vit', 'ost', 'htn', 'dm', 'cold', 'pain', 'gi'];
/** What more a hospital bills when lines are wanted. */
const FURTHER = ['lab', 'labc', 'mat', 'trt', 'cold', 'inj'];
const USUAL_LINES = 2.1;
const DRUGS = new Set(['101', '102']);

export interface Biller {
  /** Fills `bill` for event `e`; `e` must be a first row or one tied to it. */
  fill(e: number, bill: Bill): void;
}

/** `linesEach` is the wanted mean number of fee lines a settlement; more than the usual two are filled up. */
export function makeBiller(world: World, linesEach: number): Biller {
  const { catalogue, events, people, institutions } = world;
  const items = catalogue.items;
  const d = new Draws();
  let bill: Bill;
  let place: Institution;

  function put(item: number, count: number): void {
    if (bill.lines >= MOST) return;
    const i = bill.lines++;
    const it = items[item] as Item;
    const jitter = 0.95 + (mix(place.index, item, 7) % 1000) / 10_000;
    const price = Math.max(1, Math.round(it.price * place.priceFactor * jitter));
    bill.item[i] = item;
    bill.count[i] = count;
    bill.price[i] = price;
    bill.amount[i] = Math.round(price * count);
    bill.covered[i] = Math.round((bill.amount[i] as number) * it.covered);
  }
  function one(group: string, count = 1): void {
    const list = catalogue.group(group);
    if (list.length > 0) put(list[d.int(list.length)] as number, count);
  }
  /** A count around `mean`; 0 when it is negative. */
  function some(mean: number): number {
    return Math.floor(mean) + (d.next() < mean - Math.floor(mean) ? 1 : 0);
  }
  function drug(group: string): void {
    const list = catalogue.group(group);
    if (list.length === 0) return;
    const item = list[d.int(list.length)] as number;
    if (!DRUGS.has((items[item] as Item).listType)) return;
    put(item, group === 'tcm' ? 30 + 10 * d.int(16) : d.next() < 0.7 ? 1 : 2);
  }
  /** The drugs that this person takes for the chronic disease, a month of each. */
  function own(person: Person, diagnosis: number): void {
    const group = catalogue.diagnoses[diagnosis]?.groups[0] ?? 'htn';
    const list = catalogue.group(group);
    const slots = 1 + (mix(person.index, diagnosis, 1) % 3 === 0 ? 1 : 0);
    for (let s = 0; s < slots; s++) {
      const item = list[mix(person.index, diagnosis, 2 + s) % list.length] as number;
      const it = items[item] as Item;
      put(item, Math.max(1, Math.min(8, Math.round((30 * it.dayDose) / it.pack))));
    }
    if (slots < 3 && person.chronic.length > 1 && d.next() < 0.6) {
      const other = catalogue.group(
        catalogue.diagnoses[person.chronic[1] as number]?.groups[0] ?? 'htn',
      );
      put(other[mix(person.index, diagnosis, 9) % other.length] as number, 1);
    }
  }
  function services(groups: readonly string[], most: number): void {
    for (let n = some(most); n > 0; n--) {
      const group = groups[d.int(groups.length)] as string;
      if (group === 'tcm') drug(group);
      else one(group, group === 'reh' ? 1 + d.int(2) : 1);
    }
  }
  function ward(e: number, groups: readonly string[]): void {
    const days = Math.max(
      1,
      Math.round(((events.end[e] as number) - (events.begin[e] as number)) / DAY),
    );
    one('bed', days);
    one('ipd', days);
    if (d.next() < 0.6) one('nur', days);
    for (const group of groups) {
      if (group === 'inj')
        for (let n = some(1.6); n > 0; n--)
          one('inj', Math.max(1, Math.round(days * (0.6 + 0.8 * d.next()))));
      else if (group === 'reh')
        for (let n = some(1.5); n > 0; n--) one('reh', Math.max(1, days - d.int(3)));
      else if (group === 'surg' || group === 'mats' || group === 'anes' || group === 'obs')
        one(group);
      else if (d.next() < 0.75)
        one(group, group === 'onc' ? 2 + d.int(3) : group === 'chem' ? 1 + d.int(3) : 1 + d.int(2));
    }
    if (d.next() < 0.5) one('lab', 1 + d.int(2));
    if (d.next() < 0.4) one('mat', days);
  }
  function session(person: Person): void {
    const s = place.supports;
    const filtration = mix(person.index, 5) % 11 === 0 && d.next() < 0.4;
    const kind = mix(place.index, person.index, 3);
    const from = (group: string, key: number) => {
      const list = catalogue.group(group);
      return list[key % list.length] as number;
    };
    put(filtration ? from('hdfi', 0) : from('hdse', kind % 3 === 0 ? 1 : 0), 1);
    if (d.next() < s.dialyser)
      put(filtration ? from('hdlf', 0) : from('hdli', kind % 3 === 0 ? 1 : 0), 1);
    if (d.next() < s.bloodLine) put(from('hdbl', 0), 1);
    if (d.next() < s.anticoagulant) put(from('hdac', kind), mix(person.index, 6) % 4 === 0 ? 2 : 1);
    if (d.next() < s.epo * (0.6 + (mix(person.index, 8) % 80) / 100))
      put(from('hdep', kind), 1 + (kind % 3));
    if (d.next() < s.needle * 0.6) put(from('hdnd', 0), 2);
    if (d.next() < s.iron) put(from('hdfe', kind), 1);
    // Once a month, about every thirteenth session, blood is taken.
    if (d.next() < s.tests / 13) for (let n = 2 + d.int(2); n > 0; n--) one('labd');
  }
  function content(e: number, person: Person): void {
    const kind = events.kind[e] as number;
    const diagnosis = events.diagnosis[e] as number;
    const row = diagnosis >= 0 ? catalogue.diagnoses[diagnosis] : undefined;
    const groups = row?.groups ?? COUNTER;
    switch (kind) {
      case Kind.otc: {
        for (let n = 1 + some(0.55); n > 0; n--)
          drug(
            row && d.next() < 0.75
              ? (groups[d.int(groups.length)] as string)
              : (COUNTER[d.int(COUNTER.length)] as string),
          );
        if (bill.lines === 0) drug('cold');
        break;
      }
      case Kind.promotion:
        for (let n = 2 + some(0.8); n > 0; n--) drug(BIG[d.int(BIG.length)] as string);
        break;
      case Kind.refill:
      case Kind.chronic: {
        const chronic = diagnosis >= 0 ? diagnosis : (person.chronic[0] ?? -1);
        if (kind === Kind.chronic && d.next() < 0.55) one(place.level === 0 ? 'reg1' : 'reg');
        if (chronic >= 0) own(person, chronic);
        else drug(COUNTER[d.int(COUNTER.length)] as string);
        if (d.next() < 0.18) {
          if (kind === Kind.refill) drug(COUNTER[d.int(COUNTER.length)] as string);
          else one('labc');
        }
        break;
      }
      case Kind.outpatient:
      case Kind.emergency:
        if (kind === Kind.emergency) one('er');
        else if (d.next() < 0.75) one(place.level === 0 ? 'reg1' : 'reg');
        services(groups, 1.15);
        if (kind === Kind.emergency) services(['trt', 'lab', 'img', 'inj'], 1.4);
        break;
      case Kind.stay:
      case Kind.maternity:
      case Kind.chemo:
        ward(e, groups);
        break;
      case Kind.dialysis:
        session(person);
        break;
      case Kind.checkup:
        one('chk');
        one('lab');
        services(['labc', 'img', 'chk', 'labc'], 1.5);
        break;
      default:
        for (let n = 1 + d.int(3); n > 0; n--) one('labd');
    }
    if (bill.lines === 0) one(place.type === 'pharmacy' ? 'cold' : 'reg');
  }
  function split(e: number, person: Person): void {
    let total = 0;
    let covered = 0;
    for (let i = 0; i < bill.lines; i++) {
      total += bill.amount[i] as number;
      covered += bill.covered[i] as number;
    }
    const kind = events.kind[e] as number;
    const plus = person.employee ? 0.05 : 0;
    let fund = 0;
    if (kind === Kind.stay || kind === Kind.maternity || kind === Kind.chemo) {
      const floor =
        kind === Kind.chemo ? 0 : ([10_000, 20_000, 40_000, 80_000][place.level] as number);
      fund = Math.max(0, covered - floor) * (0.93 - 0.08 * place.level + plus);
    } else if (kind === Kind.dialysis || kind === Kind.laboratory) fund = covered * (0.86 + plus);
    else if (kind === Kind.chronic) fund = covered * (0.66 + plus);
    else if (kind === Kind.outpatient || kind === Kind.emergency)
      fund = total > 3000 ? covered * (0.5 + plus) : 0;
    else if (kind === Kind.refill && place.pooled) fund = covered * (0.5 + plus);
    fund = Math.min(total, Math.round(fund));
    const free =
      (events.flags[e] as number) & Flag.noCash ||
      (person.poor &&
        (kind === Kind.stay || kind === Kind.dialysis || kind === Kind.chemo) &&
        d.next() < 0.75);
    let rest = total - fund;
    if (free && place.type !== 'pharmacy') {
      fund = total;
      rest = 0;
    }
    const shop = place.type === 'pharmacy';
    const useAccount = d.next() < (shop ? 0.93 : person.employee ? 0.7 : 0.06);
    bill.total = total;
    bill.fund = fund;
    bill.pooled = free || person.poor ? Math.round(fund * 0.86) : fund;
    bill.account = useAccount ? (d.next() < 0.85 ? rest : Math.round(rest * d.next())) : 0;
    bill.cash = rest - bill.account;
  }
  return {
    fill(e, into) {
      bill = into;
      bill.lines = 0;
      place = institutions[events.institution[e] as number] as Institution;
      const person = people[events.person[e] as number] as Person;
      d.start(events.seed[e] as number);
      const lines = events.lines.get(e);
      if (lines) for (const line of lines) put(line.item, line.count);
      else content(e, person);
      for (let n = some(linesEach - USUAL_LINES); n > 0; n--)
        if (place.type === 'pharmacy') drug(COUNTER[d.int(COUNTER.length)] as string);
        else one(FURTHER[d.int(FURTHER.length)] as string);
      if (events.row[e] === Row.partRefund) bill.lines = 1;
      split(e, person);
    },
  };
}
