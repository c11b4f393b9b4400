import { describe, expect, it } from 'vitest';
import {
  keepRun,
  RingListSearch,
  RingSearch,
  readSearch,
  writeSearch,
} from '../../web/src/app/address';
import {
  dateTime,
  day,
  number,
  period,
  probability,
  yuan,
  yuanShort,
} from '../../web/src/i18n/format';

describe('the address', () => {
  it('keeps what looks like a number as text', () => {
    const search = { region: '051901', min: '10000', reason: '1', q: '0012' };
    const back = readSearch(writeSearch(search));
    expect(back).toEqual(search);
    expect(RingListSearch.parse(back)).toMatchObject({ region: '051901', min: '10000', q: '0012' });
    expect(RingSearch.parse(back).reason).toBe('1');
  });

  it('drops values that make no sense instead of refusing the page', () => {
    const search = { status: 'guilty', min: 'much', entity: 'nobody', region: 'x' };
    expect(RingListSearch.parse(search)).toEqual({});
  });

  it('keeps the chosen run from page to page, and nothing else', () => {
    const search = { run: 'run-7', region: '5001', entity: 'institution:P1' };
    expect(keepRun(search)).toEqual({ run: 'run-7' });
    expect(writeSearch(keepRun({}))).toBe('');
  });

  it('stays readable', () => {
    expect(
      writeSearch({ entity: 'institution:P1', hide: 'patient:1;patient:2', run: undefined }),
    ).toBe('?entity=institution:P1&hide=patient:1;patient:2');
    expect(writeSearch({})).toBe('');
  });
});

describe('numbers and times', () => {
  it('are money to the fen, short where magnitude is read', () => {
    expect(yuan('1234567.80', 'zh')).toBe('¥1,234,567.80');
    expect(yuan(null, 'zh')).toBe('—');
    expect(yuanShort('123456.78', 'zh')).toBe('¥12.3 万');
    expect(yuanShort('123456.78', 'en')).toBe('¥123.5k');
    expect(yuanShort('950', 'zh')).toBe('¥950');
  });

  it('are Asia/Shanghai wherever the browser stands', () => {
    expect(day('2025-01-01T01:00:00+08:00')).toBe('2025-01-01');
    expect(dateTime('2024-12-31T17:30:00Z')).toBe('2025-01-01 01:30');
    expect(period({ from: '2025-01-01', to: '2026-01-01' })).toBe('2025-01-01 – 2025-12-31');
  });

  it('stay legible when very small', () => {
    expect(probability(2.954e-17)).toBe('3.0×10⁻¹⁷');
    expect(probability(0.0312)).toBe('0.031');
    expect(probability(0)).toBe('0');
    expect(number(4.114554, 'zh')).toBe('4.1');
    expect(number(180, 'zh')).toBe('180');
  });
});
