import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { wilson } from '../algorithms/wilson.js';
import { invalid } from '../model/errors.js';
import { type Ring, ROLES } from '../model/finding.js';
import { ENTITY_KINDS } from '../model/ids.js';
import { parseDay } from '../model/time.js';
import {
  type DetectorRecord,
  type KnownVerdict,
  VERDICTS,
  type Verdict,
  type VerdictSubject,
} from '../model/verdict.js';
import { filledLines, firstIssue, said } from './refusal.js';

/**
 * Verdicts from a file, one JSON object a line, until there are leads. The data directory keeps them in
 * `verdicts.jsonl`, which is only ever appended to; of several about one ring the latest day counts, of one
 * day the last line.
 */
const FILE = 'verdicts.jsonl';
const REMEDY = 'Correct the line; docs/verdicts.md says what stands in it.';

const Line = z
  .strictObject({
    ring: z
      .string()
      .regex(/^R-[0-9A-HJKMNP-TV-Z]{4,}$/, 'is no id of a ring, which looks like R-7K2Q'),
    verdict: z.enum(VERDICTS, { error: `is neither ${VERDICTS.join(' nor ')}` }),
    reason: z
      .string()
      .trim()
      .min(1, 'is empty')
      .max(200, 'is longer than 200 characters')
      .optional(),
    at: z
      .string()
      .refine((d) => parseDay(d) !== undefined, 'is no day of the calendar, YYYY-MM-DD'),
    seen: z
      .object({
        detectors: z.array(z.string()),
        subjects: z.array(
          z.object({ kind: z.enum(ENTITY_KINDS), id: z.string(), role: z.enum(ROLES) }),
        ),
      })
      .optional(),
  })
  .refine((v) => v.verdict === 'confirmed' || v.reason !== undefined, {
    path: ['reason'],
    message: 'is missing: a dismissal says why',
  });

/** A line that cannot be taken, said so that a person finds it. */
export function wrongLine(file: string, line: number, what: string, remedy = REMEDY): Error {
  return invalid(`${file} line ${line}: ${what}`, remedy);
}

/** Reads verdicts line by line; empty lines are passed over. `file` is what errors call it. */
export function parseVerdicts(
  text: string,
  file: string,
): ReadonlyArray<{ readonly line: number; readonly verdict: Verdict }> {
  return filledLines(text).map(({ line, raw }) => {
    let value: unknown;
    try {
      value = JSON.parse(raw);
    } catch (error) {
      throw wrongLine(file, line, `is not JSON: ${(error as Error).message}`);
    }
    const parsed = Line.safeParse(value);
    if (parsed.success) return { line, verdict: parsed.data };
    const issue = firstIssue(parsed.error, value);
    if (issue.unknown)
      throw wrongLine(file, line, `${issue.unknown.join(', ')} is no field of a verdict`);
    const field = issue.path.length > 0 ? `${issue.path.join('.')} (${said(issue.value)}) ` : '';
    throw wrongLine(file, line, `${field}${issue.message}`);
  });
}

export const verdictsPath = (dataDir: string) => join(dataDir, FILE);

/** What the data directory holds, in the order in which it came; nothing where it has no verdicts. */
export function readVerdicts(dataDir: string | undefined): readonly Verdict[] {
  const path = dataDir === undefined ? undefined : verdictsPath(dataDir);
  if (path === undefined || !existsSync(path)) return [];
  return parseVerdicts(readFileSync(path, 'utf8'), path).map((v) => v.verdict);
}

/** The one that counts of each ring, by ring. */
export function lastVerdicts(verdicts: readonly Verdict[]): readonly Verdict[] {
  const last = new Map<string, Verdict>();
  for (const verdict of verdicts) {
    const known = last.get(verdict.ring);
    if (!known || known.at <= verdict.at) last.set(verdict.ring, verdict);
  }
  return [...last.values()].sort((x, y) => (x.ring < y.ring ? -1 : 1));
}

/** Name of these verdicts; undefined where there are none. */
export function verdictsHash(verdicts: readonly Verdict[]): string | undefined {
  const last = lastVerdicts(verdicts);
  if (last.length === 0) return undefined;
  return createHash('sha256').update(JSON.stringify(last)).digest('hex').slice(0, 16);
}

/** What is to be kept of a ring that was looked at. */
export function seenOf(ring: Ring): VerdictSubject {
  return {
    detectors: [...new Set([ring.detector, ...ring.reasons.map((r) => r.detector)])],
    subjects: ring.subjects.map(({ kind, id, role }) => ({ kind, id, role })),
  };
}

/** Verdicts with what their rings were: as they were kept, else as these rings have it. */
export function knownVerdicts(
  verdicts: readonly Verdict[],
  rings: readonly Ring[],
): { readonly known: readonly KnownVerdict[]; readonly unknown: readonly string[] } {
  const byName = new Map(rings.map((r) => [r.ring, r]));
  const known: KnownVerdict[] = [];
  const unknown: string[] = [];
  for (const verdict of lastVerdicts(verdicts)) {
    const ring = byName.get(verdict.ring);
    const seen = verdict.seen ?? (ring && seenOf(ring));
    if (seen) known.push({ ...verdict, seen });
    else unknown.push(verdict.ring);
  }
  return { known, unknown };
}

/** Each detector's precision, a ring counting for every detector that had seen it. */
export function detectorRecords(verdicts: readonly KnownVerdict[]): readonly DetectorRecord[] {
  const detectors = [...new Set(verdicts.flatMap((v) => v.seen.detectors))].sort();
  return detectors.map((detector) => {
    const own = verdicts.filter((v) => v.seen.detectors.includes(detector));
    const confirmed = own.filter((v) => v.verdict === 'confirmed').length;
    const reasons = new Map<string, number>();
    for (const v of own)
      if (v.verdict === 'dismissed') reasons.set(v.reason!, (reasons.get(v.reason!) ?? 0) + 1);
    return {
      detector,
      confirmed,
      dismissed: own.length - confirmed,
      ...precision(confirmed, own.length - confirmed),
      reasons: [...reasons]
        .sort(([x, n], [y, m]) => m - n || (x < y ? -1 : 1))
        .map(([reason, dismissed]) => ({ reason, dismissed, ...precision(confirmed, dismissed) })),
    };
  });
}

function precision(confirmed: number, dismissed: number) {
  const { share, low, high } = wilson(confirmed, confirmed + dismissed);
  const round = (x: number) => Math.round(x * 1e4) / 1e4;
  return { precision: share === null ? null : round(share), low: round(low), high: round(high) };
}
