import type { Dictionary } from '../ingest/dictionary.js';
import type { LandingReader } from '../landing/types.js';
import { SUPPORT_BITS } from './world.js';

const literal = (text: string) => `'${text.replaceAll("'", "''")}'`;

/** True where the name contains one of the words. */
function mentions(column: string, words: readonly string[]): string {
  if (words.length === 0) return 'false';
  return `(${words.map((w) => `contains(lower(${column}), ${literal(w.toLowerCase())})`).join(' OR ')})`;
}

/**
 * Makes the temporary table `f_settlement(setl_id, lines, basket, dialysis, supports)`: what the fee
 * lines of each settlement say together. Items are classified once each (some thousands), not
 * once a line. Without fee lines the table is empty.
 */
export async function loadFees(reader: LandingReader, dictionary: Dictionary): Promise<void> {
  if (!reader.has('fee_list_d')) {
    await reader.run(`CREATE OR REPLACE TEMP TABLE f_settlement (
      setl_id VARCHAR, lines INTEGER, basket INTEGER, dialysis BOOLEAN, supports INTEGER)`);
    return;
  }
  const lines = reader.sql('fee_list_d');
  const supports = (Object.keys(SUPPORT_BITS) as Array<keyof typeof SUPPORT_BITS>)
    .map(
      (s) =>
        `(CASE WHEN ${mentions('name', dictionary.dialysis.supports[s])} THEN ${SUPPORT_BITS[s]} ELSE 0 END)`,
    )
    .join(' + ');
  const catalogue = reader.has('hilist_b')
    ? `LEFT JOIN ${reader.sql('hilist_b')} h ON h.hilist_code = i.code`
    : 'LEFT JOIN (SELECT NULL AS hilist_code, NULL AS hilist_name, NULL AS list_type) h ON false';
  await reader.run(`
    CREATE OR REPLACE TEMP TABLE f_item AS
    WITH seen AS (
      SELECT DISTINCT coalesce(hilist_code, med_list_codg, '') AS code, coalesce(hilist_name, '') AS raw_name,
        coalesce(list_type, '') AS raw_type FROM ${lines}),
    named AS (
      SELECT i.code, i.raw_name, i.raw_type, coalesce(nullif(i.raw_name, ''), h.hilist_name, '') AS name,
        coalesce(nullif(i.raw_type, ''), h.list_type, '') AS type FROM seen i ${catalogue})
    SELECT code, raw_name, raw_type, (hash(code) % 1000003)::BIGINT AS token,
      (type LIKE '201%' OR type = '') AND ${mentions('name', dictionary.dialysis.names)}
        AND NOT ${mentions('name', dictionary.dialysis.notNames)} AS dialysis,
      (${supports})::INTEGER AS supports
    FROM named;
    CREATE OR REPLACE TEMP TABLE f_settlement AS
    SELECT l.setl_id, count(*)::INTEGER AS lines, (sum(i.token * i.token % 1000003) % 2147483647)::INTEGER AS basket,
      bool_or(i.dialysis) AS dialysis, bit_or(i.supports)::INTEGER AS supports
    FROM ${lines} l JOIN f_item i ON i.code = coalesce(l.hilist_code, l.med_list_codg, '')
      AND i.raw_name = coalesce(l.hilist_name, '') AND i.raw_type = coalesce(l.list_type, '')
    WHERE l.setl_id IS NOT NULL GROUP BY l.setl_id`);
}
