import { describe, expect, it } from 'vitest';
import { logChoose, logGamma, logNormalTail } from '../../../../analytics/algorithms/gamma.js';
import {
  betaBinomialScore,
  upperQuantile,
} from '../../../../analytics/detectors/dialysis/betaBinomial.js';
import { mannWhitneyTail, rankSumP } from '../../../../analytics/detectors/dialysis/contrast.js';
import {
  agreeing,
  anyTail,
  logPeerTail,
  peerRate,
} from '../../../../analytics/detectors/dialysis/peers.js';
import { createRng } from '../../../../analytics/model/rng.js';

describe('betaBinomialScore', () => {
  const logBeta = (a: number, b: number) => logGamma(a) + logGamma(b) - logGamma(a + b);
  const mass = (k: number, n: number, p: number, rho: number) => {
    const [a, b] = [p * (1 / rho - 1), (1 - p) * (1 / rho - 1)];
    return Math.exp(logChoose(n, k) + logBeta(k + a, n - k + b) - logBeta(a, b));
  };

  it('has the mid-p of the mass function, on either side of the mean', () => {
    for (const [n, p, rho] of [
      [20, 0.1, 0.02],
      [60, 0.5, 0.15],
      [7, 0.03, 0.05],
    ] as const)
      for (let k = 0; k <= n; k++) {
        let tail = 0.5 * mass(k, n, p, rho);
        for (let x = k + 1; x <= n; x++) tail += mass(x, n, p, rho);
        const z = betaBinomialScore(k, n, p, rho);
        expect(Math.exp(logNormalTail(z))).toBeCloseTo(tail, 8);
      }
  });

  it('is finite for the most extreme counts', () => {
    expect(betaBinomialScore(366, 366, 0.001, 0.02)).toBeGreaterThan(10);
    expect(Number.isFinite(betaBinomialScore(366, 366, 0, 0.02))).toBe(true);
    expect(Number.isFinite(betaBinomialScore(0, 366, 1, 0.02))).toBe(true);
  });
});

describe('upperQuantile', () => {
  it.each([-1e-6, -0.1, -0.7, -1, -5, -50, -600])('inverts the tail at ln p = %d', (logP) => {
    expect(logNormalTail(upperQuantile(logP)) / logP).toBeCloseTo(1, 6);
  });
});

describe('mannWhitneyTail', () => {
  it('counts orders, as brute force does', () => {
    const [m, n] = [3, 4];
    const counts = new Array<number>(m * n + 1).fill(0);
    for (let set = 0; set < 1 << (m + n); set++) {
      const first = [...Array(m + n).keys()].filter((i) => set & (1 << i));
      if (first.length !== m) continue;
      let u = 0;
      for (const i of first) for (let j = 0; j < i; j++) if (!(set & (1 << j))) u++;
      counts[u]!++;
    }
    const all = counts.reduce((a, b) => a + b);
    for (let u = 0; u <= m * n; u++) {
      const above = counts.slice(u).reduce((a, b) => a + b);
      expect(mannWhitneyTail(u, m, n)).toBeCloseTo(above / all, 12);
    }
  });

  it('rejects no more often than it says for samples of one kind', () => {
    const rng = createRng(3);
    let rejected = 0;
    for (let i = 0; i < 2000; i++) {
      const draw = (k: number) => Array.from({ length: k }, () => rng.next());
      if (rankSumP(draw(5), draw(8)) <= 0.05) rejected++;
    }
    expect(rejected / 2000).toBeLessThan(0.06);
    expect(rejected).toBeGreaterThan(0);
  });
});

describe('peers', () => {
  const honest = Array.from({ length: 8 }, () => ({ k: 0, n: 20 }));

  it('leave guilty ones out of the honest rate', () => {
    const guilty = [
      { k: 8, n: 12 },
      { k: 5, n: 20 },
    ];
    expect(agreeing([...honest, ...guilty], 0.01)).toEqual({ k: 0, n: 160 });
  });

  it('agree among themselves where odd patients are everywhere', () => {
    const odd = honest.map((c, i) => ({ ...c, k: i % 3 }));
    expect(agreeing(odd, 0.05).n).toBe(160);
    expect(peerRate(odd, 0.05)).toBeGreaterThan(0.03);
    expect(logPeerTail(20, odd, 0.05)(3)).toBeGreaterThan(Math.log(0.05));
  });

  it('make a cautious p when they are few', () => {
    const few = Math.exp(logPeerTail(20, [], 0.01)(3));
    const many = Math.exp(logPeerTail(20, honest, 0.01)(3));
    expect(few).toBeGreaterThan(many);
    expect(logPeerTail(20, honest, 0.01)(0)).toBe(0);
  });

  it('reject an honest centre no more often than the p says', () => {
    const rng = createRng(11);
    const rate = 0.04;
    let rejected = 0;
    for (let world = 0; world < 1500; world++) {
      const draw = () => ({
        k: Array.from({ length: 25 }, rng.next).filter((x) => x < rate).length,
        n: 25,
      });
      const peers = Array.from({ length: 9 }, draw);
      if (logPeerTail(25, peers, 0.01)(draw().k) <= Math.log(0.01)) rejected++;
    }
    expect(rejected / 1500).toBeLessThan(0.025);
  });

  it('count for several levels only what can be as unlikely there', () => {
    const level = (k: number, prior: number) => ({
      ...{ k, n: 9 },
      tail: logPeerTail(9, honest, prior),
    });
    const two = Math.exp(level(2, 0.003).tail(2));
    const levels = [level(2, 0.1), level(2, 0.01), level(2, 0.003), level(0, 0.001)];
    expect(anyTail([levels[2]!])).toBeCloseTo(two, 12);
    expect(anyTail(levels)).toBeGreaterThan(two);
    expect(anyTail(levels)).toBeLessThan(3 * two);
    // Five of one or two looks cannot be reached.
    expect(
      anyTail([
        { ...level(1, 0.003), n: 1 },
        { ...level(0, 0.1), n: 1 },
      ]),
    ).toBeCloseTo(Math.exp(level(1, 0.003).tail(1)), 12);
    expect(anyTail([level(0, 0.1), level(0, 0.01)])).toBe(0.5);
  });

  it('reject honest centres by the least likely of nested counts no more often than it says', () => {
    const rng = createRng(12);
    const rates = [0.1, 0.01, 0.005, 0.003, 0.001];
    let rejected = 0;
    for (let world = 0; world < 1500; world++) {
      const draw = () => {
        const looks = Array.from({ length: 25 }, rng.next);
        return rates.map((rate) => ({ k: looks.filter((x) => x < rate).length, n: 25 }));
      };
      const peers = Array.from({ length: 9 }, draw);
      const own = draw().map(({ k, n }, l) => ({
        ...{ k, n },
        tail: logPeerTail(
          n,
          peers.map((p) => p[l]!),
          rates[l]!,
        ),
      }));
      if (anyTail(own) <= 0.05) rejected++;
    }
    expect(rejected / 1500).toBeLessThan(0.05);
    expect(rejected).toBeGreaterThan(0);
  });
});
