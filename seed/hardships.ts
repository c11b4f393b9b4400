import { invalid } from '../analytics/model/errors.js';
import { createRng, deriveSeed, type Rng } from '../analytics/model/rng.js';
import { TABLE_NAMES, TABLES, type TableName, type TableSpec } from '../analytics/model/tables.js';
import { between } from '../analytics/planting/random.js';
import { DAYS, dayText } from './calendar.js';

/** What goes wrong between a bureau's registers and the tables that it hands over. */
export interface Hardships {
  /** Tables (`rltn_d`) and columns (`psn_b.addr`) that are not handed over. */
  readonly without?: readonly string[];
  /** Share of the records with a time whose clocks are wrong, besides the usual one settlement in a hundred. */
  readonly wrongTimes?: number;
  /** Share of visits lost with all that hangs on them: settlements, refunds, fee lines, trace codes. */
  readonly lost?: number;
  /** Share of the rows lost from one table alone. */
  readonly lostRows?: Readonly<Partial<Record<TableName, number>>>;
}

/** How the rows of a table are handed over. */
export interface Handover {
  readonly withheld: boolean;
  readonly columns: readonly string[];
  /** The fields of a row as they are handed over, in the order of `columns`; null when it is lost. */
  row(fields: string[]): string[] | null;
}

const MOST_LOST = 0.9;

/** Throws RingfenceError `invalid` for names that are no tables or columns, and shares out of range. */
export function checkHardships(h: Hardships): void {
  for (const name of h.without ?? []) checkWithout(name);
  for (const [table, share] of Object.entries(h.lostRows ?? {})) {
    if (!TABLE_NAMES.includes(table as TableName))
      throw invalid(`--lost ${table}: no such table`, `Name one of ${TABLE_NAMES.join(', ')}.`);
    checkShare(`--lost ${table}`, share, MOST_LOST);
  }
  checkShare('--lost', h.lost ?? 0, MOST_LOST);
  checkShare('--wrong-times', h.wrongTimes ?? 0, 1);
}

function checkShare(option: string, share: number, most: number): void {
  if (!(share >= 0 && share <= most))
    throw invalid(`${option} ${share}: out of range`, `Give a share from 0 to ${most}.`);
}

function checkWithout(name: string): void {
  const [table = '', column] = name.split('.');
  const spec = TABLE_NAMES.includes(table as TableName) ? TABLES[table as TableName] : undefined;
  if (!spec || (column !== undefined && !(column in spec.columns)))
    throw invalid(`--without ${name}: no such table or column`, 'Give names such as psn_b.addr.');
  if (table === 'setl_d' && column === undefined)
    throw invalid('--without setl_d: nothing can be found without it', 'Leave it in.');
  if (column !== undefined && isNeeded(spec, column))
    throw invalid(
      `--without ${name}: rows are told by it`,
      `Leave it in, or leave out ${table} as a whole.`,
    );
}

const isNeeded = (spec: TableSpec, column: string) =>
  spec.key.includes(column) || spec.required.includes(column);

/** How a table is handed over; null where nothing happens to it. The same seed loses the same rows. */
export function handoverOf(table: TableName, h: Hardships, seed: number): Handover | null {
  const spec: TableSpec = TABLES[table];
  const all = Object.keys(spec.columns);
  const without = new Set(h.without);
  const columns = all.filter((c) => !without.has(`${table}.${c}`));
  const at = (column: string) => all.indexOf(column);
  const visit = at('mdtrt_id');
  const lost = visit >= 0 ? (h.lost ?? 0) : 0;
  const alone = h.lostRows?.[table] ?? 0;
  const times = all.filter((c) => spec.columns[c] === 'time').map(at);
  const wrong = times.length > 0 ? (h.wrongTimes ?? 0) : 0;
  const withheld = without.has(table);
  if (!withheld && columns.length === all.length && lost + alone + wrong === 0) return null;
  const kept = columns.map(at);
  const fate = (what: string, id: string) => createRng(deriveSeed(seed, `${what} ${id}`));
  return {
    withheld,
    columns,
    row(fields) {
      if (lost > 0 && fate('lost visit', fields[visit] as string).next() < lost) return null;
      const id = alone + wrong > 0 ? `${table} ${fields.join()}` : '';
      if (alone > 0 && fate('lost row', id).next() < alone) return null;
      if (wrong > 0) {
        const rng = fate('wrong time', id);
        if (rng.next() < wrong) mistime(fields, times, rng);
      }
      return kept.map((i) => fields[i] as string);
    },
  };
}

const FIRST = dayText(0);
const LAST = dayText(DAYS - 1);

/**
 * A record with a wrong clock: two in five are dates only, one in five was entered at the end of the day, one
 * in five one to three days late, one in five with a clock that was up to nine hours slow. Never leaves the year.
 */
function mistime(fields: string[], times: readonly number[], rng: Rng): void {
  const kind = rng.next();
  const moved = kind < 0.8 ? 86_400 * between(rng, 1, 3) : -60 * between(rng, 60, 540);
  for (const i of times) {
    const text = fields[i] as string;
    if (text.length <= 10) continue;
    const day = text.slice(0, 10);
    if (kind < 0.4) fields[i] = day;
    else if (kind < 0.6) fields[i] = `${day} 23:59:59`;
    else {
      const then = new Date(Date.parse(`${text.replace(' ', 'T')}Z`) + moved * 1000).toISOString();
      if (then.slice(0, 10) >= FIRST && then.slice(0, 10) <= LAST)
        fields[i] = then.slice(0, 19).replace('T', ' ');
    }
  }
}
