import { logNormalTail } from '../algorithms/gamma.js';
import { logNegativeBinomialTail, logPoissonTail } from '../algorithms/tails.js';
import type { World } from '../projection/world.js';
import type { JointVisits } from './jointVisits.js';
import { pharmacyRates } from './pharmacyRates.js';

/** One test of what the cards of a group did, apart from meeting, against the base rate of all cards. */
export interface SideTest {
  readonly code: string;
  readonly unit: string;
  readonly measured: number;
  readonly expected: number;
  /** Settlements behind it. */
  readonly rows: readonly number[];
  readonly p: number;
}

/** Size of the negative binomial per person: relatives fetch for one who lies in hospital, not for most. */
const SPREAD = 0.5;

/** Every test, whatever came out: the number of tests is part of the evidence. */
export function sideEvidence(
  world: World,
  members: readonly number[],
  cores: readonly number[],
  joint: JointVisits,
): SideTest[] {
  const core = new Set(cores);
  const counted = pharmacyRates(world).measures.map(([code, unit, measure]): SideTest => {
    const { rows, expected } = measure(members, core);
    const who = new Set(rows.map((i) => world.settlements.patient[i]!)).size;
    const p = who < 2 ? 1 : Math.exp(logNegativeBinomialTail(rows.length, expected, SPREAD * who));
    return { code, unit, measured: rows.length, expected, rows, p };
  });
  return [...counted, sameBaskets(world, joint), highAmounts(world, joint)];
}

/**
 * The probability, over all tests, that honest people who go out together (friends, neighbours, a village
 * doctor's round) show as much: they meet, but buy like everybody else.
 */
export function companionsQ(tests: readonly SideTest[]): number {
  // Dear medicines bought together prove nothing of few people: their diseases may be dear.
  const telling = tests.filter((t) => t.code !== 'high-amounts').map((t) => t.p);
  return Math.min(1, telling.length * Math.min(...telling));
}

/** Sessions in which two bought the very same items, against chance. */
function sameBaskets(world: World, joint: JointVisits): SideTest {
  const rate = pharmacyRates(world).sameBasket;
  const pairs = joint.cells.reduce((sum, c) => sum + c.basketPairs, 0);
  const measured = joint.cells.filter((c) => c.sameBasket > 0).length;
  const expected = joint.cells.reduce((sum, c) => sum + 1 - (1 - rate) ** c.basketPairs, 0);
  const p = pairs === 0 || measured < 2 ? 1 : Math.exp(logPoissonTail(measured, expected));
  return { code: 'same-basket', unit: 'sessions', measured, expected, rows: joint.rows, p };
}

/**
 * Mean ln(amount) of the joint swipes against everybody's at the same pharmacies. Swipes of one session
 * are one observation, since what is bought together is alike.
 */
function highAmounts(world: World, joint: JointVisits): SideTest {
  const s = world.settlements;
  const { amounts } = pharmacyRates(world);
  let excess = 0;
  let measured = 0;
  let expected = 0;
  for (const i of joint.rows) {
    const usual = amounts.get(s.institution[i]!);
    if (!usual) continue;
    excess += (Math.log(Math.max(1, s.total[i]!)) - usual.mean) / usual.deviation;
    measured += s.total[i]! / 100;
    expected += Math.exp(usual.mean) / 100;
  }
  const n = Math.max(1, joint.rows.length);
  const z = (excess / n) * Math.sqrt(joint.cells.length);
  return {
    code: 'high-amounts',
    unit: 'yuan',
    measured: measured / n,
    expected: expected / n,
    rows: joint.rows,
    p: joint.cells.length < 3 ? 1 : Math.exp(logNormalTail(z)),
  };
}
