import { theme as antdTheme, type ThemeConfig } from 'antd';
import { useSyncExternalStore } from 'react';
import type { Role } from '../api/types';
import { type Language, usePreferences } from './preferences';

/** Fonts of the reader's own machine: the page runs on closed networks and fetches none. */
const CHINESE =
  '"PingFang SC", "Microsoft YaHei", "Noto Sans CJK SC", "Noto Sans SC", "Source Han Sans SC"';
const LATIN = '"Segoe UI", "Helvetica Neue", Roboto, Arial';

/** In English text quotes and dashes come from a Latin font, else they are as wide as a character. */
export const fontOf = (language: Language) =>
  language === 'zh' ? `${CHINESE}, ${LATIN}, sans-serif` : `${LATIN}, ${CHINESE}, sans-serif`;

export const useFont = () => fontOf(usePreferences((p) => p.language));

const media = () => window.matchMedia('(prefers-color-scheme: dark)');

function useSystemDark(): boolean {
  return useSyncExternalStore(
    (changed) => {
      const query = media();
      query.addEventListener('change', changed);
      return () => query.removeEventListener('change', changed);
    },
    () => media().matches,
  );
}

export function useDark(): boolean {
  const choice = usePreferences((p) => p.theme);
  const system = useSystemDark();
  return choice === 'system' ? system : choice === 'dark';
}

/** Colours of the canvases, which no style sheet reaches. */
export interface CanvasPalette {
  readonly surface: string;
  readonly ink: string;
  readonly muted: string;
  readonly line: string;
  readonly edge: string;
  readonly edgeStrong: string;
  readonly faded: string;
  readonly accent: string;
  readonly accentSoft: string;
  readonly context: string;
  readonly roles: Readonly<Record<Role, string>>;
}

// Role hues keep apart for the three common colour-vision deficiencies; shape says the kind again.
export const PALETTES: { readonly light: CanvasPalette; readonly dark: CanvasPalette } = {
  light: {
    surface: '#ffffff',
    ink: '#17212e',
    muted: '#596678',
    line: '#dfe5ed',
    edge: '#b4bfcd',
    edgeStrong: '#5c7fb5',
    faded: '#e9edf2',
    accent: '#1d5fbf',
    accentSoft: '#cfe0f7',
    context: '#98a4b3',
    roles: {
      core: '#b8324b',
      organiser: '#7a3fa0',
      recruiter: '#d9730d',
      doctor: '#0f7c86',
      member: '#2f6fc4',
      item: '#5f8a2a',
    },
  },
  dark: {
    surface: '#161d27',
    ink: '#e6ecf4',
    muted: '#9aa7b8',
    line: '#2b3645',
    edge: '#4a596e',
    edgeStrong: '#7ea6dd',
    faded: '#252f3c',
    accent: '#74aaf5',
    accentSoft: '#24405f',
    context: '#708095',
    roles: {
      core: '#ef6a80',
      organiser: '#bd8be0',
      recruiter: '#f3a24c',
      doctor: '#45bcc6',
      member: '#6fa8f2',
      item: '#a3c964',
    },
  },
};

export function usePalette(): CanvasPalette {
  return useDark() ? PALETTES.dark : PALETTES.light;
}

export function antdConfig(dark: boolean, language: Language): ThemeConfig {
  const p = dark ? PALETTES.dark : PALETTES.light;
  return {
    algorithm: dark ? antdTheme.darkAlgorithm : antdTheme.defaultAlgorithm,
    token: {
      colorPrimary: dark ? '#8fc0ff' : '#1d5fbf',
      colorInfo: dark ? '#8fc0ff' : '#1d5fbf',
      colorError: dark ? '#ff9488' : '#b42318',
      colorLink: p.accent,
      colorText: p.ink,
      colorTextSecondary: p.muted,
      colorTextTertiary: dark ? '#93a0b1' : '#647184',
      colorTextDescription: p.muted,
      colorTextPlaceholder: dark ? '#8c99aa' : '#66727f',
      colorBgLayout: dark ? '#0f151d' : '#f3f5f9',
      colorBgContainer: p.surface,
      colorBgElevated: dark ? '#1d2632' : '#ffffff',
      colorBorder: dark ? '#374456' : '#cfd7e1',
      colorBorderSecondary: p.line,
      borderRadius: 6,
      fontFamily: fontOf(language),
      fontSize: 14,
    },
    components: {
      ...(dark ? { Button: { primaryColor: '#0d1520' } } : {}),
      Table: { cellPaddingBlockSM: 6, headerBg: dark ? '#1b2430' : '#f7f9fb' },
      Tabs: { horizontalMargin: '0' },
    },
  };
}
