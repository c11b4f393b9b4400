import { z } from 'zod';
import { Period, Time } from './common.js';
import { RunRules, RunVerdicts } from './feedback.js';
import { SelfTestBrief, SelfTestReport } from './selfTest.js';

export const RunSummary = z
  .object({
    id: z.string(),
    publishedAt: z.string(),
    ledgerVersion: z.number().int(),
    findings: z.number().int(),
    current: z.boolean(),
    selfTest: SelfTestBrief,
  })
  .meta({ id: 'RunSummary' });
export type RunSummary = z.infer<typeof RunSummary>;

export const RunList = z.object({ runs: z.array(RunSummary) });
export type RunList = z.infer<typeof RunList>;

/** What made a run: from this it can be repeated to the byte. */
export const RunDetail = z
  .object({
    id: z.string(),
    ledgerVersion: z.number().int(),
    code: z.string(),
    seed: z.number().int(),
    period: Period,
    parameters: z.record(z.string(), z.unknown()),
    detectors: z.array(
      z.object({
        detector: z.string(),
        version: z.number().int(),
        status: z.enum(['ran', 'not-run']),
        /** Why it did not run, e.g. `no fee_list_d`. */
        reason: z.string().optional(),
        findings: z.number().int(),
        seconds: z.number(),
      }),
    ),
    selfTest: SelfTestReport,
    /** The bureau's rules that the parameters come from; absent without a file of rules. */
    rules: RunRules.optional(),
    /** The verdicts that moved the profiles; absent without any. */
    verdicts: RunVerdicts.optional(),
  })
  .meta({ id: 'RunDetail' });
export type RunDetail = z.infer<typeof RunDetail>;

export const JOB_STATES = ['waiting', 'active', 'completed', 'failed', 'cancelled'] as const;
export const JobState = z.enum(JOB_STATES);
export type JobState = z.infer<typeof JobState>;

/** `done` and `total` share the unit that `phase` names. */
export const Progress = z.object({
  phase: z.string(),
  done: z.number(),
  total: z.number().optional(),
});
export type Progress = z.infer<typeof Progress>;

export const Job = z
  .object({
    id: z.string(),
    kind: z.string().meta({ example: 'rebuild' }),
    /** What it works on, e.g. the directory imported. */
    title: z.string().nullable(),
    state: JobState,
    progress: Progress.nullable(),
    createdAt: Time,
    startedAt: Time.nullable(),
    finishedAt: Time.nullable(),
    attempts: z.number().int(),
    /** Why it failed, and what to do. */
    error: z.object({ message: z.string(), remedy: z.string().optional() }).nullable(),
    result: z.unknown().optional(),
  })
  .meta({ id: 'Job' });
export type Job = z.infer<typeof Job>;

export const JobList = z.object({ jobs: z.array(Job) });
export type JobList = z.infer<typeof JobList>;

/**
 * Server-sent events of one job: every event is named `job` and its data is a whole `Job`, the
 * first one at once. The server ends the stream after the state is final.
 */
export const JOB_EVENT = 'job';
export const FINAL_STATES: readonly JobState[] = ['completed', 'failed', 'cancelled'];

export const RebuildBody = z.object({
  from: Period.shape.from.optional(),
  to: Period.shape.to.optional(),
  seed: z.number().int().min(0).max(4_294_967_295).optional(),
  /** Whether the run is tested in the background once it is published; it is, unless this says not. */
  selfTest: z.boolean().optional(),
});
export type RebuildBody = z.infer<typeof RebuildBody>;

/** The page may import only what stands in the inbox, by the name of its subdirectory. */
export const ImportBody = z.object({
  name: z
    .string()
    .min(1)
    .max(200)
    .regex(/^[^/\\\0]+$/),
});
export type ImportBody = z.infer<typeof ImportBody>;

export const ImportLine = z
  .object({
    id: z.number().int(),
    source: z.string(),
    dialect: z.string(),
    committedAt: z.string(),
    state: z.enum(['committed', 'withdrawn', 'replaced', 'pruned']),
    period: Period.nullable(),
    tables: z.record(
      z.string(),
      z.object({
        read: z.number().int(),
        accepted: z.number().int(),
        rejected: z.number().int(),
        changed: z.number().int(),
        repeated: z.number().int(),
      }),
    ),
    warnings: z.array(z.string()),
  })
  .meta({ id: 'ImportLine' });
export type ImportLine = z.infer<typeof ImportLine>;

export const ImportList = z.object({
  imports: z.array(ImportLine),
  /** Subdirectories of the inbox; null when no inbox is configured. */
  inbox: z.array(z.object({ name: z.string(), done: z.boolean() })).nullable(),
});
export type ImportList = z.infer<typeof ImportList>;

/** A detector as the page explains it; `parameters` is a JSON Schema with ranges and defaults. */
export const DetectorInfo = z
  .object({
    id: z.string(),
    version: z.number().int(),
    description: z.string(),
    /** Tables without which it does not run. */
    needs: z.array(z.string()),
    parameters: z.record(z.string(), z.unknown()),
  })
  .meta({ id: 'DetectorInfo' });
export type DetectorInfo = z.infer<typeof DetectorInfo>;

export const Meta = z
  .object({
    name: z.string(),
    version: z.string(),
    /** True for the sample district: real data is refused. */
    demo: z.boolean(),
    /** True when a token is demanded; then `signedIn` says whether this browser gave it. */
    tokenRequired: z.boolean(),
    signedIn: z.boolean(),
    /** Ledger version of what is committed, and of what the graph shows. */
    ledgerVersion: z.number().int(),
    graphVersion: z.number().int(),
    run: z.string().nullable(),
    detectors: z.array(DetectorInfo),
  })
  .meta({ id: 'Meta' });
export type Meta = z.infer<typeof Meta>;

export const Health = z.object({ status: z.enum(['ok', 'failing']) });
export type Health = z.infer<typeof Health>;

export const PARTS = ['graph', 'queue', 'records', 'landing'] as const;
export const PartName = z.enum(PARTS);
export type PartName = z.infer<typeof PartName>;

/** Why a part is not as it should be; the page has a sentence for each. */
export const PART_REASONS = ['no-answer', 'no-worker', 'other-volume', 'disk-low'] as const;
export const PartReason = z.enum(PART_REASONS);
export type PartReason = z.infer<typeof PartReason>;

/** `degraded`: it does its work with something amiss; `away`: what needs it cannot be had. */
export const PartState = z
  .object({
    part: PartName,
    status: z.enum(['ok', 'degraded', 'away']),
    reason: PartReason.optional(),
  })
  .meta({ id: 'PartState' });
export type PartState = z.infer<typeof PartState>;

export const Status = z
  .object({ status: z.enum(['ok', 'degraded']), parts: z.array(PartState) })
  .meta({ id: 'Status' });
export type Status = z.infer<typeof Status>;

export const SessionBody = z.object({ token: z.string().min(1).max(1000) });
