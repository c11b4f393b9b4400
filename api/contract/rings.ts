import { z } from 'zod';
import {
  EntityId,
  EntityKey,
  EntityKind,
  FindingStatus,
  Grade,
  LabelledEntity,
  listOf,
  Money,
  Period,
  paging,
  RingChange,
  Role,
  Time,
} from './common.js';
import { profileMoves } from './feedback.js';
import { GraphNode } from './graph.js';

/** One measured fact beside what an honest world would show. */
export const Reason = z
  .object({
    /** Position in the ring's reasons: names it when asking for its settlements. */
    index: z.number().int(),
    code: z.string(),
    detector: z.string(),
    measured: z.number(),
    expected: z.number(),
    unit: z.string(),
    p: z.number().nullable(),
    /** How many settlements can be shown behind it. */
    settlements: z.number().int(),
  })
  .meta({ id: 'Reason' });
export type Reason = z.infer<typeof Reason>;

/** `q` near 0 rejects it; `weight` is the share of the evidence it accounts for. */
export const Innocent = z.object({ code: z.string(), q: z.number(), weight: z.number() });
export type Innocent = z.infer<typeof Innocent>;

/** A line of the ranked list. */
export const RingSummary = z
  .object({
    /** Of this line in this run. */
    id: z.string(),
    /** Of the ring across runs. */
    ring: z.string(),
    detector: z.string(),
    kind: z.enum(['ring', 'entity']),
    status: FindingStatus,
    score: z.number(),
    q: z.number().nullable(),
    change: RingChange,
    period: Period,
    fundAtRisk: Money,
    /** Number of subjects by role. */
    roles: z.partialRecord(Role, z.number().int()),
    /** The core institutions (or the entity itself), at most five. */
    core: z.array(LabelledEntity),
    /** Six-digit regions of its core institutions. */
    regions: z.array(z.string()),
    /** The strongest three. */
    reasons: z.array(Reason),
  })
  .meta({ id: 'RingSummary' });
export type RingSummary = z.infer<typeof RingSummary>;

export const RingQuery = z.object({
  detectors: listOf(z.string()).optional(),
  /** `finding` alone when absent. */
  statuses: listOf(FindingStatus).optional(),
  changes: listOf(RingChange).optional(),
  /** Region of a core institution, or a prefix of it. */
  region: z
    .string()
    .regex(/^\d{1,12}$/)
    .optional(),
  /** Yuan; rings with less money at risk are left out. */
  minMoney: z
    .string()
    .regex(/^\d{1,12}(\.\d{1,2})?$/)
    .optional(),
  /** Part of an id of the ring or of a subject, or of the name of an institution or item. */
  text: z.string().trim().max(100).optional(),
  /** Rings of which this entity is a subject. */
  subject: EntityKey.optional(),
  /** The newest published run when absent. */
  run: z.string().max(100).optional(),
  ...paging(50, 500),
});

const Counts = z.record(z.string(), z.number().int());

export const RingPage = z
  .object({
    /** null before the first run is published. */
    run: z.string().nullable(),
    total: z.number().int(),
    rings: z.array(RingSummary),
    /** Rings of the whole run by value, for the filters. */
    facets: z.object({
      statuses: Counts,
      detectors: Counts,
      regions: Counts,
      changes: Counts,
    }),
  })
  .meta({ id: 'RingPage' });
export type RingPage = z.infer<typeof RingPage>;

export const RingSubject = LabelledEntity.extend({ key: EntityKey, role: Role });
export type RingSubject = z.infer<typeof RingSubject>;

export const RingDetail = RingSummary.extend({
  run: z.string(),
  subjects: z.array(RingSubject),
  innocent: z.array(Innocent),
}).meta({ id: 'RingDetail' });
export type RingDetail = z.infer<typeof RingDetail>;

export const RunQuery = z.object({ run: z.string().max(100).optional() });

/** Settlements behind one reason of a ring; behind all of them when `reason` is absent. */
export const SettlementQuery = z.object({
  reason: z.coerce.number().int().min(0).max(1000).optional(),
  /** Only those of this patient, doctor or institution. */
  subject: EntityKey.optional(),
  run: z.string().max(100).optional(),
  ...paging(100, 500),
});

export const FeeLine = z.object({
  item: EntityId.nullable(),
  itemName: z.string().nullable(),
  listType: z.string().nullable(),
  time: Time.nullable(),
  count: z.number().nullable(),
  price: z.string().nullable(),
  amount: Money.nullable(),
  /** Prescribing doctor's code. */
  doctor: EntityId.nullable(),
});
export type FeeLine = z.infer<typeof FeeLine>;

/** A settlement row: codes, times and money; nothing that names a person. */
export const SettlementRow = z
  .object({
    id: z.string(),
    time: Time.nullable(),
    /** False where the source had only a date. */
    clock: z.boolean(),
    institution: EntityId,
    institutionName: z.string().nullable(),
    patient: EntityId,
    doctor: EntityId.nullable(),
    medType: z.string().nullable(),
    medTypeName: z.string().nullable(),
    begin: z.string().nullable(),
    end: z.string().nullable(),
    disease: z.string().nullable(),
    diseaseName: z.string().nullable(),
    total: Money.nullable(),
    fund: Money.nullable(),
    account: Money.nullable(),
    cash: Money.nullable(),
    refund: z.boolean(),
    /** The first 50, by item. */
    feeLines: z.array(FeeLine),
    feeLineCount: z.number().int(),
    /** Where the row came from: the file and its line. */
    source: z.object({ file: z.string(), row: z.number().int() }).nullable(),
  })
  .meta({ id: 'SettlementRow' });
export type SettlementRow = z.infer<typeof SettlementRow>;

export const SettlementPage = z
  .object({ total: z.number().int(), settlements: z.array(SettlementRow) })
  .meta({ id: 'SettlementPage' });
export type SettlementPage = z.infer<typeof SettlementPage>;

export const EXPORT_FORMATS = ['graphml', 'gexf', 'csv', 'json'] as const;
export const ExportFormat = z.enum(EXPORT_FORMATS);
export type ExportFormat = z.infer<typeof ExportFormat>;
export const ExportQuery = z.object({ format: ExportFormat, run: z.string().max(100).optional() });

/** A line of the list of profiles, riskiest first. */
export const ProfileLine = LabelledEntity.extend({
  score: z.number(),
  grade: Grade,
  findings: z.number().int(),
}).meta({ id: 'ProfileLine' });
export type ProfileLine = z.infer<typeof ProfileLine>;

export const ProfileQuery = z.object({
  kind: EntityKind,
  run: z.string().max(100).optional(),
  ...paging(50, 500),
});

export const ProfilePage = z.object({
  run: z.string().nullable(),
  total: z.number().int(),
  profiles: z.array(ProfileLine),
});
export type ProfilePage = z.infer<typeof ProfilePage>;

/** Everything on the page of one entity. */
export const EntityProfile = z
  .object({
    run: z.string().nullable(),
    entity: GraphNode,
    score: z.number().nullable(),
    grade: Grade.nullable(),
    /** The rings it is a subject of, best first, at most 100. */
    findings: z.array(RingSummary),
    /** Its place among all profiles of its kind: `rank` 1 is the riskiest. */
    peers: z
      .object({
        rank: z.number().int(),
        total: z.number().int(),
        grades: z.partialRecord(Grade, z.number().int()),
      })
      .nullable(),
    ...profileMoves,
  })
  .meta({ id: 'EntityProfile' });
export type EntityProfile = z.infer<typeof EntityProfile>;
