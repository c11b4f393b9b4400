import { describe, expect, it } from 'vitest';
import { en } from '../../web/src/i18n/en';
import { INNOCENT } from '../../web/src/i18n/innocent';
import { REASONS } from '../../web/src/i18n/reasons';
import {
  explainsNothing,
  innocentSentence,
  reasonSentence,
  vainSentence,
} from '../../web/src/i18n/sentences';
import { zh } from '../../web/src/i18n/zh';

const LANGUAGES = ['zh', 'en'] as const;
const FORBIDDEN = /fraudster|欺诈者/i;

type Tree = { readonly [key: string]: string | Tree };
const leaves = (tree: Tree, path = ''): [string, string][] =>
  Object.entries(tree).flatMap(([key, value]) =>
    typeof value === 'string'
      ? [[path + key, value] as [string, string]]
      : leaves(value, `${path}${key}.`),
  );

describe('a reason', () => {
  it.each(Object.keys(REASONS))('%s is a whole sentence in both languages', (code) => {
    for (const lang of LANGUAGES) {
      const reason = { code, measured: 41, expected: 2.3, unit: 'days' };
      const { text, generic } = reasonSentence(reason, lang);
      expect(generic).toBe(false);
      expect(text).not.toMatch(/[{}]|undefined|NaN/);
      expect(text).toContain('41');
      expect(text).toMatch(/[.。]$/);
      expect(text).not.toMatch(FORBIDDEN);
    }
  });

  it('of an unknown code says its code, both numbers and the unit', () => {
    const reason = { code: 'new-detector.odd', measured: 41, expected: 2.3, unit: 'days' };
    expect(reasonSentence(reason, 'zh')).toEqual({
      generic: true,
      text: '指标“new-detector.odd”实测 41 天，正常情况下约为 2.3 天。',
    });
    expect(reasonSentence(reason, 'en').text).toBe(
      '“new-detector.odd” measured 41 days; an honest world would show about 2.3 days.',
    );
  });

  it('says how many times only where that says something', () => {
    const said = (measured: number, expected: number) =>
      reasonSentence(
        { code: 'card-farming-pharmacy.burst', measured, expected, unit: 'cards' },
        'zh',
      ).text;
    expect(said(40, 4)).toContain('（10 倍）');
    expect(said(5, 4)).not.toContain('倍');
    expect(said(5, 0)).not.toContain('倍');
    expect(said(5, 1e-9)).not.toContain('倍');
  });

  it('reads its number by the unit', () => {
    const said = (unit: string, measured: number) =>
      reasonSentence({ code: 'x', measured, expected: 0, unit }, 'en').text;
    expect(said('share', 0.53)).toContain('53%');
    expect(said('fen', 12_345_678)).toContain('¥123,456.78');
  });
});

describe('an innocent explanation', () => {
  it('is rejected at a small q and stands at a large one', () => {
    const small = { code: 'same-household', q: 0.004, weight: 0.1 };
    const large = { ...small, q: 0.4, weight: 0.6 };
    expect(innocentSentence(small, 'zh')).toContain('数据不支持');
    expect(innocentSentence(large, 'zh')).toContain('不能排除');
    expect(innocentSentence(large, 'en')).toContain('60%');
  });

  it('that was tried in vain is named with the others', () => {
    const tried = [
      { code: 'chemo-cycle', q: 1e-9, weight: 0 },
      { code: 'same-phone', q: 1e-9, weight: 0.001 },
    ];
    expect(tried.every((i) => explainsNothing(i, tried))).toBe(true);
    const idle = { code: 'same-phone', q: 0.4, weight: 0 };
    expect(explainsNothing(idle, [...tried, idle])).toBe(false);
    const best = { code: 'nursing-home', q: 1, weight: 0.7 };
    expect(explainsNothing(idle, [best, idle])).toBe(true);
    expect(explainsNothing(best, [best, idle])).toBe(false);
    expect(vainSentence(tried, 'zh')).toBe('试过：化疗周期、联系电话相同。它们说明不了任何证据。');
  });

  it.each(Object.entries(INNOCENT))('%s has a name in both languages', (_, names) => {
    for (const lang of LANGUAGES) expect(names[lang]).not.toBe('');
  });
});

describe('the words of the page', () => {
  const chinese = new Map(leaves(zh));
  const english = new Map(leaves(en));

  it('are the same keys with the same placeholders in both languages', () => {
    expect([...english.keys()]).toEqual([...chinese.keys()]);
    const holes = (text: string) => [...text.matchAll(/\{\{\w+\}\}/g)].map((m) => m[0]).sort();
    for (const [key, text] of chinese)
      expect([key, holes(english.get(key)!)]).toEqual([key, holes(text)]);
  });

  it('determine nothing', () => {
    for (const [, text] of [...chinese, ...english]) expect(text).not.toMatch(FORBIDDEN);
  });
});
