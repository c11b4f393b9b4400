/**
 * Whether a block of people × places is one or two that touch: rings that share a place, or a few people, grow together.
 *
 * The links are written down with a share of its own for each place (uniform prior: ln (n + 1) + ln C(n, k) for k of n people), of
 * all people, or of two parts, which costs ln 2 a person more; the shorter code decides (Rissanen 1978). Parts start
 * from the two people who differ most, and everybody goes to the part that tells his places better until nobody moves.
 */
const ROUNDS = 10;

/** One or two parts, in the order of the people; `used` says who used which of so many places. */
export function blockParts(
  people: readonly number[],
  places: readonly number[],
  used: (person: number, place: number) => boolean,
): number[][] {
  const rows = people.map((m) => places.map((k) => used(m, k)));
  let side = startOf(rows);
  for (let round = 0; round < ROUNDS; round++) {
    const shares = [0, 1].map((part) => sharesOf(rows.filter((_, i) => side[i] === part)));
    const next = rows.map((row) => (tells(row, shares[1]!) > tells(row, shares[0]!) ? 1 : 0));
    const isSame = next.every((part, i) => part === side[i]);
    side = next;
    if (isSame) break;
  }
  const parts = [0, 1].map((part) => rows.filter((_, i) => side[i] === part));
  const two = parts.reduce((sum, part) => sum + codeLength(part), rows.length * Math.LN2);
  if (parts.some((part) => part.length === 0) || two >= codeLength(rows)) return [[...people]];
  return [0, 1].map((part) => people.filter((_, i) => side[i] === part));
}

type Row = readonly boolean[];

const differ = (x: Row, y: Row) => x.filter((v, k) => v !== y[k]).length;

/** Everybody to the nearer of the two who differ most. */
function startOf(rows: readonly Row[]): number[] {
  let ends: readonly [number, number] = [0, 0];
  let most = 0;
  for (let i = 0; i < rows.length; i++)
    for (let j = i + 1; j < rows.length; j++)
      if (differ(rows[i]!, rows[j]!) > most) {
        most = differ(rows[i]!, rows[j]!);
        ends = [i, j];
      }
  return rows.map((row) => (differ(row, rows[ends[1]]!) < differ(row, rows[ends[0]]!) ? 1 : 0));
}

/** Share of a part's people at each place, as if one more had been there and one not. */
function sharesOf(rows: readonly Row[]): number[] {
  return (rows[0] ?? []).map((_, k) => (rows.filter((r) => r[k]).length + 1) / (rows.length + 2));
}

function tells(row: Row, shares: readonly number[]): number {
  if (shares.length === 0) return -Infinity;
  return row.reduce((sum, v, k) => sum + Math.log(v ? shares[k]! : 1 - shares[k]!), 0);
}

/** In nats. */
function codeLength(rows: readonly Row[]): number {
  const n = rows.length;
  return (rows[0] ?? []).reduce((sum, _, k) => {
    const there = rows.filter((r) => r[k]).length;
    let ways = 0;
    for (let i = 0; i < there; i++) ways += Math.log((n - i) / (i + 1));
    return sum + Math.log(n + 1) + ways;
  }, 0);
}
