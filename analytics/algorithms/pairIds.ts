/**
 * Numbers 0, 1, … for pairs of whole numbers ≥ 0 in the order in which they are first asked for: open addressing over
 * typed arrays, linear probing, at most half full (Knuth, TAOCP 3, §6.4).
 */
export interface PairIds {
  /** Pairs seen. */
  readonly size: number;
  /** Number of the pair in this order. */
  idOf(k: number, l: number): number;
}

/** Multiplicative hash of a pair; its low bits are as good as any. */
export function pairHash(k: number, l: number): number {
  let h = Math.imul(k, 0x9e3779b1) ^ Math.imul(l, 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 15), 0x2c1b3c6d);
  return h ^ (h >>> 13);
}

const FIRST_ROOM = 1 << 12;

export function createPairIds(): PairIds {
  let mask = FIRST_ROOM - 1;
  let slots = new Int32Array(FIRST_ROOM).fill(-1);
  let first = new Int32Array(FIRST_ROOM / 2);
  let second = new Int32Array(FIRST_ROOM / 2);
  let size = 0;

  function slotOf(k: number, l: number): number {
    let i = pairHash(k, l) & mask;
    for (let id = slots[i]!; id >= 0 && (first[id] !== k || second[id] !== l); id = slots[i]!)
      i = (i + 1) & mask;
    return i;
  }

  function grow(): void {
    const room = (mask + 1) * 2;
    mask = room - 1;
    slots = new Int32Array(room).fill(-1);
    const more = (values: Int32Array) => {
      const bigger = new Int32Array(room / 2);
      bigger.set(values);
      return bigger;
    };
    first = more(first);
    second = more(second);
    for (let id = 0; id < size; id++) slots[slotOf(first[id]!, second[id]!)] = id;
  }

  return {
    get size() {
      return size;
    },
    idOf(k, l) {
      const slot = slotOf(k, l);
      const known = slots[slot]!;
      if (known >= 0) return known;
      const id = size++;
      slots[slot] = id;
      first[id] = k;
      second[id] = l;
      if (size === first.length) grow();
      return id;
    },
  };
}
