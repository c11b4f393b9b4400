import type { TableName } from '../model/tables.js';
import type { Period } from '../model/time.js';
import type { Items, Lines, Relations, Stock, Traces } from './details.js';

/**
 * What detectors see: one period of events as columns. People and places are indexes into sorted
 * dictionaries, so nothing depends on the order of the rows in the bureau's files. Every typed
 * array is backed by a SharedArrayBuffer and is never written after loading.
 */
export interface World {
  readonly period: Period;
  /** Local day numbers, half-open. */
  readonly fromDay: number;
  readonly toDay: number;
  /** Tables that the import did not bring: a detector that needs one says "not run". */
  readonly missing: ReadonlySet<TableName>;
  readonly patients: Patients;
  readonly institutions: Institutions;
  /** Sorted doctor codes. */
  readonly doctors: readonly string[];
  readonly settlements: Settlements;
  /** Loaded only where a detector reads their table, else empty (details.ts). */
  readonly lines: Lines;
  readonly items: Items;
  readonly traces: Traces;
  readonly stock: Stock;
  readonly relations: Relations;
}

/**
 * What the screening of one county's institutions sees of a world: who was where, when. Homes, fee lines and
 * diagnoses, which take longest to read, are not there; indexes are those of the whole world.
 */
export interface CountyWorld extends Pick<World, 'missing' | 'institutions'> {
  readonly patients: { readonly ids: { readonly length: number } };
  readonly settlements: Pick<
    Settlements,
    'count' | 'patient' | 'institution' | 'time' | 'hasClock' | 'class' | 'cancelled'
  >;
}

export interface Patients {
  /** Sorted `psn_no`. */
  readonly ids: readonly string[];
  /** Index into `regions`, the six digits where the person is insured. */
  readonly region: Int32Array;
  readonly regions: readonly string[];
  /** Groups of people who share a value (−1 unknown, else an index of no meaning). */
  readonly address: Int32Array;
  /** Village and town of the address. */
  readonly village: Int32Array;
  readonly town: Int32Array;
  readonly phone: Int32Array;
  readonly employer: Int32Array;
  /** Connected by a small address, a phone or a household relation: index of the household; own one if alone. */
  readonly household: Int32Array;
  /** Whether anything at all is known that could join the person to a household. */
  readonly householdKnown: Uint8Array;
  /** Local day, or −2147483648 when unknown. */
  readonly birthDay: Int32Array;
  /** Local day of death, or 2147483647. */
  readonly deathDay: Int32Array;
}

export const INSTITUTION_HOSPITAL = 1;
export const INSTITUTION_PHARMACY = 2;

export interface Institutions {
  /** Sorted `fixmedins_code`. */
  readonly ids: readonly string[];
  readonly names: readonly string[];
  /** INSTITUTION_HOSPITAL or INSTITUTION_PHARMACY; inferred from med_type where fixmedins_b is silent. */
  readonly type: Uint8Array;
  /** Index into `levels`. */
  readonly level: Int32Array;
  readonly levels: readonly string[];
  /** Index into `counties`, six digits of `admdvs`. */
  readonly county: Int32Array;
  readonly counties: readonly string[];
  /** Degrees, NaN when unknown. */
  readonly lng: Float64Array;
  readonly lat: Float64Array;
  /** −1 when unknown. */
  readonly beds: Int32Array;
  readonly dialysisMachines: Int32Array;
}

/** How a settlement was come by; see CLASS_OF_MED_TYPE in the loader. */
export const CLASS_OUTPATIENT = 1;
export const CLASS_CHRONIC = 2;
export const CLASS_INPATIENT = 3;
export const CLASS_PHARMACY = 4;
export const CLASS_OTHER = 5;

/** Bits of `supports`: what was billed with a dialysis session. */
export const SUPPORT_BITS = {
  anticoagulant: 1,
  epo: 2,
  iron: 4,
  dialyser: 8,
  bloodLine: 16,
  tests: 32,
} as const;

/** One row per current, non-void, non-refund settlement, in order of `setl_id`. */
export interface Settlements {
  readonly count: number;
  /** Sorted `setl_id`. */
  readonly ids: readonly string[];
  readonly patient: Int32Array;
  readonly institution: Int32Array;
  /** −1 when unknown. */
  readonly doctor: Int32Array;
  /** Epoch seconds. */
  readonly time: Float64Array;
  /** 0 where only the day is known. */
  readonly hasClock: Uint8Array;
  /** Epoch seconds at which the visit began, −1 where its clock is unknown. */
  readonly visitTime: Float64Array;
  /** Local day of `time`. */
  readonly day: Int32Array;
  /** Local days of the stay (in-patient) or of the settlement; `endDay` inclusive. */
  readonly beginDay: Int32Array;
  readonly endDay: Int32Array;
  readonly class: Uint8Array;
  /** Fen: what the fund and the personal account paid (both are the fund's by law), net of refunds. */
  readonly fund: Float64Array;
  readonly total: Float64Array;
  readonly cash: Float64Array;
  /** 1: a refund took all of it back; such rows are in no sum and no pattern but swipe–refund. */
  readonly cancelled: Uint8Array;
  /** Index into `diagnoses`, −1 unknown. */
  readonly diagnosis: Int32Array;
  readonly diagnoses: readonly string[];
  /** Index into `departments`, −1 unknown. */
  readonly department: Int32Array;
  readonly departments: readonly string[];
  /** Order-free hash of the items of its fee lines; 0 when none are known. */
  readonly basket: Int32Array;
  /** Fee lines behind it. */
  readonly lines: Int32Array;
  /** 1: a haemodialysis session (DATA.md §1). */
  readonly dialysis: Uint8Array;
  readonly supports: Uint8Array;
}
