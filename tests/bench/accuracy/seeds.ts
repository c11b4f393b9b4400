/** `11,13-15` as numbers. */
export function seedsOf(text: string): number[] {
  return text.split(',').flatMap((part) => {
    if (part === '') return [];
    const [first, last = first] = part.split('-').map(Number) as [number, number?];
    return Array.from({ length: last! - first + 1 }, (_, i) => first + i);
  });
}
