import { describe, expect, it } from 'vitest';
import { addScreens, NO_PAIRS, type PairScreen } from '../../../analytics/algorithms/pairSums.js';
import { logPoissonTail } from '../../../analytics/algorithms/tails.js';

/** Rows of a, b, hits, expected, llr. */
function screen(
  ...rows: ReadonlyArray<readonly [number, number, number, number, number]>
): PairScreen {
  return {
    a: Int32Array.from(rows, (r) => r[0]),
    b: Int32Array.from(rows, (r) => r[1]),
    hits: Int32Array.from(rows, (r) => r[2]),
    expected: Float64Array.from(rows, (r) => r[3]),
    logP: Float64Array.from(rows, (r) => logPoissonTail(r[2], r[3])),
    llr: Float64Array.from(rows, (r) => r[4]),
  };
}

describe('screens of several counties', () => {
  it('add world by world and pair by pair, in the order of the pairs', () => {
    const [observed, redrawn] = addScreens([
      [screen([1, 2, 3, 0.5, 4], [1, 9, 2, 0.1, 3]), NO_PAIRS],
      [screen([0, 5, 2, 0.2, 2], [1, 2, 2, 0.25, 1.5]), screen([3, 4, 2, 1, 0.5])],
    ]);
    expect(Array.from(observed!.a)).toEqual([0, 1, 1]);
    expect(Array.from(observed!.b)).toEqual([5, 2, 9]);
    expect(Array.from(observed!.hits)).toEqual([2, 5, 2]);
    expect(Array.from(observed!.expected)).toEqual([0.2, 0.75, 0.1]);
    expect(Array.from(observed!.llr)).toEqual([2, 5.5, 3]);
    expect(observed!.logP[1]).toBeCloseTo(logPoissonTail(5, 0.75), 12);
    expect(Array.from(redrawn!.a)).toEqual([3]);
  });

  it('are empty where there is no county', () => {
    expect(addScreens([])).toEqual([]);
  });
});
