import { useQueries } from '@tanstack/react-query';
import { useEffect, useMemo, useState } from 'react';
import { neighboursOptions, useRingSubgraph } from '../api/queries';
import { EntityKind, parseEntityKey, type RingSubgraph } from '../api/types';
import { type Expanded, newGraph, type RingGraph, sync, type Wanted, wanted } from './model';
import type { GraphView } from './view';

const DRAWN_AT_FIRST = 300;
export const DRAWN_AT_MOST = 2000;

export interface RingGraphState {
  readonly graph: RingGraph;
  readonly want: Wanted;
  /** Keys that the last change added, for the layout to place. */
  readonly added: readonly string[];
  /** Counts changes of the graph's shape; 0 until there is something to draw. */
  readonly version: number;
  readonly ring: RingSubgraph | undefined;
  readonly expanding: boolean;
  readonly error: unknown;
  retry(): void;
  drawAll(): void;
}

/** The ring's subgraph and its expansions, kept in one graph that the canvas draws. */
export function useRingGraph(id: string, run: string | undefined, view: GraphView): RingGraphState {
  const [limit, setLimit] = useState(DRAWN_AT_FIRST);
  const ring = useRingSubgraph(id, run, limit);
  const asked = useMemo(
    () =>
      view.expanded.flatMap((e) => {
        const ref = parseEntityKey(e.of);
        const kind = EntityKind.safeParse(e.kind);
        return ref && kind.success ? [{ of: e.of, ref, kind: kind.data, cap: e.cap }] : [];
      }),
    [view.expanded],
  );
  const answers = useQueries({
    queries: asked.map((e) => neighboursOptions(e.ref, e.kind, e.cap)),
    combine: (results) => ({
      data: results.map((r) => r.data),
      pending: results.some((r) => r.isPending),
      error: results.find((r) => r.isError)?.error,
    }),
  });
  // biome-ignore lint/correctness/useExhaustiveDependencies: a ring has its own graph
  const graph = useMemo(() => newGraph(), [id, run]);
  const want = useMemo(() => {
    const expansions = asked.flatMap((e, i): Expanded[] => {
      const subgraph = answers.data[i];
      return subgraph ? [{ of: e.of, graph: subgraph }] : [];
    });
    return wanted(ring.data, expansions, view);
  }, [ring.data, answers.data, asked, view]);

  const [shape, setShape] = useState<{ version: number; added: readonly string[] }>({
    version: 0,
    added: [],
  });
  useEffect(() => {
    const before = `${graph.order} ${graph.size}`;
    const added = sync(graph, want, view);
    if (added.length > 0 || before !== `${graph.order} ${graph.size}`)
      setShape((s) => ({ version: s.version + 1, added }));
  }, [graph, want, view]);

  return {
    graph,
    want,
    ...shape,
    ring: ring.data,
    expanding: answers.pending && asked.length > 0,
    error: ring.error ?? answers.error,
    retry: () => void ring.refetch(),
    drawAll: () => setLimit(DRAWN_AT_MOST),
  };
}
