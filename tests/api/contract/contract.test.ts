import { describe, expect, it } from 'vitest';
import {
  endpoints,
  parseEntityKey,
  type QueryOf,
  RingQuery,
  urlOf,
} from '../../../api/contract/index.js';

describe('addresses', () => {
  it('fills parameters and leaves out what is absent', () => {
    expect(urlOf(endpoints.ring, { params: { id: 'R-7K2Q' } })).toBe('/api/rings/R-7K2Q');
    expect(urlOf(endpoints.entity, { params: { kind: 'drug', id: 'A/B 1' } })).toBe(
      '/api/entities/drug/A%2FB%201',
    );
    expect(
      urlOf(endpoints.rings, {
        query: { detectors: ['a', 'b'], text: '', limit: 5, run: undefined },
      }),
    ).toBe('/api/rings?detectors=a%2Cb&limit=5');
  });

  it('come back as what was asked', () => {
    const url = new URL(
      urlOf(endpoints.rings, {
        query: { statuses: ['finding', 'review'], minMoney: '12.5', offset: 20 },
      }),
      'http://x',
    );
    const query: QueryOf<typeof endpoints.rings> = RingQuery.parse(
      Object.fromEntries(url.searchParams),
    );
    expect(query).toEqual({
      statuses: ['finding', 'review'],
      minMoney: '12.5',
      offset: 20,
      limit: 50,
    });
  });

  it('refuse what is no status', () => {
    expect(RingQuery.safeParse({ statuses: 'finding,guilty' }).success).toBe(false);
  });
});

describe('entity keys', () => {
  it('keep colons inside identifiers', () => {
    expect(parseEntityKey('drug:X:1')).toEqual({ kind: 'drug', id: 'X:1' });
    expect(parseEntityKey('person:1')).toBeUndefined();
    expect(parseEntityKey('drug:')).toBeUndefined();
  });
});
