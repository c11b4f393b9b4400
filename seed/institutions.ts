import type { Hours } from './hours.js';

export interface Dept {
  readonly code: string;
  readonly name: string;
  readonly doctors: readonly number[];
  /** Opened within the year; nobody is sent there at random. */
  readonly fresh?: boolean;
}

export interface Institution {
  readonly index: number;
  readonly code: string;
  readonly name: string;
  readonly type: 'hospital' | 'clinic' | 'pharmacy';
  /** 3 city, 2 county, 1 town or small private; 0 otherwise. */
  readonly level: 0 | 1 | 2 | 3;
  readonly levelCode: string;
  readonly county: number;
  readonly town: number;
  readonly lng: number;
  readonly lat: number;
  /** How strongly it draws people, distance apart. */
  readonly pull: number;
  readonly depts: readonly Dept[];
  readonly beds: number;
  /** Dialysis machines, set once its patients are known. */
  machines: number;
  readonly dialysis: boolean;
  /** Its dialysis sessions are settled when they end, not when they begin. */
  readonly settlesAfter: boolean;
  readonly privately: boolean;
  /** Chain of pharmacies, −1 without. */
  readonly chain: number;
  readonly owner: string;
  readonly hours: Hours;
  readonly terminals: number;
  /** Share of drug lines whose trace codes are reported. */
  readonly traced: number;
  readonly priceFactor: number;
  /** Pays from the pooled fund for chronic patients (a pharmacy of the dual channel). */
  readonly pooled: boolean;
  /** Habits of a dialysis centre: probability of each support beside a session. */
  readonly supports: Supports;
}

export interface Supports {
  readonly anticoagulant: number;
  readonly dialyser: number;
  readonly bloodLine: number;
  readonly needle: number;
  readonly epo: number;
  readonly iron: number;
  readonly tests: number;
}

export interface Doctor {
  readonly code: string;
  readonly name: string;
  readonly institution: number;
  readonly dept: string;
  readonly kind: '1' | '2' | '3';
}

export interface Chain {
  readonly name: string;
  /** Day of the month with a discount. */
  readonly memberDay: number;
  readonly owner: string;
}

export interface Institutions {
  readonly all: Institution[];
  readonly doctors: Doctor[];
  readonly chains: readonly Chain[];
}
