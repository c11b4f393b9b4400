import { describe, expect, it } from 'vitest';
import { ingredientOf } from '../../../analytics/projection/ingredient.js';

describe('the ingredient of a drug', () => {
  it.each([
    ['盐酸二甲双胍缓释片', '二甲双胍'],
    ['二甲双胍片(0.5g)', '二甲双胍'],
    ['硝苯地平控释片', '硝苯地平'],
    ['注射用奥美拉唑钠', '奥美拉唑'],
    ['奥美拉唑肠溶胶囊', '奥美拉唑'],
    ['苯磺酸左氨氯地平片', '氨氯地平'],
    ['苯磺酸氨氯地平片', '氨氯地平'],
    ['缬沙坦胶囊', '缬沙坦'],
    ['肝素钠注射液', '肝素'],
  ])('of %s is %s', (name, ingredient) => {
    expect(ingredientOf(name)).toBe(ingredient);
  });

  it('keeps apart what only sounds alike', () => {
    const names = [
      '0.9%氯化钠注射液',
      '氯化钾注射液',
      '缬沙坦片',
      '氯沙坦钾片',
      '阿胶',
      '阿司匹林',
    ];
    expect(new Set(names.map(ingredientOf)).size).toBe(names.length);
  });
});
