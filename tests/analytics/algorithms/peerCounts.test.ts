import { describe, expect, it } from 'vitest';
import { drawGamma, drawPoisson } from '../../../analytics/algorithms/draws.js';
import { sidak } from '../../../analytics/algorithms/multiplicity.js';
import { testPeers } from '../../../analytics/algorithms/peerCounts.js';
import { logNegativeBinomialTail } from '../../../analytics/algorithms/tails.js';
import { createRng } from '../../../analytics/model/rng.js';

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

  it('finds a unit at five times the rate, and leaves it out of its peers', () => {
    const units = honest(7);
    units[4] = { ...units[4]!, exposure: 300, k: Math.round(5 * 0.04 * 300) };
    const found = testPeers(units, options);
    expect(least(found.logP, found.looks)).toBeLessThan(1e-4);
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
