import { shuffle } from '../analytics/model/rng.js';
import { formatDay } from '../analytics/model/time.js';
import { FIRST_DAY } from './calendar.js';
import { PREFECTURE } from './geography.js';
import type { Person } from './people.js';
import { townOf, type World } from './world.js';

/**
 * The numbers that people go by. They are dealt from one shuffled pack, so an id tells nothing
 * about when, where or why the person was made up.
 */
export interface Identifiers {
  readonly psnNo: (person: number) => string;
  /** Order of persons by `psn_no`. */
  readonly order: Int32Array;
  readonly certNo: (person: Person) => string;
  /** Below zero: a number of somebody who is not insured here. */
  readonly phone: (person: number) => string;
}

const WEIGHTS = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];

export function makeIdentifiers(world: World): Identifiers {
  const rng = world.stream('identifiers');
  const n = world.people.length;
  const numbers = new Int32Array(n);
  let at = 10_000_000;
  for (let i = 0; i < n; i++) {
    at += 1 + rng.int(17);
    numbers[i] = at;
  }
  const dealt = shuffle(numbers.slice(), rng);
  const order = Int32Array.from({ length: n }, (_, i) => i).sort(
    (a, b) => (dealt[a] as number) - (dealt[b] as number),
  );
  const phones = shuffle(numbers.slice(), rng);
  // Every gap in the register has room for a number that nobody was dealt.
  const gaps = numbers.filter((x, i) => i > 0 && x - (numbers[i - 1] as number) > 1);
  const unused = (k: number) => (gaps[(k * 7919) % gaps.length] as number) - 1;
  return {
    order,
    psnNo: (p) => `${PREFECTURE}00000000000${String(dealt[p]).padStart(11, '0')}`,
    // No mobile number begins with 10: nobody's telephone is made up here.
    phone: (p) => `10${String(p < 0 ? unused(-p) : phones[p]).padStart(9, '0')}`,
    certNo(person) {
      const county = world.geo.counties[townOf(world, person).county]?.admdvs ?? `${PREFECTURE}00`;
      const birth = formatDay(FIRST_DAY + person.born).replaceAll('-', '');
      const serial = String(
        ((dealt[person.index] as number) % 499) * 2 + (person.male ? 1 : 0),
      ).padStart(3, '0');
      const body = `${county}${birth}${serial}`;
      let sum = 0;
      for (let i = 0; i < 17; i++) sum += Number(body[i]) * (WEIGHTS[i] as number);
      return body + ('10X98765432'[sum % 11] as string);
    },
  };
}
