import type { RiskProfile } from '../analytics/model/finding.js';
import type { EntityRef } from '../analytics/model/ids.js';
import type { RunRules as DomainRules } from '../analytics/model/rules.js';
import type { RunVerdicts as DomainVerdicts } from '../analytics/model/verdict.js';
import { inspectionMonths } from '../analytics/scoring/profiles.js';
import type { GraphStore } from '../analytics/store/port.js';
import type { EntityProfile, RunRules, RunVerdicts } from './contract/index.js';
import { labelled, lookUp } from './present.js';

export function presentRules({ hash, region, entries }: DomainRules): RunRules {
  return { hash, region, entries: entries.map((entry) => ({ ...entry })) };
}

export function presentVerdicts({ unknown, records, ...rest }: DomainVerdicts): RunVerdicts {
  return {
    ...rest,
    unknown: [...unknown],
    records: records.map((r) => ({ ...r, reasons: r.reasons.map((reason) => ({ ...reason })) })),
  };
}

type Moves = Pick<EntityProfile, 'parts' | 'previous' | 'inspectionMonths'>;

/** What moved a profile, from where it came, and what follows. */
export async function presentMoves(
  graph: GraphStore,
  of: EntityRef,
  profile: RiskProfile | undefined,
  run: string | undefined,
): Promise<Moves> {
  const parts = profile?.parts ?? [];
  const known = await lookUp(
    graph,
    parts.flatMap((part) => (part.via ? [part.via] : [])),
  );
  return {
    parts: parts.map(({ via, ...part }) => ({
      ...part,
      ...(via ? { via: labelled(via, known) } : {}),
    })),
    previous: run === undefined ? null : await profileBefore(graph, of, run),
    inspectionMonths: profile ? inspectionMonths(profile.grade) : null,
  };
}

async function profileBefore(graph: GraphStore, of: EntityRef, run: string) {
  const runs = (await graph.read.runs()).map((r) => r.id);
  const before = runs[runs.indexOf(run) + 1];
  const profile = before === undefined ? undefined : await graph.read.profile(of, before);
  return profile && before !== undefined
    ? { run: before, score: profile.score, grade: profile.grade }
    : null;
}
