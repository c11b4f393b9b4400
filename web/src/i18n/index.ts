import i18next from 'i18next';
import { useMemo } from 'react';
import { initReactI18next, useTranslation } from 'react-i18next';
import { type Language, usePreferences } from '../app/preferences';
import { en } from './en';
import * as format from './format';
import { zh } from './zh';

declare module 'i18next' {
  interface CustomTypeOptions {
    defaultNS: 'translation';
    resources: { translation: typeof zh };
  }
}

const language = usePreferences.getState().language;
void i18next.use(initReactI18next).init({
  lng: language,
  fallbackLng: 'zh',
  resources: { zh: { translation: zh }, en: { translation: en } },
  interpolation: { escapeValue: false },
});

function apply(lang: Language): void {
  document.documentElement.lang = lang === 'zh' ? 'zh-CN' : 'en';
  document.title = `${i18next.t('app.name')} · ${i18next.t('app.tagline')}`;
}

apply(language);
usePreferences.subscribe((now, before) => {
  if (now.language === before.language) return;
  void i18next.changeLanguage(now.language).then(() => apply(now.language));
});

export { i18next };

/** Words and formats in the reader's language. */
export function useText() {
  const { t } = useTranslation();
  const lang = usePreferences((p) => p.language);
  return useMemo(
    () => ({
      t,
      lang,
      number: (n: number) => format.number(n, lang),
      percent: (n: number) => format.percent(n, lang),
      yuan: (amount: string | null) => format.yuan(amount, lang),
      yuanShort: (amount: string | number) => format.yuanShort(amount, lang),
      /** Name of a detector; its id when the page does not know it. */
      detector: (id: string): string =>
        id in zh.detector ? t(`detector.${id as KnownDetector}`) : id,
      /** Name of an attribute of a node; the platform's own field name when unknown. */
      attribute: (key: string): string =>
        key in zh.attribute ? t(`attribute.${key as keyof typeof zh.attribute}`) : key,
      jobKind: (kind: string): string =>
        kind in zh.jobs.kinds ? t(`jobs.kinds.${kind as keyof typeof zh.jobs.kinds}`) : kind,
    }),
    [t, lang],
  );
}

type KnownDetector = keyof typeof zh.detector;
export type Text = ReturnType<typeof useText>;
