/**
 * Pinyin initials as people type them: 重庆市第一人民医院 → `cqsdyrmyy`. Polyphones are read in
 * their words (重庆 is c, not z); letters and digits stay, everything else goes; lower case.
 */
export async function pinyinInitials(): Promise<(label: string) => string> {
  const { pinyin } = await import('pinyin-pro');
  return (label) =>
    pinyin(label, { pattern: 'first', toneType: 'none', type: 'array', nonZh: 'consecutive' })
      .join('')
      .toLowerCase()
      .replace(/[^a-z0-9]/g, '');
}
