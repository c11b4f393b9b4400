import { describe, expect, it } from 'vitest';
import { drawGamma, drawPoisson } from '../../../analytics/algorithms/draws.js';
import { sidak } from '../../../analytics/algorithms/multiplicity.js';
import { testPeers } from '../../../analytics/algorithms/peerCounts.js';
import { logBinomialTail, logNegativeBinomialTail } from '../../../analytics/algorithms/tails.js';
import { createRng, type Rng } from '../../../analytics/model/rng.js';

/** Worlds of a kind that get a guilty unit too. */
const GUILTY = 20;
const LEVELS = [0.05, 0.01, 0.001] as const;
const wide = { prior: 1, priorExposure: 5, spread: 0.1 };
const alone = { prior: 1, priorExposure: 50, spread: 0.01 };
const options = { prior: 0.05, priorExposure: 20, spread: 0.1 };

/** Honest units of three strata whose rates differ by CV 0.3. */
function honest(seed: number, n = 60) {
  const rng = createRng(seed);
  return Array.from({ length: n }, (_, i) => {
    const exposure = 20 + 400 * rng.next();
    const own = drawGamma(1 / 0.09, rng) * 0.09;
    return {
      k: drawPoisson(0.02 * (1 + (i % 3)) * exposure * own, rng),
      exposure,
      stratum: i % 3,
    };
  });
}

/** Honest units of one stratum: gamma rates of variance φ, exposures that differ up to twentyfold, about `mean` events. */
function differing(n: number, phi: number, mean: number, rng: Rng) {
  return Array.from({ length: n }, () => {
    const exposure = mean * Math.exp(3 * rng.next() - 1.5);
    return { k: drawPoisson(exposure * drawGamma(1 / phi, rng) * phi, rng), exposure, stratum: 0 };
  });
}

/** The least number of successes of `n` that one world in a thousand has more often than not at `share`. */
function bound(n: number, share: number): number {
  let k = 0;
  while (logBinomialTail(k + 1, n, share) > Math.log(0.001)) k++;
  return k;
}

const least = (logP: Float64Array, looks: number) => sidak(Math.exp(Math.min(...logP)), looks);

describe('counts against peers', () => {
  it('rejects no more honest worlds than it says', () => {
    let rejected = 0;
    for (let seed = 0; seed < 400; seed++) {
      const { logP, looks } = testPeers(honest(seed), options);
      if (least(logP, looks) <= 0.05) rejected++;
    }
    // 400 worlds at .05: 20 on average, sd 4.4.
    expect(rejected).toBeLessThan(35);
  });

  it('rejects no more when the furthest of a few is judged without having a say', () => {
    for (const [n, phi] of [
      [8, 0.02],
      [12, 0.1],
      [20, 0.4],
    ] as const) {
      let rejected = 0;
      for (let seed = 0; seed < 120; seed++) {
        const units = differing(n, phi, 200, createRng(seed));
        const { logP, looks } = testPeers(units, { ...alone, alone: true });
        if (least(logP, looks) <= 0.05) rejected++;
      }
      expect(rejected).toBeLessThanOrEqual(bound(120, 0.05));
    }
  });

  it('sees one of nineteen that counts thrice what all others count once', () => {
    const units = Array.from({ length: 18 }, (_, i) => ({
      ...{ k: 20 + 3 * i, exposure: 20 + 3 * i, stratum: 0 },
    }));
    const far = { k: 5562, exposure: 1936, stratum: 0 };
    const p = (options: { alone?: boolean }) => {
      const { logP, looks } = testPeers([...units, far], { ...alone, ...options });
      return sidak(Math.exp(logP[18]!), looks);
    };
    expect(p({ alone: true })).toBeLessThan(1e-6);
    // Else it widens the law of its peers, and so its own.
    expect(p({})).toBeGreaterThan(0.05);
  });

  it.each([
    { n: 20, phi: 0.1, mean: 5 },
    { n: 20, phi: 0.4, mean: 5 },
    { n: 20, phi: 0.4, mean: 30 },
    { n: 60, phi: 0.4, mean: 30 },
    { n: 60, phi: 1, mean: 5 },
    { n: 250, phi: 0.4, mean: 1 },
  ])('keeps .05, .01 and .001 with $n units that differ by φ = $phi about $mean', (cell) => {
    const worlds = Math.min(200, Math.round(9000 / cell.n));
    const rejected = [0, 0, 0];
    let found = 0;
    for (let seed = 0; seed < worlds; seed++) {
      const rng = createRng(seed);
      const units = differing(cell.n, cell.phi, cell.mean, rng);
      const { logP, looks } = testPeers(units, wide);
      const p = least(logP, looks);
      LEVELS.forEach((level, i) => {
        if (p <= level) rejected[i]!++;
      });
      if (seed >= GUILTY) continue;
      const far = { k: 30 * cell.mean, exposure: cell.mean, stratum: 0 };
      const guilty = testPeers([far, ...units], wide);
      if (sidak(Math.exp(guilty.logP[0]!), looks + 1) <= 0.05) found++;
    }
    LEVELS.forEach((level, i) => {
      expect(rejected[i]).toBeLessThanOrEqual(bound(worlds, level));
    });
    // Thirty times its peers is seen whatever they are like.
    expect(found).toBeGreaterThanOrEqual(0.9 * GUILTY);
  });

  it('rejects no more with a twentieth set aside', () => {
    let rejected = 0;
    for (let seed = 0; seed < 400; seed++) {
      const { logP, looks } = testPeers(honest(seed), { ...options, aside: 0.05 });
      if (least(logP, looks) <= 0.05) rejected++;
    }
    expect(rejected).toBeLessThan(35);
  });

  it('sees units full of what never happens once they are set aside, as many as the share allows', () => {
    const found = (guilty: number, aside?: number) => {
      const units = Array.from({ length: 300 }, (_, i) => ({
        ...{ k: i < guilty ? 20 : 0, exposure: 150, stratum: 0 },
      }));
      const rare = { prior: 0.001, priorExposure: 1000, spread: 0.5 };
      const { logP } = testPeers(units, aside === undefined ? rare : { ...rare, aside });
      return logP.filter((p) => p < Math.log(0.05 / 600)).length;
    };
    expect(found(1)).toBe(1);
    // Ten doctors in two places at once hide each other, and are hidden where more may not be aside.
    expect([found(10), found(10, 0.02), found(10, 0.05)]).toEqual([0, 0, 10]);
    expect(found(0, 0.05)).toBe(0);
  });

  it('sees several that hide each other while each is less than none of all should be', () => {
    const strict = { ...wide, spread: 0.05, aside: 0.1 };
    const apart = { ...strict, apart: 0.005 };
    const found = { apart: 0, strict: 0 };
    for (let seed = 0; seed < 20; seed++) {
      const units = differing(60, 0.05, 2, createRng(seed));
      for (let i = 0; i < 5; i++) units[i]!.k = Math.round(3 * units[i]!.exposure + 4);
      for (const [name, options] of Object.entries({ apart, strict })) {
        const { logP, looks } = testPeers(units, options);
        const seen = logP.filter((p, i) => i < 5 && sidak(Math.exp(p), looks) <= 0.05).length;
        found[name as keyof typeof found] += seen;
      }
    }
    expect(found.apart).toBeGreaterThan(40);
    expect(found.strict).toBeLessThan(found.apart / 2);
  });

  it.each([0.05, 0.4])('keeps .05 and .005 with them apart where φ = %d', (phi) => {
    const worlds = 150;
    const rejected = [0, 0];
    for (let seed = 0; seed < worlds; seed++) {
      const units = differing(60, phi, 3, createRng(seed));
      const { logP, looks } = testPeers(units, { ...wide, spread: 0.05, aside: 0.1, apart: 0.005 });
      const p = least(logP, looks);
      if (p <= 0.05) rejected[0]!++;
      if (p <= 0.005) rejected[1]!++;
    }
    expect(rejected[0]).toBeLessThanOrEqual(bound(worlds, 0.05));
    expect(rejected[1]).toBeLessThanOrEqual(bound(worlds, 0.005));
  });

  it('sees two that hold half of all events and so raise what they are held against', () => {
    const rng = createRng(11);
    const units = differing(118, 0.02, 8, rng);
    const heavy = [250, 400].map((exposure) => ({ k: 4 * exposure, exposure, stratum: 0 }));
    const { logP, expected, looks, spread } = testPeers([...units, ...heavy], {
      ...{ prior: 1, priorExposure: 50, spread: 0.02 },
    });
    expect(looks).toBe(120);
    expect(logP.map((p, i) => (p < Math.log(1e-8) ? i : -1)).filter((i) => i >= 0)).toEqual(
      Float64Array.of(118, 119),
    );
    expect(expected[119]! / 400).toBeGreaterThan(0.8);
    expect(expected[119]! / 400).toBeLessThan(1.2);
    expect(spread).toBeLessThan(0.1);
  });

  it('finds a unit at five times the rate, and leaves it out of its peers', () => {
    const units = honest(7);
    units[4] = { ...units[4]!, exposure: 300, k: Math.round(5 * 0.04 * 300) };
    const found = testPeers(units, options);
    expect(least(found.logP, found.looks)).toBeLessThan(1e-3);
    expect([...found.logP].indexOf(Math.min(...found.logP))).toBe(4);
    const without = testPeers(
      units.filter((_, i) => i !== 4),
      options,
    );
    expect(found.expected[7]).toBeCloseTo(without.expected[6]!, 1);
  });

  it('is the plain negative binomial where a crowd of peers leaves nothing to be learned', () => {
    const units = Array.from({ length: 4000 }, () => ({ k: 5, exposure: 100, stratum: 0 }));
    units.push({ k: 20, exposure: 100, stratum: 0 });
    const { logP, expected, spread } = testPeers(units, options);
    expect(spread).toBeCloseTo(0.1, 6);
    expect(expected[4000]).toBeCloseTo(5, 2);
    expect(logP[4000]).toBeCloseTo(logNegativeBinomialTail(20, 5, 10), 1);
  });

  it('says nothing of units that nobody could have looked at', () => {
    const { looks, logP } = testPeers([{ k: 0, exposure: 0, stratum: 0 }], options);
    expect(looks).toBe(0);
    expect(logP[0]).toBe(0);
  });
});
