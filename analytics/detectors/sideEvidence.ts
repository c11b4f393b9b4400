import { logNormalTail } from '../algorithms/gamma.js';
import { logBinomialTail, logNegativeBinomialTail, logPoissonTail } from '../algorithms/tails.js';
import { push } from '../model/multimap.js';
import type { World } from '../projection/world.js';
import type { JointVisits } from './jointVisits.js';
import { commonest, pharmacyRates } from './pharmacyRates.js';

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
  return [
    ...counted,
    sameBaskets(world, joint),
    oneBasket(world, joint),
    highAmounts(world, joint),
  ];
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

/**
 * Sessions in which two bought the very same items, against chance. Who takes the same medicine as his neighbour
 * buys it every month: that the same two buy the same items counts once.
 */
function sameBaskets(world: World, joint: JointVisits): SideTest {
  const measured = joint.cells.filter((c) => c.newlySame > 0).length;
  const expected = sameByChance(world, joint);
  const p = measured < 2 ? 1 : Math.exp(logPoissonTail(measured, expected));
  return { code: 'same-basket', unit: 'sessions', measured, expected, rows: joint.rows, p };
}

/** Sessions in which two have the same basket by chance. */
function sameByChance(world: World, joint: JointVisits): number {
  const rate = pharmacyRates(world).sameBasket;
  return joint.cells.reduce((sum, c) => sum + 1 - (1 - rate) ** c.basketPairs, 0);
}

/** Homes whose usual basket is the same one, at least. */
const ONE_BASKET = 3;

/**
 * Homes that usually buy the same basket when they meet, against what people who buy the same again and again have in common: binomial,
 * times the homes (choice of the basket). However often they buy it each home is one observation, and so is a session, however many
 * buy what is promoted that day: the larger p of the two.
 */
function oneBasket(world: World, joint: JointVisits): SideTest {
  const { basket, patient } = world.settlements;
  const known = joint.rows.filter((i) => basket[i] !== 0);
  const ofHome = new Map<number, number[]>();
  for (const i of known) push(ofHome, world.patients.household[patient[i]!]!, basket[i]!);
  const usual = [...ofHome.values()].map((own) => commonest(own).value);
  const { value, count } = commonest(usual);
  const rows = known.filter((i) => basket[i] === value);
  const share = pharmacyRates(world).usualBasket(value, count);
  const n = usual.length;
  const homes = n * Math.exp(logBinomialTail(count - 1, n - 1, share));
  const alike = joint.cells.filter((c) => c.sameBasket > 0).length;
  const sessions = Math.exp(logPoissonTail(alike, sameByChance(world, joint)));
  const p = count < ONE_BASKET || alike < 2 ? 1 : Math.min(1, Math.max(homes, sessions));
  return { code: 'one-basket', unit: 'homes', measured: count, expected: n * share, rows, p };
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
