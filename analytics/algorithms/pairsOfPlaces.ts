import { throwIfAborted } from '../model/errors.js';
import { createPairIds } from './pairIds.js';
import { PLACES_MAX } from './placeLinks.js';

/**
 * Pairs of places of each person who has no more than PLACES_MAX, and the people of each pair; people by their number
 * in `who`.
 */
export interface PlacePairs {
  /** Pairs of person r are `pairsOf[start[r]] … pairsOf[start[r + 1] − 1]`. */
  readonly start: Int32Array;
  readonly pairsOf: Int32Array;
  /** People of pair k, ascending: `list[listStart[k]] … list[listStart[k + 1] − 1]`. */
  readonly listStart: Int32Array;
  readonly list: Int32Array;
}

/** Links sorted by person: those of `who[r]` are `begin[r] … end[r] − 1`. */
export interface People {
  readonly who: Int32Array;
  readonly begin: Int32Array;
  readonly end: Int32Array;
}

/** `among`: who is looked at; everybody unless told. */
export function pairsOfPlaces(
  place: Int32Array,
  { who, begin, end }: People,
  { among, signal }: { readonly among?: ReadonlySet<number>; readonly signal?: AbortSignal },
): PlacePairs {
  const start = new Int32Array(who.length + 1);
  for (let r = 0; r < who.length; r++) {
    const degree = end[r]! - begin[r]!;
    const isLooked = degree <= PLACES_MAX && (!among || among.has(who[r]!));
    start[r + 1] = start[r]! + (isLooked ? (degree * (degree - 1)) / 2 : 0);
  }
  const total = start[who.length]!;
  const pairsOf = new Int32Array(total);
  const ids = createPairIds();
  for (let r = 0, t = 0; r < who.length; r++) {
    if ((r & 0x3fff) === 0) throwIfAborted(signal);
    if (start[r] === start[r + 1]) continue;
    for (let x = begin[r]!; x < end[r]!; x++)
      for (let y = x + 1; y < end[r]!; y++) pairsOf[t++] = ids.idOf(place[x]!, place[y]!);
  }
  const listStart = new Int32Array(ids.size + 1);
  for (let t = 0; t < total; t++) listStart[pairsOf[t]! + 1]!++;
  for (let k = 0; k < ids.size; k++) listStart[k + 1]! += listStart[k]!;
  const cursor = listStart.slice();
  const list = new Int32Array(total);
  for (let r = 0; r < who.length; r++)
    for (let t = start[r]!; t < start[r + 1]!; t++) list[cursor[pairsOf[t]!]!++] = r;
  return { start, pairsOf, listStart, list };
}
