import type { Rng } from '../model/rng.js';

/**
 * What a planter may see and what it gives back. People, places, doctors and items are handles
 * (small integers that mean something only to the owner of the context), so the same planters serve
 * the synthetic world and a shadow copy of a user's own period. All times are epoch seconds, all
 * days local day numbers (model/time).
 */

/** What the seed world plants when it is not told what. */
export const HEADLINE_TYPES = [
  'patient-brokering-ring',
  'card-farming-pharmacy',
  'impersonated-dialysis',
] as const;
/** Rings made of people and their cards. */
export const CARD_TYPES = [
  'drug-resale-ring',
  'card-agent-hub',
  'multi-site-convoy',
  'rent-a-patient-core',
  'steering-loop',
  'duplicate-prescribing',
  'trace-code-loop',
] as const;
/** What an institution or a doctor does with records. */
export const SITE_TYPES = [
  'bed-hanging',
  'split-admission',
  'clone-records',
  'impossible-doctor',
  'inventory-gap',
  'sudden-change',
  'therapy-overcount',
] as const;
/** Everything that can be planted. */
export const PLANTED_TYPES = [...HEADLINE_TYPES, ...CARD_TYPES, ...SITE_TYPES] as const;
export type PlantedType = (typeof PLANTED_TYPES)[number];

/** How well a ring hides; defined level by level and type by type in `camouflage.ts`. */
export type Camouflage = 0 | 1 | 2 | 3 | 4;
export const CAMOUFLAGES: readonly Camouflage[] = [0, 1, 2, 3, 4];

export type VisitKind = 'out-patient' | 'chronic' | 'in-patient' | 'pharmacy' | 'dialysis';

export interface CandidatePatient {
  readonly handle: number;
  /** People of one household share it; members of a ring never do. */
  readonly household: number;
  /** Index into `places`: a village, a street or a care home. */
  readonly place: number;
  /** Six-digit region of the home. */
  readonly area: string;
  /** Age in whole years at the start of the period. */
  readonly age: number;
  /** Local day of death, or null. */
  readonly died: number | null;
  /** On honest dialysis during the period. */
  readonly dialysis: boolean;
  /** Diagnoses that are treated on chronic-disease visits. */
  readonly chronic: readonly number[];
}

/** An honest visit that is already there. */
export interface HonestVisit {
  readonly institution: number;
  readonly kind: VisitKind;
  readonly begin: number;
  readonly end: number;
  readonly doctor: number | null;
  readonly diagnosis: number | null;
}

export interface CandidateInstitution {
  readonly handle: number;
  readonly type: 'hospital' | 'clinic' | 'pharmacy';
  /** 3 city, 2 county, 1 town or private; 0 for clinics and pharmacies. */
  readonly level: 0 | 1 | 2 | 3;
  readonly area: string;
  /** Degrees. */
  readonly lng: number;
  readonly lat: number;
  /** Honest settlements in the period: how popular the place is. */
  readonly busy: number;
  /** In-patient stays in the period. */
  readonly stays: number;
  /** Approved beds; 0 when it has none or nobody knows. */
  readonly beds: number;
  /** Dialysis machines; 0 when it has no dialysis. */
  readonly machines: number;
  readonly privately: boolean;
  /** Share of its drug lines whose trace codes it reports; 0 when it reports none. */
  readonly traced: number;
  /** Usual seconds from the beginning of a dialysis session to its settlement. */
  readonly sessionLag: number;
  /** Shares of the honest dialysis sessions there that are billed with each support. */
  readonly supports: Readonly<
    Record<'anticoagulant' | 'epo' | 'dialyser' | 'bloodLine' | 'tests', number>
  >;
}

export interface Place {
  readonly area: string;
  readonly kind: 'village' | 'care-home';
  readonly lng: number;
  readonly lat: number;
  readonly patients: readonly number[];
}

/** A drug that is handed out by the pack. */
export interface CandidateDrug {
  readonly item: number;
  /** The same for all makers of one substance. */
  readonly ingredient: number;
  /** Days that a pack lasts at the usual dose. */
  readonly packDays: number;
  /** How easily it is resold, 0–3. */
  readonly resale: number;
  /** Fen a pack. */
  readonly price: number;
  /** Chronic diagnoses that it is usually given for; maybe none. */
  readonly diagnoses: readonly number[];
}

/** Item handles by what they are used for. */
export interface ItemShelf {
  /** Easily resold drugs: tonics, insulins, statins. */
  readonly resale: readonly number[];
  readonly session: readonly number[];
  readonly anticoagulant: readonly number[];
  readonly epo: readonly number[];
  readonly dialyser: readonly number[];
  readonly bloodLine: readonly number[];
  readonly dialysisTests: readonly number[];
  readonly laboratory: readonly number[];
  readonly imaging: readonly number[];
  /** Acupuncture, massage, physical therapy. */
  readonly rehabilitation: readonly number[];
  /** What a ward bills by the day: bed, rounds, nursing. */
  readonly ward: readonly number[];
  readonly injections: readonly number[];
  /** Consumables of a ward. */
  readonly materials: readonly number[];
}

export interface PlantingContext {
  readonly rng: Rng;
  /** Half-open, epoch seconds. */
  readonly from: number;
  readonly to: number;
  readonly patientCount: number;
  patient(handle: number): CandidatePatient;
  /** Honest visits in order of `begin`. */
  visits(patient: number): readonly HonestVisit[];
  readonly institutions: readonly CandidateInstitution[];
  readonly places: readonly Place[];
  readonly items: ItemShelf;
  readonly drugs: readonly CandidateDrug[];
  /** Everybody with an honest visit there, each once. */
  patientsAt(institution: number): readonly number[];
  /** Diagnoses of low severity that an in-patient stay can be hung on. */
  readonly lowSeverity: readonly number[];
  /** Kidney failure under dialysis. */
  readonly kidneyFailure: number;
  /** Doctors of an institution who treat a diagnosis (any of its doctors for null); maybe none. */
  doctors(institution: number, diagnosis: number | null): readonly number[];
  /** A moment on that local day when the institution usually serves, or null when it is closed. */
  serves(institution: number, day: number): number | null;
}

export interface PlantedLine {
  readonly item: number;
  readonly count: number;
  /**
   * Physical packs, numbered within the planting: the same number is the same trace code wherever it
   * is sold. Without it the line carries codes as honest ones do there.
   */
  readonly packs?: readonly number[];
}

export interface PlantedVisit {
  readonly patient: number;
  readonly institution: number;
  /** Who treats; at a pharmacy whose prescription is filled there, if anybody's. */
  readonly doctor: number | null;
  readonly kind: VisitKind;
  readonly begin: number;
  readonly end: number;
  /** When it is settled: `begin` at a pharmacy, the discharge for a stay. */
  readonly settled: number;
  readonly diagnosis: number | null;
  /** Null: what such a visit there usually contains. */
  readonly lines: readonly PlantedLine[] | null;
  /** The patient pays nothing. */
  readonly noCash: boolean;
  /** The goods never left the shelf, so nobody had to buy them in. */
  readonly undelivered: boolean;
  /** Seconds until it is refunded, and until it is settled once more. */
  readonly refund?: { readonly after: number; readonly again: number | null };
}

/** An honest visit moved to another moment or place. */
export interface TakenOver {
  readonly patient: number;
  /** Index into `visits(patient)`. */
  readonly visit: number;
  readonly institution: number;
  readonly settled: number;
  /** As in `PlantedVisit`; nobody when absent. */
  readonly doctor?: number;
}

/** One telephone, stand-in or account behind several people, besides `sharedPhone`. */
export interface Contact {
  readonly kind: 'telephone' | 'proxy' | 'payee';
  /** Whose it is; null when the holder is not among the insured. */
  readonly holder: number | null;
  readonly patients: readonly number[];
}

/** Who belongs to a group, by handle or by id. */
export interface Cast<Id> {
  readonly patients: readonly Id[];
  /** Where the group's records are made, whether or not the place knows. */
  readonly institutions: readonly Id[];
  readonly doctors: readonly Id[];
}

export interface Planting extends Cast<number> {
  readonly type: PlantedType;
  readonly camouflage: Camouflage;
  readonly items: readonly number[];
  readonly add: readonly PlantedVisit[];
  readonly takeOver: readonly TakenOver[];
  /** Members who give the recruiter's telephone as their own. */
  readonly sharedPhone: readonly number[];
  readonly contacts?: readonly Contact[];
}

/** What a planter is asked for: one ring. */
export interface Asked {
  readonly ctx: PlantingContext;
  readonly level: Camouflage;
  /** People who belong to other rings. */
  readonly taken: ReadonlySet<number>;
  /** Institutions that may not belong to this ring. */
  readonly places: ReadonlySet<number>;
  /** Most members. */
  readonly largest: number;
}
