import { z } from 'zod';
import { invalid } from '../model/errors.js';
import { filledLines, firstIssue } from './refusal.js';

/** One planted or confirmed case: a line of the truth file (DATA.md §2). */
export interface TruthRing {
  readonly ring: string;
  /** Usually the id of the detector that ought to find it. */
  readonly type: string;
  readonly patients: readonly string[];
  readonly institutions: readonly string[];
  readonly doctors: readonly string[];
  readonly drugs: readonly string[];
  /** The type that a look-alike may be mistaken for, where it is named. */
  readonly resembles?: string;
  /** How well the case hides, as text; absent for confirmed cases. */
  readonly camouflage?: string;
}

const ids = z.array(z.string().min(1)).default([]);
const LINE = z
  .object({
    ring: z.string().min(1).optional(),
    type: z.string().min(1).optional(),
    patients: ids,
    institutions: ids,
    doctors: ids,
    drugs: ids,
    resembles: z.string().nullish(),
    camouflage: z.union([z.number(), z.string()]).nullish(),
  })
  .loose();

const LOOKS_LIKE =
  'Each line is one JSON object such as {"ring":"R1","type":"card-farming-pharmacy","patients":["…"],"institutions":["…"]}';

/**
 * Reads truth or look-alikes as JSON lines; blank lines and a byte-order mark are passed over.
 * `file` is named in errors, with line and field. Truth must name `ring` and `type`; look-alikes
 * (`what` = 'lookalikes') may leave them out. Either must have patients or institutions.
 */
export function parseTruth(
  text: string,
  file: string,
  what: 'truth' | 'lookalikes' = 'truth',
): TruthRing[] {
  return filledLines(text).map(({ line, raw }) =>
    parseLine(raw, `${file}, line ${line}`, line, what),
  );
}

function parseLine(line: string, where: string, number: number, what: string): TruthRing {
  let json: unknown;
  try {
    json = JSON.parse(line);
  } catch (error) {
    throw invalid(`${where}: not JSON: ${(error as Error).message}`, LOOKS_LIKE);
  }
  const parsed = LINE.safeParse(json);
  if (!parsed.success) {
    const { path, message } = firstIssue(parsed.error, json);
    const field = path.length > 0 ? `field ${path.join('.')}: ` : '';
    throw invalid(`${where}: ${field}${message}`, LOOKS_LIKE);
  }
  const { ring, type, resembles, camouflage, patients, institutions, doctors, drugs } = parsed.data;
  for (const [field, value] of Object.entries({ ring, type }))
    if (value === undefined && what === 'truth')
      throw invalid(`${where}: field ${field}: missing`, LOOKS_LIKE);
  if (patients.length + institutions.length === 0)
    throw invalid(`${where}: fields patients, institutions: both are empty`, LOOKS_LIKE);
  return {
    ring: ring ?? `line ${number}`,
    type: type ?? 'unknown',
    patients,
    institutions,
    doctors,
    drugs,
    ...(resembles ? { resembles } : {}),
    ...(camouflage === undefined || camouflage === null ? {} : { camouflage: String(camouflage) }),
  };
}
