/** Number of the band that somebody of `birthDay` is in on `day`; `from` are the years at which bands begin. */
export function ageBand(birthDay: number, day: number, from: readonly number[]): number {
  const age = (day - birthDay) / 365.25;
  if (!(age >= 0 && age < 130)) return unknownBand(from);
  return from.filter((years) => age >= years).length;
}

/** The band of those whose age is unknown or impossible, the last of all. */
export const unknownBand = (from: readonly number[]): number => from.length + 1;
