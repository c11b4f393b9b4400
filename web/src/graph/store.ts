import { create } from 'zustand';

/**
 * What is under the pointer and what is chosen. The graph holds data only: the canvas shows this
 * through reducers and the tables through their row classes, so both always agree.
 */
interface Focus {
  readonly hovered: string | undefined;
  readonly selected: readonly string[];
  hover(key: string | undefined): void;
  select(keys: readonly string[]): void;
  toggle(key: string): void;
}

export const useFocus = create<Focus>()((set) => ({
  hovered: undefined,
  selected: [],
  hover: (hovered) => set((s) => (s.hovered === hovered ? s : { hovered })),
  select: (selected) => set({ selected }),
  toggle: (key) =>
    set((s) => ({
      selected: s.selected.includes(key)
        ? s.selected.filter((k) => k !== key)
        : [...s.selected, key],
    })),
}));
