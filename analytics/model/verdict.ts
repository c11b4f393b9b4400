import type { Subject } from './finding.js';
import type { EntityRef } from './ids.js';

export const VERDICTS = ['confirmed', 'dismissed'] as const;
export type VerdictKind = (typeof VERDICTS)[number];

/** What somebody found who looked at a ring (a Determination, until there are leads). */
export interface Verdict {
  /** Id of the ring across runs. */
  readonly ring: string;
  readonly verdict: VerdictKind;
  /** Why; a dismissal has one always. */
  readonly reason?: string | undefined;
  /** Local day of it. */
  readonly at: string;
  /** Who the ring was when it was looked at, and which detectors had seen it. */
  readonly seen?: VerdictSubject | undefined;
}

export interface VerdictSubject {
  readonly detectors: readonly string[];
  readonly subjects: readonly Subject[];
}

/** A verdict of a ring that is known. */
export interface KnownVerdict extends Verdict {
  readonly seen: VerdictSubject;
}

/** A detector's precision in the field: confirmed ÷ (confirmed + dismissed), 95 % by Wilson. */
export interface DetectorRecord {
  readonly detector: string;
  readonly confirmed: number;
  readonly dismissed: number;
  /** null where nothing was counted. */
  readonly precision: number | null;
  readonly low: number;
  readonly high: number;
  /** By reason of dismissal: as if the dismissals for other reasons had not been. */
  readonly reasons: ReadonlyArray<{
    readonly reason: string;
    readonly dismissed: number;
    readonly precision: number | null;
    readonly low: number;
    readonly high: number;
  }>;
}

/** The verdicts that a run knew of. */
export interface RunVerdicts {
  /** SHA-256 of them, the first 16 hexadecimal digits. */
  readonly hash: string;
  /** Rings whose last verdict is so. */
  readonly confirmed: number;
  readonly dismissed: number;
  /** Rings that no run named any more, so that their verdicts moved nothing. */
  readonly unknown: readonly string[];
  readonly records: readonly DetectorRecord[];
}

/**
 * One thing that moved a profile's score, in the order in which it did. `dismissed` and `confirmed` name
 * their ring; `record` is of a detector that was often wrong; `spread` comes from confirmed rings.
 */
export interface ProfilePart {
  readonly code: 'dismissed' | 'record' | 'confirmed' | 'spread';
  /** Change of the score. */
  readonly by: number;
  readonly ring?: string | undefined;
  readonly reason?: string | undefined;
  readonly detector?: string | undefined;
  /** `dismissed`: share of the ring that was looked at; `record`: the upper end of the detector's precision; `spread`: closeness beside that of the confirmed themselves. */
  readonly measured?: number | undefined;
  /** `spread`: the neighbour through whom most of it came. */
  readonly via?: EntityRef | undefined;
}
