import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { invalid } from '../model/errors.js';
import { resource } from '../model/resources.js';

const labels = z.record(z.string(), z.string());
const words = z.array(z.string().min(1));

/** Codes and word lists that a bureau may override (DATA.md §1): labels by code prefix. */
export const dictionarySchema = z.object({
  medType: labels,
  certType: labels,
  listType: labels,
  insuType: labels,
  institutionType: labels,
  hospitalLevel: labels,
  gender: labels,
  dialysis: z.object({
    /** Prefixes of `list_type` that a session line may have. */
    listTypes: words,
    /** Parts of a service's name that make it a session, and those that unmake it. */
    names: words.min(1),
    notNames: words,
    /** Prefixes of `dise_no` or `dise_codg`, used where lines are missing. */
    diagnosisPrefixes: words,
    /** Parts of the names of what is billed with a session. */
    supports: z.object({
      anticoagulant: words,
      epo: words,
      iron: words,
      dialyser: words,
      bloodLine: words,
      tests: words,
    }),
  }),
});
export type Dictionary = z.infer<typeof dictionarySchema>;

/** The path of a file that overrides one of ours, when the data directory has it. */
export function configured(dataDir: string | undefined, path: string): string | undefined {
  const own = dataDir === undefined ? undefined : join(dataDir, 'config', path);
  return own !== undefined && existsSync(own) ? own : undefined;
}

/** A data file that ships with the program or a bureau wrote; a refusal names the file. */
export function readJson(path: string): unknown {
  try {
    return JSON.parse(readFileSync(path, 'utf8').replace(/^\uFEFF/, ''));
  } catch (error) {
    throw invalid(
      `${path} is not JSON: ${error instanceof Error ? error.message : String(error)}`,
      'Correct the file, or remove it to use the one that ships with the program',
    );
  }
}

/** zod's verdict as one readable refusal. */
export function checked<T>(schema: z.ZodType<T>, value: unknown, path: string): T {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const first = result.error.issues[0];
  throw invalid(
    `${path} is not as expected at ${first?.path.join('.') || 'its top'}: ${first?.message}`,
    'Correct the file, or remove it to use the one that ships with the program',
  );
}

/**
 * The dictionary; `<data>/config/dictionaries/codes.json` overrides it part by part: code labels are
 * added to ours, a word list replaces ours.
 */
export function loadDictionary(dataDir?: string): Dictionary {
  const path = 'analytics/ingest/dictionaries/codes.json';
  const base = readJson(resource(path)) as Record<string, unknown>;
  const own = configured(dataDir, 'dictionaries/codes.json');
  if (!own) return checked(dictionarySchema, base, path);
  return checked(dictionarySchema, merge(base, readJson(own)), own);
}

/** A dictionary with some of it said otherwise, as `codes.json` does it; unchecked. */
export function overridden(base: Dictionary, over: unknown): unknown {
  return merge(base, over);
}

function merge(base: unknown, over: unknown): unknown {
  const isObject = (v: unknown): v is Record<string, unknown> =>
    typeof v === 'object' && v !== null && !Array.isArray(v);
  if (!isObject(base) || !isObject(over)) return over;
  const out: Record<string, unknown> = { ...base };
  for (const [key, value] of Object.entries(over)) out[key] = merge(base[key], value);
  return out;
}

/** Label of a code by its longest known prefix; undefined when nothing fits (the code is then shown). */
export function labelOf(
  labels: Readonly<Record<string, string>>,
  code: string,
): string | undefined {
  for (let n = code.length; n > 0; n--) {
    const label = labels[code.slice(0, n)];
    if (label !== undefined) return label;
  }
  return undefined;
}
