/** Money is integer fen (分) everywhere inside; yuan with two places only at the edges. */
export type Fen = number;

/** `12345678` fen → `"123456.78"`. Exact for every safe integer. */
export function formatFen(fen: Fen): string {
  const whole = Math.trunc(Math.abs(fen));
  const sign = fen < 0 && whole > 0 ? '-' : '';
  return `${sign}${Math.trunc(whole / 100)}.${String(whole % 100).padStart(2, '0')}`;
}
