import { useNavigate, useSearch } from '@tanstack/react-router';
import { useCallback } from 'react';
import type { z } from 'zod';
import type { RingQuery } from '../api/types';
import type { RingListSearch } from '../app/address';

/** The filters of the list, kept in the address. */
export function useListSearch() {
  const search = useSearch({ from: '/rings' });
  const navigate = useNavigate();
  const change = useCallback(
    (next: Partial<RingListSearch>) =>
      void navigate({ to: '.', search: (old) => ({ ...old, ...next }), replace: true }),
    [navigate],
  );
  return { search, change };
}

type Asked = {
  [K in keyof z.output<typeof RingQuery>]?: z.output<typeof RingQuery>[K] | undefined;
};

export function asQuery(search: RingListSearch): Asked {
  return {
    statuses: [search.status ?? 'finding'],
    detectors: search.detector ? search.detector.split(',') : undefined,
    changes: search.change ? [search.change] : undefined,
    region: search.region,
    minMoney: search.min,
    text: search.q?.trim() || undefined,
    run: search.run,
  };
}

export const isFiltered = (s: RingListSearch) =>
  Boolean(s.detector || s.region || s.change || s.min || s.q?.trim());

export const NO_FILTERS = {
  detector: undefined,
  region: undefined,
  change: undefined,
  min: undefined,
  q: undefined,
} as const;
