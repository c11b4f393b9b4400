import type { LandingReader } from '../landing/types.js';
import type { Ring } from '../model/finding.js';

/** An item says something of a ring when it is in this share of its settlements at least. */
const SHARE_MIN = 0.2;

/** For each ring, the items on its settlements and the share of the settlements that have them. */
export async function ringItems(
  reader: LandingReader,
  rings: readonly Ring[],
): Promise<Map<string, Map<string, number>>> {
  const out = new Map<string, Map<string, number>>();
  if (!reader.has('fee_list_d') || rings.length === 0) return out;
  const pairs = rings.flatMap((r) =>
    [...new Set(r.reasons.flatMap((x) => x.settlements))].map((id) => ({ ring: r.id, id })),
  );
  if (pairs.length === 0) return out;
  await reader.run('CREATE OR REPLACE TEMP TABLE r_settlement (ring VARCHAR, setl_id VARCHAR)');
  for (let from = 0; from < pairs.length; from += 5000) {
    const values = pairs
      .slice(from, from + 5000)
      .map((p) => `('${p.ring}', '${p.id.replaceAll("'", "''")}')`)
      .join(', ');
    await reader.run(`INSERT INTO r_settlement VALUES ${values}`);
  }
  const rows = await reader.rows<{ ring: string; item: string; share: number }>(`
    WITH total AS (SELECT ring, count(*) AS n FROM r_settlement GROUP BY ring)
    SELECT r.ring, coalesce(l.hilist_code, l.med_list_codg) AS item,
      count(DISTINCT r.setl_id)::DOUBLE / any_value(t.n) AS share
    FROM r_settlement r JOIN ${reader.sql('fee_list_d')} l ON l.setl_id = r.setl_id JOIN total t ON t.ring = r.ring
    WHERE coalesce(l.hilist_code, l.med_list_codg) IS NOT NULL
    GROUP BY 1, 2 HAVING share >= ${SHARE_MIN} ORDER BY 1, 3 DESC, 2`);
  for (const row of rows) {
    const items = out.get(row.ring) ?? new Map<string, number>();
    items.set(row.item, row.share);
    out.set(row.ring, items);
  }
  return out;
}
