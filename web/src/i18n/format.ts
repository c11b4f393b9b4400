import type { Language } from '../app/preferences';

/** Numbers, money and times as people of either language read them; times are Asia/Shanghai. */
const locale = (lang: Language) => (lang === 'zh' ? 'zh-CN' : 'en-GB');

export function number(n: number, lang: Language): string {
  const digits = Math.abs(n) >= 100 || Number.isInteger(n) ? 0 : Math.abs(n) >= 1 ? 1 : 2;
  if (n !== 0 && Math.abs(n) < 0.01) return small(n);
  return new Intl.NumberFormat(locale(lang), { maximumFractionDigits: digits }).format(n);
}

const SUPERSCRIPT = '⁰¹²³⁴⁵⁶⁷⁸⁹';
const superscript = (n: number) =>
  `${n < 0 ? '⁻' : ''}${[...String(Math.abs(n))].map((d) => SUPERSCRIPT[Number(d)]).join('')}`;

/** A small number in scientific writing: `3.1×10⁻⁷`. */
function small(n: number): string {
  const [mantissa, exponent] = n.toExponential(1).split('e');
  const power = Number(exponent);
  if (power >= -3) return String(Number(n.toPrecision(2)));
  return `${mantissa === '1.0' ? '' : `${mantissa}×`}10${superscript(power)}`;
}

/** A q- or p-value: two significant digits. */
export function probability(q: number): string {
  if (q === 0) return '0';
  return q < 0.01 ? small(q) : String(Number(q.toPrecision(2)));
}

export function percent(share: number, lang: Language): string {
  const digits = share > 0 && share < 0.1 ? 1 : 0;
  if (share > 0 && share < 0.001) return lang === 'zh' ? '不到 0.1%' : 'less than 0.1%';
  return `${new Intl.NumberFormat(locale(lang), { maximumFractionDigits: digits }).format(share * 100)}%`;
}

/** Decimal yuan as text (`"123456.78"`) in full. */
export function yuan(amount: string | number | null, lang: Language): string {
  if (amount === null) return '—';
  return `¥${new Intl.NumberFormat(locale(lang), {
    minimumFractionDigits: 2,
    maximumFractionDigits: 2,
  }).format(Number(amount))}`;
}

/** For lists, where magnitude is read at a glance: `12.3 万元`, `¥123k`. */
export function yuanShort(amount: string | number, lang: Language): string {
  const n = Number(amount);
  const abs = Math.abs(n);
  const show = (value: number, digits: number) =>
    new Intl.NumberFormat(locale(lang), { maximumFractionDigits: digits }).format(value);
  if (lang === 'zh') {
    if (abs >= 1e8) return `¥${show(n / 1e8, 2)} 亿`;
    if (abs >= 1e4) return `¥${show(n / 1e4, 1)} 万`;
    return `¥${show(n, 0)}`;
  }
  if (abs >= 1e6) return `¥${show(n / 1e6, 2)}M`;
  if (abs >= 1e4) return `¥${show(n / 1e3, 1)}k`;
  return `¥${show(n, 0)}`;
}

const clock = (lang: Language, options: Intl.DateTimeFormatOptions) =>
  new Intl.DateTimeFormat(lang === 'zh' ? 'zh-CN' : 'sv-SE', {
    timeZone: 'Asia/Shanghai',
    hour12: false,
    ...options,
  });

/** `2025-01-31` in both languages: it sorts and cannot be misread. */
export function day(time: string | Date): string {
  return clock('en', { year: 'numeric', month: '2-digit', day: '2-digit' }).format(new Date(time));
}

export function dateTime(time: string | Date): string {
  return clock('en', {
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
    minute: '2-digit',
  }).format(new Date(time));
}

/** A half-open period as first and last day. */
export function period({ from, to }: { from: string; to: string }): string {
  const last = new Date(new Date(`${to}T00:00:00Z`).getTime() - 86_400_000);
  return `${from} – ${last.toISOString().slice(0, 10)}`;
}

/** A measured value with its unit, as it stands in a sentence. */
export function quantity(value: number, unit: string, lang: Language): string {
  switch (unit) {
    case 'share':
    case 'fraction':
    case 'ratio-of-one':
      return percent(value, lang);
    case '%':
    case 'percent':
      return percent(value / 100, lang);
    case 'fen':
      return yuan(value / 100, lang);
    case 'yuan':
    case 'CNY':
      return yuan(value, lang);
    default:
      return number(value, lang);
  }
}

/** Codes of people share their beginning, so the end is what tells them apart: `…10007676`. */
export function shortCode(code: string): string {
  return code.length > 12 ? `…${code.slice(-8)}` : code;
}
