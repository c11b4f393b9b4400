/** What the readers of users' files (truth, verdicts, rules) share: lines, and what a refusal names. */
import type { z } from 'zod';

const SHOWN = 60;

/** The lines of a text that hold something, numbered from 1; a byte-order mark is passed over. */
export function filledLines(text: string): Array<{ readonly line: number; readonly raw: string }> {
  return text
    .replace(/^\uFEFF/, '')
    .split(/\r?\n/)
    .flatMap((raw, i) => (raw.trim() === '' ? [] : [{ line: i + 1, raw }]));
}

/** A value as JSON, cut where it is long. */
export function said(value: unknown): string {
  const text = JSON.stringify(value) ?? 'nothing';
  return text.length > SHOWN ? `${text.slice(0, SHOWN - 1)}…` : text;
}

export interface Issue {
  readonly path: readonly PropertyKey[];
  /** What stands there. */
  readonly value: unknown;
  readonly message: string;
  /** Fields that nobody knows, where that is the matter. */
  readonly unknown?: readonly string[];
}

/** The first thing that is wrong with a value. */
export function firstIssue(error: z.ZodError, value: unknown): Issue {
  const issue = error.issues[0]!;
  return {
    path: issue.path,
    value: issue.path.reduce<unknown>(
      (v, key) => (v as Record<PropertyKey, unknown> | null | undefined)?.[key],
      value,
    ),
    message: issue.message,
    ...(issue.code === 'unrecognized_keys' ? { unknown: issue.keys } : {}),
  };
}
