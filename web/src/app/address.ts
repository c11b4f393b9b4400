import { z } from 'zod';
import { CHANGES, EntityKey, STATUSES } from '../api/types';

/**
 * Everything of the page's state that a colleague should see when given the address. Values are
 * plain text in the address; what makes no sense is dropped rather than refused.
 */
export const readSearch = (text: string): Record<string, string> =>
  Object.fromEntries(new URLSearchParams(text));

/** Kept readable: what separates parts of a value need not be escaped in a query. */
export function writeSearch(search: Record<string, unknown>): string {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(search))
    if (value !== undefined && value !== '') query.set(name, String(value));
  const text = query.toString().replace(/%3A/g, ':').replace(/%3B/g, ';').replace(/%2C/g, ',');
  return text ? `?${text}` : '';
}

/** Search of a link to another page: the run that is looked at stays chosen, all else belongs to its page. */
export const keepRun = (old: { readonly run?: string | undefined }) => ({ run: old.run });

const text = z.string().max(2000).optional().catch(undefined);

export const RingListSearch = z.object({
  status: z.enum(STATUSES).optional().catch(undefined),
  detector: text,
  region: z
    .string()
    .regex(/^\d{1,12}$/)
    .optional()
    .catch(undefined),
  change: z.enum(CHANGES).optional().catch(undefined),
  min: z
    .string()
    .regex(/^\d{1,12}(\.\d{1,2})?$/)
    .optional()
    .catch(undefined),
  q: z.string().max(100).optional().catch(undefined),
  run: z.string().max(100).optional().catch(undefined),
  /** Profile shown in the drawer. */
  entity: EntityKey.optional().catch(undefined),
});
export type RingListSearch = z.infer<typeof RingListSearch>;

export const TABLES = ['nodes', 'settlements'] as const;

export const RingSearch = z.object({
  expand: z.string().max(20_000).optional().catch(undefined),
  hide: z.string().max(20_000).optional().catch(undefined),
  pin: z.string().max(20_000).optional().catch(undefined),
  layout: z.enum(['force', 'circular', 'noverlap']).optional().catch(undefined),
  table: z.enum(TABLES).optional().catch(undefined),
  reason: z
    .string()
    .regex(/^\d{1,3}$/)
    .optional()
    .catch(undefined),
});
export type RingSearch = z.infer<typeof RingSearch>;

export const ProfilesSearch = z.object({
  kind: z.enum(['patient', 'doctor', 'institution', 'drug']).optional().catch(undefined),
  run: text,
  page: z
    .string()
    .regex(/^\d{1,6}$/)
    .optional()
    .catch(undefined),
});

export const RunSearch = z.object({ run: text });
