import type { Rng } from '../analytics/model/rng.js';
import {
  between,
  chance,
  logNormal,
  normal,
  pick,
  weightedPicker,
} from '../analytics/planting/random.js';
import { DAYS } from './calendar.js';
import type { Catalogue, DiagnosisRow } from './catalogue.js';
import { distance, type Geography, type Village } from './geography.js';
import type { Institution } from './institutions.js';

export const NEVER = 1 << 29;

/** One insured person and the habits that shape the year. Indexes point into the world's arrays. */
export interface Person {
  readonly index: number;
  household: number;
  village: number;
  /** Day of birth, in days before the year (negative). */
  readonly born: number;
  readonly male: boolean;
  /** Insured as an employee (310) with a personal account, else as a resident (390). */
  readonly employee: boolean;
  readonly employer: number;
  /** Whose telephone is given. */
  phoneOf: number;
  /** Indexes into the catalogue's diagnoses. */
  readonly chronic: readonly number[];
  /** Multiplies the rate of falling ill. */
  readonly frailty: number;
  readonly pharmacy: number;
  readonly secondPharmacy: number;
  readonly clinic: number;
  readonly hospital: number;
  /** Seconds since midnight and weekday at which the person likes to go out. */
  readonly hour: number;
  readonly weekday: number;
  /** Day of death or NEVER. */
  died: number;
  /** The state pays what the fund does not. */
  readonly poor: boolean;
  /** Place where the chronic drugs come from. */
  readonly refill: 'pharmacy' | 'clinic' | 'hospital';
  /** Has a life of its own in groups (dialysis, care home): not among ordinary households. */
  dialysis: boolean;
  careHome: boolean;
}

export interface Household {
  readonly index: number;
  readonly village: number;
  readonly members: readonly number[];
  /** Trips that the family makes to the pharmacy together, a year. */
  readonly trips: number;
  /** The address is written nowhere, or only the village is. */
  readonly address: 'full' | 'village' | 'none';
}

/** Institutions that people of one village may choose, with cumulative weights. */
interface Choice {
  readonly at: readonly number[];
  readonly draw: (rng: Rng) => number;
}
export type Choices = Readonly<
  Record<'pharmacy' | 'clinic' | 'town' | 'county' | 'city' | 'private', Choice>
>;

function choice(
  village: Village,
  from: readonly Institution[],
  reach: number,
  keep: number,
): Choice {
  const near = from
    .map((i) => ({ i, weight: i.pull * Math.exp(-distance(village, i) / reach) + 1e-9 * i.pull }))
    .sort((a, b) => b.weight - a.weight || a.i.index - b.i.index)
    .slice(0, keep);
  const draw = weightedPicker(near.map((n) => n.weight));
  const at = near.map((n) => n.i.index);
  return { at, draw: (rng) => at[draw(rng)] as number };
}

export function makeChoices(village: Village, institutions: readonly Institution[]): Choices {
  const hospitals = institutions.filter((i) => i.type === 'hospital' && i.beds > 0);
  const of = (type: string) => institutions.filter((i) => i.type === type);
  return {
    pharmacy: choice(village, of('pharmacy'), 2.2, 14),
    clinic: choice(village, of('clinic'), 2, 6),
    town: choice(
      village,
      hospitals.filter((h) => h.level === 1 && !h.privately),
      4,
      3,
    ),
    private: choice(
      village,
      hospitals.filter((h) => h.privately),
      9,
      5,
    ),
    county: choice(
      village,
      hospitals.filter((h) => h.level === 2),
      14,
      5,
    ),
    city: choice(
      village,
      hospitals.filter((h) => h.level === 3),
      60,
      5,
    ),
  };
}

export interface PeopleContext {
  readonly geo: Geography;
  readonly catalogue: Catalogue;
  readonly choices: readonly Choices[];
  readonly people: Person[];
  readonly households: Household[];
  readonly employers: readonly string[];
  readonly drawVillage: (rng: Rng) => number;
}

const KINDS = ['single', 'couple', 'family', 'three', 'elders', 'parent', 'many'] as const;
const drawKind = weightedPicker([15, 22, 27, 18, 7, 5, 3]);

/** Ages of a household drawn from the mix of a county: singles, couples, two and three generations. */
function ages(rng: Rng): number[] {
  const elder = () => Math.min(97, Math.round(64 + Math.abs(normal(rng)) * 9));
  const adult = () => Math.round(26 + rng.next() * 32);
  const child = () => rng.int(18);
  switch (KINDS[drawKind(rng)]) {
    case 'single':
      return [chance(rng, 0.4) ? elder() : adult()];
    case 'couple': {
      const one = chance(rng, 0.55) ? elder() : adult() + 8;
      return [one, Math.max(22, one + between(rng, -5, 4))];
    }
    case 'family': {
      const one = adult();
      const children = chance(rng, 0.35) ? [child(), child()] : [child()];
      return [one, Math.max(21, one + between(rng, -4, 3)), ...children];
    }
    case 'three': {
      const old = elder();
      const middle = Math.max(24, old - between(rng, 22, 32));
      const olds = chance(rng, 0.6) ? [old, old + between(rng, -5, 3)] : [old];
      const middles = chance(rng, 0.85) ? [middle, middle + between(rng, -4, 3)] : [middle];
      return [...olds, ...middles, child(), ...(chance(rng, 0.3) ? [child()] : [])].slice(0, 6);
    }
    case 'elders':
      return [elder(), ...(chance(rng, 0.5) ? [elder()] : []), 2 + rng.int(13)];
    case 'parent':
      return [adult(), child()];
    default: {
      const old = elder();
      return [old, old - 3, old - 25, old - 27, child(), child()].map((a) => Math.max(0, a));
    }
  }
}

const CHRONIC_RATE = [0.004, 0.012, 0.03, 0.08, 0.17, 0.3, 0.47, 0.56, 0.55, 0.5];

function chronicOf(age: number, all: readonly DiagnosisRow[], rng: Rng): number[] {
  if (!chance(rng, CHRONIC_RATE[Math.min(9, Math.floor(age / 10))] as number)) return [];
  const fit = all.filter((d) => age >= d.ageFrom && age <= d.ageTo);
  if (fit.length === 0) return [];
  const draw = weightedPicker(fit.map((d) => d.weight));
  const out: number[] = [];
  const count = age < 55 ? 1 : chance(rng, 0.35) ? 2 : 1;
  for (let i = 0; i < count; i++) {
    const d = (fit[draw(rng)] as DiagnosisRow).index;
    if (!out.includes(d)) out.push(d);
  }
  return out;
}

/** Yearly chance to die, by age. */
const mortality = (age: number) => Math.min(0.25, 0.0003 * Math.exp(0.082 * Math.max(0, age - 15)));

/** A new household in a random village (or the given one), with the given ages if any. */
export function addHousehold(
  ctx: PeopleContext,
  rng: Rng,
  given?: { village?: number; ages?: readonly number[]; chronic?: number },
): Household {
  const village = given?.village ?? ctx.drawVillage(rng);
  const here = ctx.geo.villages[village] as Village;
  const town = ctx.geo.towns[here.town] as Geography['towns'][number];
  const list = given?.ages ?? ages(rng);
  const index = ctx.households.length;
  const members: number[] = [];
  const choices = ctx.choices[village] as Choices;
  const seat = ctx.geo.towns.find((t) => t.county === town.county && t.seat) ?? town;
  const homePharmacy = choices.pharmacy.draw(rng);
  const poorHome = chance(rng, 0.07);
  for (const age of list) {
    const adult = age >= 20 && age < 62;
    const employee =
      age >= 20 && chance(rng, adult ? (town.seat ? 0.62 : 0.2) : town.seat ? 0.55 : 0.08);
    const worksAway = employee && adult && chance(rng, town.seat ? 0.3 : 0.7);
    const work = worksAway
      ? (ctx.choices[pick(rng, seat.villages)] as Choices).pharmacy.draw(rng)
      : choices.pharmacy.draw(rng);
    const chronic =
      given?.chronic !== undefined
        ? [given.chronic]
        : chronicOf(age, ctx.catalogue.use('chronic'), rng);
    const source = rng.next();
    const person: Person = {
      index: ctx.people.length,
      household: index,
      village,
      born: -Math.round((age + rng.next()) * 365.25),
      male: chance(rng, 0.5),
      employee,
      employer: employee && adult ? rng.int(ctx.employers.length) : -1,
      phoneOf: ctx.people.length,
      chronic,
      frailty: logNormal(rng, 0.75, 0.75) * (age < 6 ? 1.7 : age > 65 ? 1.25 : 1),
      pharmacy: chance(rng, 0.7) ? homePharmacy : work,
      secondPharmacy: work,
      clinic: choices.clinic.draw(rng),
      hospital: (chance(rng, 0.5)
        ? choices.town
        : chance(rng, 0.8)
          ? choices.county
          : choices.city
      ).draw(rng),
      hour: Math.round(
        (age > 60
          ? 9.2 + 0.9 * normal(rng)
          : adult && employee
            ? chance(rng, 0.6)
              ? 18.4 + normal(rng)
              : 12.8 + normal(rng)
            : 10.5 + 3 * normal(rng)) * 3600,
      ),
      weekday: adult && employee ? 4 + rng.int(3) : rng.int(7),
      died: chance(rng, mortality(age))
        ? rng.int(DAYS)
        : chance(rng, mortality(age) * 0.4)
          ? -1 - rng.int(400)
          : NEVER,
      poor: poorHome || chance(rng, 0.02),
      refill: source < 0.45 ? 'pharmacy' : source < 0.75 ? 'clinic' : 'hospital',
      dialysis: false,
      careHome: false,
    };
    ctx.people.push(person);
    members.push(person.index);
  }
  for (const m of members) {
    const person = ctx.people[m] as Person;
    const age = -person.born / 365.25;
    if (members.length > 1 && chance(rng, age < 16 ? 0.9 : age > 70 ? 0.45 : 0.12))
      person.phoneOf = pick(rng, members);
  }
  const adults = members.filter((m) => (ctx.people[m] as Person).born < -16 * 365).length;
  const goes = adults >= 2 && chance(rng, 0.2);
  const household: Household = {
    index,
    village,
    members,
    trips: goes ? Math.round(logNormal(rng, 7, 0.7)) + 1 : 0,
    address: chance(rng, 0.06) ? 'none' : !town.seat && chance(rng, 0.15) ? 'village' : 'full',
  };
  ctx.households.push(household);
  return household;
}

export const ageOf = (person: Person) => Math.max(0, Math.floor(-person.born / 365.25));
