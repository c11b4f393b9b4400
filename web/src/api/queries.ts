import { keepPreviousData, useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useEffect, useRef } from 'react';
import type { z } from 'zod';
import { call } from './client';
import {
  type EntityKind,
  type EntityRef,
  endpoints,
  FINAL_STATES,
  JOB_EVENT,
  Job,
  type JobList,
  type RingQuery,
  type SettlementQuery,
} from './types';

type Partially<S extends z.ZodType> = { [K in keyof z.output<S>]?: z.output<S>[K] | undefined };

export const useMeta = () =>
  useQuery({
    queryKey: ['meta'],
    queryFn: ({ signal }) => call(endpoints.meta, {}, { signal }),
    refetchInterval: ({ state }) => (state.data?.run ? 30_000 : 3_000),
  });

/** How the parts of the program are; asked more often while one is not as it should be. */
export const useStatus = () =>
  useQuery({
    queryKey: ['status'],
    queryFn: ({ signal }) => call(endpoints.status, {}, { signal }),
    refetchInterval: ({ state }) => (state.data?.status === 'ok' ? 15_000 : 4_000),
  });

/** A run published meanwhile (the weekly one, say) is shown without a reload. */
export function useFreshRuns(run: string | null | undefined): void {
  const client = useQueryClient();
  const last = useRef(run);
  useEffect(() => {
    if (last.current !== undefined && run !== last.current)
      for (const key of ['rings', 'runs', 'profiles'])
        void client.invalidateQueries({ queryKey: [key] });
    last.current = run;
  }, [run, client]);
}

export const useRings = (query: Partially<typeof RingQuery>) =>
  useQuery({
    queryKey: ['rings', query],
    queryFn: ({ signal }) => call(endpoints.rings, { query }, { signal }),
    placeholderData: keepPreviousData,
  });

export const useRing = (id: string, run: string | undefined) =>
  useQuery({
    queryKey: ['ring', id, run],
    queryFn: ({ signal }) => call(endpoints.ring, { params: { id }, query: { run } }, { signal }),
  });

export const useRingSubgraph = (id: string, run: string | undefined, limit: number) =>
  useQuery({
    queryKey: ['subgraph', id, run, limit],
    queryFn: ({ signal }) =>
      call(endpoints.ringSubgraph, { params: { id }, query: { run, limit } }, { signal }),
    placeholderData: (previous, query) =>
      query?.queryKey[1] === id && query.queryKey[2] === run ? previous : undefined,
  });

export const useRingSettlements = (id: string, query: Partially<typeof SettlementQuery>) =>
  useQuery({
    queryKey: ['settlements', id, query],
    queryFn: ({ signal }) => call(endpoints.ringSettlements, { params: { id }, query }, { signal }),
    placeholderData: (previous, before) => (before?.queryKey[1] === id ? previous : undefined),
  });

/** Options of one expansion, for `useQueries`. */
export const neighboursOptions = (of: EntityRef, kind: EntityKind, cap: number) => ({
  queryKey: ['neighbours', of.kind, of.id, kind, cap],
  queryFn: ({ signal }: { signal: AbortSignal }) =>
    call(endpoints.neighbours, { params: of, query: { kinds: [kind], perKind: cap } }, { signal }),
  staleTime: 5 * 60_000,
});

export const useEntity = (of: EntityRef, run: string | undefined) =>
  useQuery({
    queryKey: ['entity', of.kind, of.id, run],
    queryFn: ({ signal }) => call(endpoints.entity, { params: of, query: { run } }, { signal }),
  });

export const useNeighbours = (of: EntityRef, perKind: number) =>
  useQuery({
    queryKey: ['neighbours', of.kind, of.id, 'all', perKind],
    queryFn: ({ signal }) =>
      call(endpoints.neighbours, { params: of, query: { perKind } }, { signal }),
  });

export const useProfiles = (
  kind: EntityKind,
  run: string | undefined,
  offset: number,
  limit: number,
) =>
  useQuery({
    queryKey: ['profiles', kind, run, offset, limit],
    queryFn: ({ signal }) =>
      call(endpoints.profiles, { query: { kind, run, offset, limit } }, { signal }),
    placeholderData: keepPreviousData,
  });

export const useSearch = (q: string, run: string | undefined) =>
  useQuery({
    queryKey: ['search', q, run],
    queryFn: ({ signal }) => call(endpoints.search, { query: { q, limit: 12, run } }, { signal }),
    enabled: q.length > 0,
    placeholderData: keepPreviousData,
    staleTime: 60_000,
  });

export const useRuns = () =>
  useQuery({ queryKey: ['runs'], queryFn: ({ signal }) => call(endpoints.runs, {}, { signal }) });

export const useRun = (id: string | undefined) =>
  useQuery({
    queryKey: ['run', id],
    queryFn: ({ signal }) => call(endpoints.run, { params: { id: id! } }, { signal }),
    enabled: id !== undefined,
    // A self-test under way is over some minutes later.
    refetchInterval: ({ state }) =>
      ['waiting', 'active'].includes(state.data?.selfTest.state ?? '') ? 5_000 : false,
  });

export const useCalibration = () =>
  useQuery({
    queryKey: ['calibration'],
    queryFn: ({ signal }) => call(endpoints.calibration, {}, { signal }),
    staleTime: Number.POSITIVE_INFINITY,
  });

export const useImports = () =>
  useQuery({
    queryKey: ['imports'],
    queryFn: ({ signal }) => call(endpoints.imports, {}, { signal }),
  });

export const useJobs = (every = 10_000) =>
  useQuery({
    queryKey: ['jobs'],
    queryFn: ({ signal }) => call(endpoints.jobs, {}, { signal }),
    // Events tell of known jobs; new ones (the weekly schedule, the command line) are asked for.
    refetchInterval: every,
  });

/** Keeps the listed job fresh from server-sent events until its state is final. */
export function useJobEvents(id: string, active: boolean): void {
  const client = useQueryClient();
  useEffect(() => {
    if (!active) return;
    const path = endpoints.jobEvents.path.replace(':id', encodeURIComponent(id));
    const source = new EventSource(path);
    source.addEventListener(JOB_EVENT, (event) => {
      const parsed = Job.safeParse(JSON.parse((event as MessageEvent<string>).data));
      if (!parsed.success) return;
      client.setQueryData<JobList>(['jobs'], (old) =>
        old ? { jobs: old.jobs.map((j) => (j.id === id ? parsed.data : j)) } : old,
      );
      if (!FINAL_STATES.includes(parsed.data.state)) return;
      source.close();
      for (const key of ['jobs', 'rings', 'runs', 'run', 'imports', 'meta'])
        void client.invalidateQueries({ queryKey: [key] });
    });
    return () => source.close();
  }, [id, active, client]);
}

function useJobAction<V>(act: (value: V) => Promise<unknown>) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: act,
    onSettled: () => client.invalidateQueries({ queryKey: ['jobs'] }),
  });
}

export const useCancelJob = () =>
  useJobAction((id: string) => call(endpoints.cancelJob, { params: { id } }));
export const useRetryJob = () =>
  useJobAction((id: string) => call(endpoints.retryJob, { params: { id } }));
export const useStartRebuild = () =>
  useJobAction((_: undefined) => call(endpoints.startRebuild, {}, { body: {} }));
export const useStartSelfTest = () => {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (run: string) =>
      call(endpoints.startSelfTest, { params: { id: run } }, { body: {} }),
    onSettled: () =>
      Promise.all(
        ['jobs', 'runs', 'run'].map((key) => client.invalidateQueries({ queryKey: [key] })),
      ),
  });
};
export const useStartImport = () =>
  useJobAction((name: string) => call(endpoints.startImport, {}, { body: { name } }));

export function useSignIn() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (token: string) => call(endpoints.signIn, {}, { body: { token } }),
    onSuccess: () => client.invalidateQueries(),
  });
}
