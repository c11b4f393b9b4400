/**
 * What only some detectors look at: fee lines, items, trace codes, stock and outside relations, as
 * columns. A world that was loaded without them has none of them (`NO_DETAILS`); `Detector.needs`
 * and `Detector.uses` say which tables are read. Every typed array is backed by a
 * SharedArrayBuffer, −1 is unknown, and the order of rows does not depend on the bureau's files.
 */

/** Fee lines of the world's settlements, in order of settlement, then item. 32 bytes a line. */
export interface Lines {
  readonly count: number;
  /** Lines of settlement s are `start[s]` … `start[s + 1] − 1`; of length 0 when nothing was loaded. */
  readonly start: Int32Array;
  readonly settlement: Int32Array;
  /** Index into `items`. */
  readonly item: Int32Array;
  /** Packs, sessions, pieces; may be broken, NaN when unknown. */
  readonly units: Float64Array;
  /** Fen of the line, and the part of it that the catalogue covers. */
  readonly fen: Int32Array;
  readonly covered: Int32Array;
  /** Who prescribed or ordered it, else who attended: index into `doctors`. */
  readonly doctor: Int32Array;
  /** Days that it lasts, as the prescription says. */
  readonly supplyDays: Int32Array;
}

export interface Items {
  /** Sorted codes of the items on lines, in stock or traced. */
  readonly ids: readonly string[];
  readonly names: readonly string[];
  /** First three digits of `list_type` as a number (101 drugs, 102 decoction pieces, 201 services, 301 consumables). */
  readonly listType: Int32Array;
  /** 0–3, −1 unknown. */
  readonly resaleRisk: Int32Array;
  /** Items of one number are the same ingredient in another pack, strength or salt; drugs only. */
  readonly ingredient: Int32Array;
  /** Units that a day takes, units in a pack; NaN unknown. */
  readonly dayDose: Float64Array;
  readonly packSize: Float64Array;
}

/** One trace code scanned at one sale or return, in order of code, time, settlement. */
export interface Traces {
  readonly count: number;
  /** −1 when the row belongs to no current settlement of the period (a refund's own row). */
  readonly settlement: Int32Array;
  readonly patient: Int32Array;
  readonly institution: Int32Array;
  readonly item: Int32Array;
  /** Number of the code among the sorted codes; of no further meaning. */
  readonly code: Int32Array;
  /** Number of item and production lot together. */
  readonly lot: Int32Array;
  /** 1 sold, −1 returned. */
  readonly sign: Int32Array;
  /** Epoch seconds. */
  readonly time: Float64Array;
}

export const STOCK_IN = 1;
export const STOCK_OUT = 2;
export const STOCK_LOSS = 3;

/** Movements up to the period's end, in order of institution, item, day. */
export interface Stock {
  readonly count: number;
  readonly institution: Int32Array;
  readonly item: Int32Array;
  /** STOCK_IN, STOCK_OUT or STOCK_LOSS; 0 of another kind. */
  readonly kind: Int32Array;
  readonly units: Float64Array;
  /** Local day; −1 unknown. */
  readonly day: Int32Array;
}

export const RELATED_THING = 0;
export const RELATED_PATIENT = 1;
export const RELATED_INSTITUTION = 2;
export const RELATED_DOCTOR = 3;

/** Outside relations as pairs: a thing is a telephone, a household, an owner, a payee. */
export interface Relations {
  readonly count: number;
  /** RELATED_… of either end. */
  readonly sourceKind: Int32Array;
  readonly targetKind: Int32Array;
  /** Index into patients, institutions, doctors or `things`; −1 for one that the world does not have. */
  readonly source: Int32Array;
  readonly target: Int32Array;
  /** Index into `names`. */
  readonly name: Int32Array;
  readonly names: readonly string[];
  /** Sorted `kind|value`. */
  readonly things: readonly string[];
}

export interface Details {
  readonly lines: Lines;
  readonly items: Items;
  readonly traces: Traces;
  readonly stock: Stock;
  readonly relations: Relations;
}

const ints = new Int32Array(0);
const reals = new Float64Array(0);

/** A world without details. */
export const NO_DETAILS: Details = {
  lines: {
    count: 0,
    start: ints,
    settlement: ints,
    item: ints,
    units: reals,
    fen: ints,
    covered: ints,
    doctor: ints,
    supplyDays: ints,
  },
  items: {
    ids: [],
    names: [],
    listType: ints,
    resaleRisk: ints,
    ingredient: ints,
    dayDose: reals,
    packSize: reals,
  },
  traces: {
    count: 0,
    settlement: ints,
    patient: ints,
    institution: ints,
    item: ints,
    code: ints,
    lot: ints,
    sign: ints,
    time: reals,
  },
  stock: { count: 0, institution: ints, item: ints, kind: ints, units: reals, day: ints },
  relations: {
    count: 0,
    sourceKind: ints,
    targetKind: ints,
    source: ints,
    target: ints,
    name: ints,
    names: [],
    things: [],
  },
};
