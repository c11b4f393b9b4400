import { describe, expect, it } from 'vitest';
import { reason } from '../../../analytics/detectors/telling.js';
import { REASON_SETTLEMENTS_MAX } from '../../../analytics/model/finding.js';
import { buildWorld } from './worldBuilder.js';

const world = buildWorld({
  settlements: Array.from({ length: REASON_SETTLEMENTS_MAX + 5 }, (_, i) => ({
    ...{ patient: 'P1', institution: 'H1', day: '2025-03-01', second: 36_000 + i },
  })),
});
const told = (rows: readonly number[]) =>
  reason(world, 'bed-hanging', 'seen-elsewhere', {
    ...{ measured: 1 / 3, expected: 2, unit: 'stays', rows },
  });

describe('a reason', () => {
  it('names every settlement behind it once, the strongest first', () => {
    const { ids } = world.settlements;
    expect(told([2, 0, 2, 1, 0]).settlements).toEqual([ids[2], ids[0], ids[1]]);
  });

  it('names as many as fit, not counting those that come again', () => {
    const rows = world.settlements.ids.flatMap((_, i) => [i, i]);
    expect(new Set(told(rows).settlements).size).toBe(REASON_SETTLEMENTS_MAX);
  });

  it('is called by its detector and rounded', () => {
    expect(told([0])).toMatchObject({
      ...{ code: 'bed-hanging.seen-elsewhere', detector: 'bed-hanging', measured: 0.333333 },
    });
    expect(told([0])).not.toHaveProperty('p');
  });
});
