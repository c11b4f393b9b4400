import { create } from 'zustand';
import { persist } from 'zustand/middleware';

export type Language = 'zh' | 'en';
export type ThemeChoice = 'light' | 'dark' | 'system';

interface Preferences {
  readonly language: Language;
  readonly theme: ThemeChoice;
  setLanguage(language: Language): void;
  setTheme(theme: ThemeChoice): void;
}

/** What a reader chose for this browser; kept in local storage, never sent anywhere. */
export const usePreferences = create<Preferences>()(
  persist(
    (set) => ({
      language: 'zh',
      theme: 'system',
      setLanguage: (language) => set({ language }),
      setTheme: (theme) => set({ theme }),
    }),
    { name: 'ringfence.preferences' },
  ),
);
