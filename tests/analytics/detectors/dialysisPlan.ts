import type { World } from '../../../analytics/projection/world.js';
import type { PlainInstitution, PlainPatient, PlainSettlement } from './worldBuilder.js';

/** What `dialysisWorld` is asked for, and what it gives. */
export interface DialysisOptions {
  readonly seed?: number;
  readonly centres?: number;
  readonly patientsPerCentre?: number;
  /** People without kidney disease. */
  readonly others?: number;
  /** Share of records with a wrong date. */
  readonly wrongDates?: number;
  /** Share of settlements that lost all their fee lines. */
  readonly lostLines?: number;
  /** Share of single fee lines lost. */
  readonly lostItems?: number;
  readonly rings?: readonly RingPlan[];
  readonly honest?: HonestOddities;
}

export interface HonestOddities {
  /** Centre 0 bills its dialysers with the service until half-time, apart after that. */
  readonly habitChange?: boolean;
  /** Patients of centre 1 lie for long in a hospital without dialysis and are driven to sessions. */
  readonly ferried?: number;
  /** Centre 2 bills once a month. */
  readonly monthly?: boolean;
  /** Laboratory and EPO of these patients of centre 3 are billed elsewhere on another day. */
  readonly billedElsewhere?: number;
  /** Patients who spend three weeks at another centre. */
  readonly travellers?: number;
  /** Every one of these patients goes to hospital and is dialysed at the centre on both edge days. */
  readonly transfers?: number;
  /** Patients of centre 0 without anticoagulant. */
  readonly heparinFree?: number;
  /** Share of the dead whose date of death is mistyped as weeks too early. */
  readonly wrongDeaths?: number;
  /** Patients of centre 3 who recover after some months. */
  readonly briefCourses?: number;
  /** Machines of centre 1 as registered, too few. */
  readonly fewMachines?: number;
}

export interface RingPlan {
  readonly centre: number;
  readonly patients: number;
  readonly way: 'card' | 'double' | 'dead' | 'extra';
  /** Share of supports billed; 1 is as honest patients have. */
  readonly supports: number;
  /** Sessions go on during stays elsewhere. */
  readonly duringStays?: boolean;
  readonly weeks?: number;
}

export interface PlantedDialysis {
  readonly world: World;
  readonly plain: {
    patients: PlainPatient[];
    institutions: PlainInstitution[];
    settlements: PlainSettlement[];
  };
  readonly rings: ReadonlyArray<{ centre: string; patients: string[] }>;
}
