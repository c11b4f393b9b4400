import { z } from 'zod';

/** Building blocks of every answer. Money is decimal yuan as text; times carry `+08:00`. */

export const ENTITY_KINDS = ['patient', 'doctor', 'institution', 'drug'] as const;
export const EntityKind = z.enum(ENTITY_KINDS);
export type EntityKind = z.infer<typeof EntityKind>;

export const ROLES = ['core', 'organiser', 'recruiter', 'doctor', 'member', 'item'] as const;
export const Role = z.enum(ROLES);
export type Role = z.infer<typeof Role>;

export const STATUSES = ['finding', 'explained', 'review'] as const;
export const FindingStatus = z.enum(STATUSES);
export type FindingStatus = z.infer<typeof FindingStatus>;

export const CHANGES = ['born', 'continued', 'grew', 'shrank', 'split', 'merged'] as const;
export const RingChange = z.enum(CHANGES);
export type RingChange = z.infer<typeof RingChange>;

export const GRADES = ['A', 'B', 'C', 'D', 'E'] as const;
/** A is the least suspicious, E the most. */
export const Grade = z.enum(GRADES);
export type Grade = z.infer<typeof Grade>;

/** Yuan with two places, exact: `"123456.78"`. Never a floating-point number. */
export const Money = z
  .string()
  .regex(/^-?\d+\.\d{2}$/)
  .meta({ description: 'Yuan with two decimal places, as text', example: '123456.78' });

export const Time = z
  .string()
  .regex(/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d+)?(\+08:00|Z)$/)
  .meta({ description: 'ISO 8601 with its offset', example: '2025-01-31T08:05:00+08:00' });

export const Day = z
  .string()
  .regex(/^\d{4}-\d{2}-\d{2}$/)
  .meta({ description: 'Local day', example: '2025-01-31' });

/** Half-open: `to` is the day after the last. */
export const Period = z.object({ from: Day, to: Day });
export type Period = z.infer<typeof Period>;

export const EntityId = z.string().min(1).max(200);

/** Text key of an entity, `institution:P500100123`; the page's node key. */
export const EntityKey = z
  .string()
  .regex(/^(patient|doctor|institution|drug):.{1,200}$/u)
  .meta({ description: 'kind:id', example: 'institution:P500100123' });

export const EntityRef = z.object({ kind: EntityKind, id: EntityId });
export type EntityRef = z.infer<typeof EntityRef>;

/** An entity with what a person reads; a person's label is always the code, never the name. */
export const LabelledEntity = EntityRef.extend({ label: z.string() });
export type LabelledEntity = z.infer<typeof LabelledEntity>;

export function entityKey(ref: EntityRef): string {
  return `${ref.kind}:${ref.id}`;
}

/** The inverse of `entityKey`; undefined when the text is none. */
export function parseEntityKey(key: string): EntityRef | undefined {
  const colon = key.indexOf(':');
  const kind = EntityKind.safeParse(key.slice(0, colon));
  const id = key.slice(colon + 1);
  return colon > 0 && kind.success && id ? { kind: kind.data, id } : undefined;
}

/** A list in a query string: `a,b,c`. */
export function listOf<T extends z.ZodType<unknown, string>>(item: T) {
  return z
    .string()
    .transform((text) => text.split(',').filter(Boolean))
    .pipe(z.array(item));
}

/** `offset` and `limit` of a list. */
export const paging = (limit: number, max: number) => ({
  offset: z.coerce.number().int().min(0).max(10_000_000).default(0),
  limit: z.coerce.number().int().min(1).max(max).default(limit),
});

/** RFC 9457, `application/problem+json`. */
export const Problem = z
  .object({
    type: z.string(),
    title: z.string(),
    status: z.number().int(),
    detail: z.string().optional(),
    /** What the reader can do about it. */
    remedy: z.string().optional(),
    /** Set where the words of the request were wrong. */
    issues: z.array(z.object({ path: z.string(), message: z.string() })).optional(),
  })
  .meta({ id: 'Problem' });
export type Problem = z.infer<typeof Problem>;
