import { useCallback, useSyncExternalStore } from 'react';

export function useMedia(query: string): boolean {
  const subscribe = useCallback(
    (changed: () => void) => {
      const media = window.matchMedia(query);
      media.addEventListener('change', changed);
      return () => media.removeEventListener('change', changed);
    },
    [query],
  );
  return useSyncExternalStore(subscribe, () => window.matchMedia(query).matches);
}

/** List and ring side by side. */
export const useTwoColumns = () => useMedia('(min-width: 900px)');
/** Graph and evidence side by side. */
export const useThreeColumns = () => useMedia('(min-width: 1240px)');
