import type { Language } from '../app/preferences';
import { number, percent, probability, quantity } from './format';
import { INNOCENT } from './innocent';
import { REASONS } from './reasons';

export interface ReasonLike {
  readonly code: string;
  readonly measured: number;
  readonly expected: number;
  readonly unit: string;
}

/** Units as words, for sentences that no template was written for. */
const UNITS: Readonly<Record<string, { readonly zh: string; readonly en: string }>> = {
  days: { zh: '天', en: 'days' },
  stays: { zh: '次住院', en: 'stays' },
  settlements: { zh: '笔结算', en: 'settlements' },
  sessions: { zh: '次', en: 'sessions' },
  patients: { zh: '人', en: 'patients' },
  people: { zh: '人', en: 'people' },
  cards: { zh: '张卡', en: 'cards' },
  pairs: { zh: '对', en: 'pairs' },
  institutions: { zh: '家机构', en: 'institutions' },
  times: { zh: '次', en: 'times' },
  weeks: { zh: '周', en: 'weeks' },
  hours: { zh: '小时', en: 'hours' },
  minutes: { zh: '分钟', en: 'minutes' },
  hits: { zh: '次', en: 'times' },
  swipes: { zh: '次刷卡', en: 'swipes' },
  meetings: { zh: '次', en: 'meetings' },
  hospitals: { zh: '家医院', en: 'hospitals' },
  refunds: { zh: '次退费', en: 'refunds' },
  items: { zh: '项', en: 'items' },
  score: { zh: '分', en: 'points' },
};
/** Said by the number's own format already. */
const SPOKEN = new Set([
  'share',
  'fraction',
  'ratio-of-one',
  '%',
  'percent',
  'fen',
  'yuan',
  'CNY',
  '',
]);

function withUnit(value: number, unit: string, lang: Language): string {
  const text = quantity(value, unit, lang);
  return SPOKEN.has(unit) ? text : `${text} ${UNITS[unit]?.[lang] ?? unit}`;
}

/** How many times the expected value; undefined where a ratio says nothing. */
function times(measured: number, expected: number): number | undefined {
  const ratio = measured / expected;
  return expected > 0 && Number.isFinite(ratio) && ratio >= 1.05 ? ratio : undefined;
}

export interface Sentence {
  readonly text: string;
  /** True when no template exists and the code itself is shown. */
  readonly generic: boolean;
}

/** One measured fact as a sentence; an unknown code is said with its code and its numbers. */
export function reasonSentence(reason: ReasonLike, lang: Language): Sentence {
  const { code, measured, expected, unit } = reason;
  const template = REASONS[code];
  if (!template) {
    const m = withUnit(measured, unit, lang);
    const e = withUnit(expected, unit, lang);
    return {
      generic: true,
      text:
        lang === 'zh'
          ? `指标“${code}”实测 ${m}，正常情况下约为 ${e}。`
          : `“${code}” measured ${m}; an honest world would show about ${e}.`,
    };
  }
  const ratio = times(measured, expected);
  const filled = template[lang]
    .replaceAll('{m}', quantity(measured, unit, lang))
    .replaceAll('{e}', quantity(expected, unit, lang))
    .replaceAll('{mu}', withUnit(measured, unit, lang))
    .replaceAll('{eu}', withUnit(expected, unit, lang));
  const shown =
    ratio === undefined ? 0 : ratio < 10 ? Math.round(ratio * 10) / 10 : Math.round(ratio);
  // A huge ratio comes from an expectation near zero: the two numbers say it better.
  const tail =
    ratio === undefined || ratio < 2 || ratio > 1000
      ? ''
      : lang === 'zh'
        ? `（${number(shown, lang)} 倍）`
        : `; this is ${number(shown, lang)} times that`;
  return { generic: false, text: filled.replace('{x}', tail) };
}

export interface InnocentLike {
  readonly code: string;
  readonly q: number;
  readonly weight: number;
}

/** Below this the data speak against an innocent explanation. */
export const REJECTED_AT = 0.05;

export function innocentName(code: string, lang: Language): string {
  return INNOCENT[code]?.[lang] ?? code;
}

const NOTHING = 0.005;

/**
 * True when it was tried and accounts for nothing: such are named together, in one sentence. Its q is then that of
 * the whole evidence, which may be weak; it is told by itself only where no other of `all` does better.
 */
export const explainsNothing = ({ q, weight }: InnocentLike, all: readonly InnocentLike[]) =>
  weight < NOTHING && (q <= REJECTED_AT || all.some((i) => i.weight >= NOTHING && i.q >= q));

/** The explanations that were tried in vain. */
export function vainSentence(tried: readonly InnocentLike[], lang: Language): string {
  const names = tried.map((i) => innocentName(i.code, lang));
  return lang === 'zh'
    ? `试过：${names.join('、')}。它们说明不了任何证据。`
    : `Tried: ${names.join(', ')}. They account for none of the evidence.`;
}

/** What became of one tested explanation. */
export function innocentSentence({ q, weight }: InnocentLike, lang: Language): string {
  const share = percent(weight, lang);
  const value = probability(q);
  if (q <= REJECTED_AT)
    return lang === 'zh'
      ? `数据不支持（q = ${value}），只能说明 ${share} 的证据。`
      : `The data speak against it (q = ${value}); it accounts for ${share} of the evidence.`;
  return lang === 'zh'
    ? `不能排除（q = ${value}），可以说明 ${share} 的证据。`
    : `It cannot be ruled out (q = ${value}) and accounts for ${share} of the evidence.`;
}
