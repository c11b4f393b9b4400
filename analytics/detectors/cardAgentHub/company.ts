import { logBinomialTail } from '../../algorithms/tails.js';

/**
 * How often the units of a hub join one another at their places, when each comes on days of its own.
 *
 * One place: unit u was there on n_u days (V in all), and two visits of others fall on one day with P = `share`, so
 * that the place is as busy as 1 ÷ share even days. Company makes that f times as likely: B = f's days, at least
 * max n_u. Expected days with anybody: D = B·(1 − Π(1 − n_u/B)), and joined V − D: of n together n − 1. For few
 * visits this is the count of pairs, f·share·Σ n_u·n_w; with many it cannot pass V − max n_u.
 */
export interface PlaceUse {
  readonly share: number;
  /** Days of each unit there. */
  readonly days: readonly number[];
}

export function joinedBy(places: readonly PlaceUse[], company: number): number {
  let sum = 0;
  for (const { share, days } of places) {
    const even = Math.max(1 / (share * company), ...days);
    const nobody = days.reduce((p, n) => p * (1 - n / even), 1);
    sum += days.reduce((x, y) => x + y, 0) - even * (1 - nobody);
  }
  return Math.max(0, sum);
}

/** Times that units of these places can have joined others, at most. */
function mostJoined(places: readonly PlaceUse[]): number {
  return places.reduce((n, { days }) => n + days.reduce((x, y) => x + y, 0) - Math.max(...days), 0);
}

/** ln of the company's factor, from one part in e⁵ to some hundreds. */
const [FROM, TO] = [-5, 6.5];
const STEP = 0.05;
/** A shape above which the factor is 1. */
const CERTAIN = 1e4;

/**
 * P that units joined others `joined` times or more: binomial of all times that they could, mixed over the
 * factor of their company, which is gamma with mean 1 and shape `size` (with few visits the negative binomial). The
 * days taken by so many visits vary less than binomially (negatively associated; Joag-Dev & Proschan 1983).
 */
export function companyTail(joined: number, places: readonly PlaceUse[], size: number): number {
  const most = mostJoined(places);
  if (joined <= 0 || most <= 0) return 1;
  const tail = (company: number) =>
    logBinomialTail(joined, most, Math.min(1, joinedBy(places, company) / most));
  if (size >= CERTAIN) return Math.exp(tail(1));
  const step = Math.min(STEP, 1 / (2 * Math.sqrt(size)));
  let all = 0;
  let beyond = 0;
  for (let t = FROM; t <= TO; t += step) {
    // The density of ln f, as a share of its height at f = 1.
    const weight = size * (1 + t - Math.exp(t));
    all += Math.exp(weight);
    beyond += Math.exp(weight + tail(Math.exp(t)));
  }
  return Math.min(1, beyond / all);
}
