import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import type { Detector } from '../detectors/detector.js';
import { DETECTORS } from '../detectors/index.js';
import {
  type Dictionary,
  dictionarySchema,
  loadDictionary,
  overridden,
  readJson,
} from '../ingest/dictionary.js';
import type { LandingReader } from '../landing/types.js';
import { invalid } from '../model/errors.js';
import type { Rule, RunRules } from '../model/rules.js';
import { formatDay, type Period, parseDay } from '../model/time.js';
import { firstIssue, said } from './refusal.js';

/**
 * Rules as data: what a bureau sets otherwise, in one JSON file of its data directory. A list of
 * rules, each from a day on, for a region or for all, for one detector's parameters or for the code lists.
 */
const FILE = 'rules.json';
const REMEDY = 'Correct the file; docs/rules.md says what stands in it.';
/** So large a share of the settlements is of one region, or the data are of none. */
const REGION_SHARE = 0.9;

export const rulesPath = (dataDir: string) => join(dataDir, FILE);

export interface RuleSet {
  readonly hash: string;
  /** As they stand in the file. */
  readonly rules: readonly Rule[];
}

const Entry = z.strictObject({
  from: z
    .string()
    .refine((d) => parseDay(d) !== undefined, 'is no day of the calendar, YYYY-MM-DD'),
  region: z
    .string()
    .regex(
      /^\d{2}(\d{2}){0,2}$/,
      'is not two, four or six digits of an administrative code, nor null',
    )
    .nullable()
    .default(null),
  detector: z.string().optional(),
  parameters: z.record(z.string(), z.unknown()).optional(),
  codes: z.record(z.string(), z.unknown()).optional(),
  note: z.string().trim().min(1, 'is empty: say why').max(500, 'is longer than 500 characters'),
});

function wrong(file: string, path: ReadonlyArray<PropertyKey>, what: string): Error {
  const at = path.map((p) => (typeof p === 'number' ? `[${p}]` : `.${String(p)}`)).join('');
  return invalid(`${file} at ${at || 'its top'}: ${what}`, REMEDY);
}

/** Rules out of what was read; a refusal names file, place, value and what is allowed. */
export function checkRules(
  value: unknown,
  file: string,
  dictionary: Dictionary = loadDictionary(),
): RuleSet {
  if (!Array.isArray(value)) throw wrong(file, [], `${said(value)} is no list of rules`);
  const rules = value.map((raw, i): Rule => {
    const parsed = Entry.safeParse(raw);
    if (!parsed.success) {
      const { path, value: at, message, unknown } = firstIssue(parsed.error, raw);
      if (unknown) throw wrong(file, [i], `${unknown.join(', ')} is no field of a rule`);
      throw wrong(file, [i, ...path], `${said(at)} ${message}`);
    }
    checkSubject(parsed.data, i, file, dictionary);
    return parsed.data;
  });
  const first = new Map<string, number>();
  rules.forEach((rule, i) => {
    const key = `${targetOf(rule)}\n${rule.region}\n${rule.from}`;
    const before = first.get(key);
    if (before !== undefined)
      throw wrong(file, [i], `says again what [${before}] says: same detector, region and day`);
    first.set(key, i);
  });
  const hash = createHash('sha256').update(JSON.stringify(rules)).digest('hex').slice(0, 16);
  return { hash, rules };
}

const targetOf = (rule: Rule) => rule.detector ?? 'codes';

function checkSubject(rule: Rule, i: number, file: string, dictionary: Dictionary): void {
  if (rule.codes !== undefined) {
    if (rule.detector !== undefined || rule.parameters !== undefined)
      throw wrong(file, [i], 'has both codes and a detector; make it two rules');
    checkCodes(rule.codes, dictionarySchema, [i, 'codes'], file);
    const result = dictionarySchema.safeParse(overridden(dictionary, rule.codes));
    if (result.success) return;
    const issue = result.error.issues[0]!;
    throw wrong(file, [i, 'codes', ...issue.path], issue.message);
  }
  if (rule.detector === undefined || rule.parameters === undefined)
    throw wrong(file, [i], 'has neither codes nor a detector with parameters');
  const detector = DETECTORS.find((d) => d.id === rule.detector);
  if (!detector)
    throw wrong(
      file,
      [i, 'detector'],
      `${said(rule.detector)} is none of ${DETECTORS.map((d) => d.id).join(', ')}`,
    );
  const names = Object.keys(detector.parameters.shape);
  for (const [name, value] of Object.entries(rule.parameters)) {
    const at = [i, 'parameters', name];
    const field = detector.parameters.shape[name] as z.ZodType | undefined;
    if (!names.includes(name) || !field)
      throw wrong(file, at, `${detector.id} has no such parameter, but ${names.join(', ')}`);
    if (!field.safeParse(value).success)
      throw wrong(file, at, `${said(value)} is not ${allowed(field)}`);
  }
}

/** Keys of an object of fixed keys must be known; those of labels are codes. */
function checkCodes(
  codes: Readonly<Record<string, unknown>>,
  schema: z.ZodObject,
  path: ReadonlyArray<PropertyKey>,
  file: string,
): void {
  for (const [key, value] of Object.entries(codes)) {
    const inner = schema.shape[key] as z.ZodType | undefined;
    if (!inner)
      throw wrong(
        file,
        [...path, key],
        `is no part of the dictionary, which has ${Object.keys(schema.shape).join(', ')}`,
      );
    if (inner instanceof z.ZodObject && typeof value === 'object' && value !== null)
      checkCodes(value as Record<string, unknown>, inner, [...path, key], file);
  }
}

/** What a parameter may be, e.g. `a whole number from 3 to 20 (3 unless set)`. */
function allowed(field: z.ZodType): string {
  const { type, minimum, maximum, exclusiveMinimum, exclusiveMaximum, ...more } = z.toJSONSchema(
    field,
    { io: 'input' },
  ) as Record<string, unknown>;
  const kind =
    more.enum !== undefined
      ? `one of ${(more.enum as unknown[]).map(said).join(', ')}`
      : type === 'integer'
        ? 'a whole number'
        : type === 'number'
          ? 'a number'
          : type === 'boolean'
            ? 'true or false'
            : `of type ${String(type)}`;
  const ends = [
    ...(minimum !== undefined ? [`from ${minimum}`] : []),
    ...(exclusiveMinimum !== undefined ? [`above ${exclusiveMinimum}`] : []),
    ...(maximum !== undefined ? [`to ${maximum}`] : []),
    ...(exclusiveMaximum !== undefined ? [`below ${exclusiveMaximum}`] : []),
  ];
  const unless = more.default === undefined ? [] : [`(${said(more.default)} unless set)`];
  return [kind, ...ends, ...unless].join(' ');
}

/** The data directory's rules, checked; undefined where it has none. */
export function readRules(dataDir: string): RuleSet | undefined {
  const path = rulesPath(dataDir);
  if (!existsSync(path)) return undefined;
  return checkRules(readJson(path), path, loadDictionary(dataDir));
}

/**
 * The region that the data are of: the longest of six, four or two digits of `insu_admdvs` that nine tenths
 * of the settlements share, '' without any. People insured elsewhere may use the last tenth.
 */
export async function regionOf(reader: LandingReader): Promise<string> {
  if (!reader.has('setl_d')) return '';
  const rows = await reader.rows<{ region: string; n: number }>(`
    SELECT left(insu_admdvs, 6) AS region, count(*) AS n FROM ${reader.sql('setl_d')}
    WHERE insu_admdvs IS NOT NULL GROUP BY 1 ORDER BY 1`);
  const total = rows.reduce((sum, r) => sum + r.n, 0);
  for (const digits of [6, 4, 2]) {
    const counts = new Map<string, number>();
    for (const { region, n } of rows)
      if (region.length >= digits) {
        const prefix = region.slice(0, digits);
        counts.set(prefix, (counts.get(prefix) ?? 0) + n);
      }
    for (const [region, n] of counts) if (n >= REGION_SHARE * total) return region;
  }
  return '';
}

/**
 * The rules in force for data of a region on the last day of a period. Of those for one detector and one
 * region the latest counts, alone; those of a narrower region are laid over those of a wider one.
 */
export function inForce(set: RuleSet, region: string, period: Period): RunRules {
  const last = formatDay(parseDay(period.to)! - 1);
  const latest = new Map<string, Rule>();
  for (const rule of set.rules) {
    if (rule.from > last || !region.startsWith(rule.region ?? '')) continue;
    const key = `${targetOf(rule)}\n${rule.region}`;
    const known = latest.get(key);
    if (!known || known.from < rule.from) latest.set(key, rule);
  }
  const width = (rule: Rule) => rule.region?.length ?? 0;
  const entries = set.rules
    .filter((rule) => latest.get(`${targetOf(rule)}\n${rule.region}`) === rule)
    .sort((x, y) => width(x) - width(y));
  return { hash: set.hash, region, entries };
}

/** The parameters that a detector runs with. */
export function parametersOf<Schema extends z.ZodObject>(
  detector: Detector<Schema>,
  rules: RunRules | undefined,
): z.output<Schema> {
  const own = (rules?.entries ?? []).filter((r) => r.detector === detector.id);
  return detector.parameters.parse(Object.assign({}, ...own.map((r) => r.parameters)));
}

/** The dictionary that a run reads codes by. */
export function dictionaryOf(dataDir: string | undefined, rules: RunRules | undefined): Dictionary {
  const base = loadDictionary(dataDir);
  const own = (rules?.entries ?? []).flatMap((r) => (r.codes ? [r.codes] : []));
  if (own.length === 0) return base;
  return dictionarySchema.parse(
    own.reduce<unknown>((d, codes) => overridden(d as Dictionary, codes), base),
  );
}
