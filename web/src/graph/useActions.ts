import { useNavigate } from '@tanstack/react-router';
import { useCallback } from 'react';
import { ENTITY_KINDS, type EntityKind } from '../api/types';
import { type RingGraph, shownByKind, type Wanted } from './model';
import { useFocus } from './store';
import type { ViewControls } from './useView';
import { CAPS, withExpansion, withHidden, withoutExpansionsOf, withoutPin, withPin } from './view';

export const DEFAULT_CAP = CAPS[0];

export interface Expandable {
  readonly kind: EntityKind;
  readonly shown: number;
  readonly total: number;
}

/** Kinds of neighbours of a node with “N of M” each; kinds without neighbours are left out. */
export function expandable(want: Wanted, key: string): readonly Expandable[] {
  const node = want.nodes.get(key);
  if (!node) return [];
  const shown = shownByKind(want, key);
  return ENTITY_KINDS.flatMap((kind) => {
    const total = node.degrees[kind] ?? 0;
    return total > 0 ? [{ kind, shown: Math.min(shown.get(kind) ?? 0, total), total }] : [];
  });
}

/** What can be done with nodes; each is one undoable step. */
export function useActions(graph: RingGraph, want: Wanted, controls: ViewControls) {
  const { view, change } = controls;
  const navigate = useNavigate();

  const expand = useCallback(
    (key: string, kinds?: readonly EntityKind[], cap?: number) => {
      let next = view;
      for (const { kind, shown, total } of expandable(want, key)) {
        if (kinds ? !kinds.includes(kind) : shown >= total) continue;
        // The cap counts the heaviest neighbours, and those on screen are mostly among them.
        const before = view.expanded.find((e) => e.of === key && e.kind === kind)?.cap ?? 0;
        const more = cap ?? Math.max(before, shown) + DEFAULT_CAP;
        next = withExpansion(next, { of: key, kind, cap: Math.min(more, 500) });
      }
      if (next !== view) change(next);
    },
    [view, want, change],
  );

  const hide = useCallback(
    (keys: readonly string[]) => {
      if (keys.length === 0) return;
      useFocus.getState().select([]);
      useFocus.getState().hover(undefined);
      change(withHidden(view, keys));
    },
    [view, change],
  );

  const isolate = useCallback(
    (key: string) => {
      if (!graph.hasNode(key)) return;
      const keep = new Set([key, ...graph.neighbors(key)]);
      hide(graph.nodes().filter((n) => !keep.has(n)));
    },
    [graph, hide],
  );

  const togglePin = useCallback(
    (keys: readonly string[]) => {
      let next = view;
      const all = keys.every((key) => view.pinned.some((p) => p.key === key));
      for (const key of keys) {
        if (!graph.hasNode(key)) continue;
        const { x, y } = graph.getNodeAttributes(key);
        next = all ? withoutPin(next, key) : withPin(next, { key, x, y });
      }
      if (next !== view) change(next);
    },
    [view, graph, change],
  );

  const pinAt = useCallback(
    (key: string, x: number, y: number) => change(withPin(view, { key, x, y })),
    [view, change],
  );

  const collapse = useCallback(
    (key: string) => change(withoutExpansionsOf(view, key)),
    [view, change],
  );

  const showHidden = useCallback(() => change({ ...view, hidden: [] }), [view, change]);

  const selectNeighbours = useCallback(
    (key: string) => {
      if (graph.hasNode(key)) useFocus.getState().select([key, ...graph.neighbors(key)]);
    },
    [graph],
  );

  const openProfile = useCallback(
    (key: string) => void navigate({ to: '.', search: (old) => ({ ...old, entity: key }) }),
    [navigate],
  );

  return {
    expand,
    hide,
    isolate,
    togglePin,
    pinAt,
    collapse,
    showHidden,
    selectNeighbours,
    openProfile,
  };
}

export type Actions = ReturnType<typeof useActions>;
