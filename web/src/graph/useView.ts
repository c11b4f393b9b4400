import { useNavigate, useSearch } from '@tanstack/react-router';
import { useCallback, useMemo } from 'react';
import { create } from 'zustand';
import { EMPTY_HISTORY, type History, redo, remember, undo } from './history';
import { EMPTY_VIEW, type GraphView, viewFromAddress, viewToAddress } from './view';

/** Undo stacks by ring; the present of each is in the address. */
const useHistories = create<{
  rings: Readonly<Record<string, History<GraphView>>>;
  put(ring: string, history: History<GraphView>): void;
}>()((set) => ({
  rings: {},
  put: (ring, history) => set((s) => ({ rings: { ...s.rings, [ring]: history } })),
}));

export interface ViewControls {
  readonly view: GraphView;
  /** One undoable step. */
  change(next: GraphView): void;
  undo(): void;
  redo(): void;
  reset(): void;
  readonly canUndo: boolean;
  readonly canRedo: boolean;
  readonly changed: boolean;
}

/** What is expanded, hidden and pinned: read from the address, written to it, undoable. */
export function useView(ring: string): ViewControls {
  const { expand, hide, pin } = useSearch({ from: '/rings/$ringId' });
  const navigate = useNavigate();
  const { rings, put } = useHistories();
  const history = rings[ring] ?? EMPTY_HISTORY;
  const view = useMemo(() => viewFromAddress({ expand, hide, pin }), [expand, hide, pin]);

  const show = useCallback(
    (next: GraphView) =>
      void navigate({
        to: '.',
        search: (old) => ({ ...old, ...viewToAddress(next) }),
        replace: true,
      }),
    [navigate],
  );
  const change = useCallback(
    (next: GraphView) => {
      put(ring, remember(history, view));
      show(next);
    },
    [put, ring, history, view, show],
  );
  const step = (to: ReturnType<typeof undo<GraphView>>) => {
    if (!to) return;
    put(ring, to.history);
    show(to.present);
  };
  return {
    view,
    change,
    undo: () => step(undo(history, view)),
    redo: () => step(redo(history, view)),
    reset: () => change(EMPTY_VIEW),
    canUndo: history.past.length > 0,
    canRedo: history.future.length > 0,
    changed: view.expanded.length + view.hidden.length + view.pinned.length > 0,
  };
}
