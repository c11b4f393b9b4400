import type { Ring } from '../model/finding.js';
import { entityKey } from '../model/ids.js';
import type { KnownVerdict, RunVerdicts, Verdict } from '../model/verdict.js';
import type { World } from '../projection/world.js';
import { identityKeys } from './identity.js';
import { type Spread, spreadFrom } from './spread.js';
import { detectorRecords, knownVerdicts, verdictsHash } from './verdicts.js';

/** What a confirmed ring adds to the score of those in it. */
export const CONFIRMED_SCORE = 0.95;
/** The most that closeness to confirmed rings adds, and what it never raises a grade above: B. */
export const SPREAD_SCORE = 0.2;
/** A detector is weighed by its record from so many verdicts on. */
export const RECORD_FROM = 5;
/** A dismissal speaks of a later ring when it saw this share of its people and places. */
const COVERED_MIN = 0.5;

/** What verdicts say to the risk profiles of one run. */
export interface Feedback {
  readonly verdicts: RunVerdicts;
  /** The dismissal that speaks of a ring, and the share of the ring that had been looked at. */
  dismissal(ring: Ring): { readonly verdict: KnownVerdict; readonly covered: number } | undefined;
  /** What a detector's findings weigh: the upper end of its precision's interval, 1 unless it was often wrong. */
  record(detector: string): number;
  /** Confirmed rings that a patient, doctor or institution was of, by entity key. */
  readonly confirmed: ReadonlyMap<string, readonly KnownVerdict[]>;
  readonly spread: ReadonlyMap<string, Spread>;
}

/**
 * Undefined where there are no verdicts. `rings` say who was in a ring where its verdict does not, the last of a
 * name first: those of this run, then those of the run before.
 */
export function feedback(
  world: World,
  verdicts: readonly Verdict[],
  rings: readonly Ring[],
  signal?: AbortSignal,
): Feedback | undefined {
  const hash = verdictsHash(verdicts);
  if (hash === undefined) return undefined;
  const { known, unknown } = knownVerdicts(verdicts, rings);
  const confirmed = known.filter((v) => v.verdict === 'confirmed');
  const dismissed = known.filter((v) => v.verdict === 'dismissed');
  const records = detectorRecords(known);
  const weights = new Map(
    records
      .filter((r) => r.confirmed + r.dismissed >= RECORD_FROM)
      .map((r) => [r.detector, r.high]),
  );
  const seen = dismissed.map((verdict) => ({
    verdict,
    keys: new Set(identityKeys(verdict.seen.subjects)),
  }));
  const looked = new Set(known.flatMap((v) => v.seen.subjects.map(entityKey)));
  const by = new Map<string, KnownVerdict[]>();
  for (const verdict of confirmed)
    for (const subject of verdict.seen.subjects) {
      // An item is what was used, not who used it.
      if (subject.kind === 'drug') continue;
      const key = entityKey(subject);
      by.set(key, [...(by.get(key) ?? []), verdict]);
    }
  return {
    verdicts: {
      hash,
      confirmed: confirmed.length,
      dismissed: dismissed.length,
      unknown,
      records,
    },
    dismissal(ring) {
      const now = identityKeys(ring.subjects);
      let best: { verdict: KnownVerdict; covered: number } | undefined;
      for (const { verdict, keys } of seen) {
        if (!verdict.seen.detectors.includes(ring.detector)) continue;
        const covered = now.filter((k) => keys.has(k)).length / Math.max(1, now.length);
        if (covered >= COVERED_MIN && covered > (best?.covered ?? 0)) best = { verdict, covered };
      }
      return best;
    },
    record: (detector) => weights.get(detector) ?? 1,
    confirmed: by,
    spread: spreadFrom(world, confirmed, looked, signal),
  };
}
