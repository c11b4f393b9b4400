import type { LandingReader } from '../landing/types.js';
import type { Patients } from './world.js';

/**
 * Who belongs together for reasons that need no crime: an address, a telephone, a household or an
 * employer. Relations come from `psn_b` and from `rltn_d`; either may be missing.
 */

/** More people than this behind one address or telephone are no household but a home, a village or a form's default. */
export const HOUSEHOLD_MAX = 8;

export const DAY_UNKNOWN = -2147483648;
export const DAY_NEVER = 2147483647;

function shared(length: number): Int32Array {
  return new Int32Array(new SharedArrayBuffer(length * 4));
}

/** Groups of persons by a text value; −1 where the value is empty. */
function groupBy(values: readonly string[], first: Int32Array): void {
  const seen = new Map<string, number>();
  for (let i = 0; i < values.length; i++) {
    const value = values[i]!;
    if (value === '') first[i] = -1;
    else {
      const known = seen.get(value);
      if (known === undefined) seen.set(value, i);
      first[i] = known ?? i;
    }
  }
}

/** 某某镇, 某某乡, 某某街道; then 某某村, 某某社区. The county before it may be written or not. */
const TOWN = /[^省市县区旗州盟镇乡]{1,8}?(?:镇|乡|街道|苏木)/;
const VILLAGE = /[^省市县区旗州盟镇乡道]{1,10}?(?:村|社区|屯|嘎查)/;

/** An address shorter than this names a village or a street, not a home. */
const ADDRESS_MIN = 8;

/**
 * The same home is written with and without its county or street: an address that is the end of
 * another is taken for the longest one that it ends. Reversed and sorted, ends become beginnings.
 */
function wholeAddresses(texts: readonly string[]): string[] {
  const clean = texts.map((t) => t.normalize('NFKC').replace(/[\s,，.。、·#-]/g, ''));
  const reversed = [...new Set(clean)].map((t) => [...t].reverse().join('')).sort();
  const whole = new Map<string, string>();
  for (let i = reversed.length - 1; i >= 0; i--) {
    const next = reversed[i + 1];
    const own = reversed[i]!;
    const ends = next !== undefined && own.length >= ADDRESS_MIN && next.startsWith(own);
    whole.set(own, ends ? whole.get(next)! : own);
  }
  return clean.map((t) => whole.get([...t].reverse().join(''))!);
}

class Union {
  readonly parent: Int32Array;
  constructor(n: number) {
    this.parent = shared(n);
    for (let i = 0; i < n; i++) this.parent[i] = i;
  }
  find(i: number): number {
    let root = i;
    while (this.parent[root] !== root) root = this.parent[root]!;
    for (let at = i; at !== root; ) {
      const next = this.parent[at]!;
      this.parent[at] = root;
      at = next;
    }
    return root;
  }
  /** Root of each member's group; −1 for whoever is alone. */
  groups(): Int32Array {
    const size = new Int32Array(this.parent.length);
    for (let i = 0; i < size.length; i++) size[this.find(i)]!++;
    return Int32Array.from(this.parent, (_, i) => (size[this.find(i)]! > 1 ? this.find(i) : -1));
  }
  join(a: number, b: number): void {
    const x = this.find(a);
    const y = this.find(b);
    if (x !== y) this.parent[Math.max(x, y)] = Math.min(x, y);
  }
}

/** Joins who shares a value, while they are few enough to be a home; marks them in `known`. */
function joinSmallGroups(union: Union, group: Int32Array, known?: Uint8Array): void {
  const size = new Map<number, number>();
  for (const g of group) if (g >= 0) size.set(g, (size.get(g) ?? 0) + 1);
  group.forEach((g, i) => {
    if (g < 0 || size.get(g)! > HOUSEHOLD_MAX) return;
    union.join(g, i);
    if (known) known[i] = 1;
  });
}

/** A telephone given at so many dwellings is no family's: an agent's, a broker's or a village office's. */
const PHONE_DWELLINGS_MAX = 2;

/**
 * Joins who gives the same telephone: children in town give theirs for parents in the village, so two
 * dwellings may be one family, but no more. To be called when addresses and relations have been joined.
 */
function joinByPhone(union: Union, phone: Int32Array, known: Uint8Array): void {
  const dwellings = new Map<number, Set<number>>();
  phone.forEach((g, i) => {
    if (g < 0 || !known[i]) return;
    const set = dwellings.get(g) ?? new Set();
    dwellings.set(g, set.add(union.find(i)));
  });
  joinSmallGroups(
    union,
    phone.map((g) => ((dwellings.get(g)?.size ?? 0) <= PHONE_DWELLINGS_MAX ? g : -1)),
  );
}

const PERSON_KIND = /^(patient|person|psn|psn_no|psn_b|参保人|人员|个人|1)$/i;
const RELATION = {
  phone: /phone|tel|mobile|电话|手机|号码/i,
  household:
    /house|family|home|address|addr|spouse|parent|child|sibling|relative|户|家|亲|配偶|地址|住址/i,
};

/** How registers call who is paid or acts for somebody else, who shares neither home nor office by that. */
export const AGENT_RELATION = {
  payee: /payee|beneficiary|收款|领款|代领/i,
  proxy: /prox|agent|attorney|代办|代理|受托|委托/i,
};

interface RelationRow extends Record<string, unknown> {
  src_kind: string;
  src: string;
  rltn: string;
  dst_kind: string;
  dst: string;
}

/** Expects the temporary table `d_patient(code, ix)`; rows of unknown persons are left out. */
export async function loadPatients(reader: LandingReader): Promise<Patients> {
  const person = reader.has('psn_b')
    ? `${reader.sql('psn_b')}`
    : `(SELECT NULL::VARCHAR AS psn_no, NULL::VARCHAR AS addr, NULL::VARCHAR AS tel, NULL::VARCHAR AS emp_name,
         NULL::VARCHAR AS admdvs, NULL::DATE AS brdy, NULL::DATE AS die_date WHERE false)`;
  await reader.run(`CREATE OR REPLACE TEMP TABLE p_region AS
    SELECT psn_no, arg_max(left(insu_admdvs, 6), time_s) AS region FROM ev_settlement
    WHERE insu_admdvs IS NOT NULL GROUP BY psn_no`);
  const columns = await reader.columns(`
    SELECT d.code, coalesce(left(p.admdvs, 6), r.region, '') AS region,
      coalesce(regexp_replace(trim(p.addr), '\\s+', '', 'g'), '') AS address,
      coalesce(regexp_replace(p.tel, '[^0-9]', '', 'g'), '') AS phone,
      coalesce(trim(p.emp_name), '') AS employer,
      coalesce(p.brdy - DATE '1970-01-01', ${DAY_UNKNOWN})::INTEGER AS birth,
      coalesce(p.die_date - DATE '1970-01-01', ${DAY_NEVER})::INTEGER AS death
    FROM d_patient d LEFT JOIN ${person} p ON p.psn_no = d.code
    LEFT JOIN p_region r ON r.psn_no = d.code ORDER BY d.ix`);
  const ids = columns.get('code') as string[];
  const n = ids.length;
  const regionText = columns.get('region') as string[];
  const regions = [...new Set(regionText)].sort();
  const regionIndex = new Map(regions.map((r, i) => [r, i]));
  const region = shared(n);
  regionText.forEach((r, i) => {
    region[i] = regionIndex.get(r)!;
  });
  const address = shared(n);
  const phone = shared(n);
  const employer = shared(n);
  const addresses = columns.get('address') as string[];
  const village = shared(n);
  const town = shared(n);
  groupBy(wholeAddresses(addresses), address);
  groupBy(
    addresses.map((a) => `${TOWN.exec(a)?.[0] ?? ''}${VILLAGE.exec(a)?.[0] ?? ''}`),
    village,
  );
  groupBy(
    addresses.map((a) => TOWN.exec(a)?.[0] ?? ''),
    town,
  );
  groupBy(
    (columns.get('phone') as string[]).map((t) => (t.length >= 7 ? t : '')),
    phone,
  );
  groupBy(columns.get('employer') as string[], employer);

  const union = new Union(n);
  const known = new Uint8Array(new SharedArrayBuffer(n));

  const related = reader.has('rltn_d')
    ? await joinRelations(reader, ids, union, known, { phone, employer })
    : undefined;
  joinSmallGroups(union, address, known);
  joinByPhone(union, phone, known);
  if (related) joinByPhone(union, related, known);
  const household = shared(n);
  for (let i = 0; i < n; i++) household[i] = union.find(i);
  return {
    ids,
    region,
    regions,
    address,
    village,
    town,
    phone,
    employer,
    household,
    householdKnown: known,
    birthDay: columns.get('birth') as Int32Array,
    deathDay: columns.get('death') as Int32Array,
  };
}

/**
 * Persons related to each other, or to the same thing (a number, an address, an employer). A
 * household named between two persons joins them whatever its size; anything shared joins them only
 * while it is small enough to be a home. Returns the groups that share a telephone by these relations.
 */
async function joinRelations(
  reader: LandingReader,
  ids: readonly string[],
  union: Union,
  known: Uint8Array,
  groups: { phone: Int32Array; employer: Int32Array },
): Promise<Int32Array> {
  const index = new Map(ids.map((id, i) => [id, i]));
  const kinds = {
    phone: new Union(ids.length),
    employer: new Union(ids.length),
    household: new Union(ids.length),
  };
  const firstOfThing = new Map<string, number>();
  const rows = await reader.rows<RelationRow>(
    `SELECT src_kind, src, rltn, dst_kind, dst FROM ${reader.sql('rltn_d')} ORDER BY ALL`,
  );
  for (const row of rows) {
    if (AGENT_RELATION.payee.test(row.rltn) || AGENT_RELATION.proxy.test(row.rltn)) continue;
    const kind = relationKind(row.rltn);
    const a = PERSON_KIND.test(row.src_kind) ? index.get(row.src) : undefined;
    const b = PERSON_KIND.test(row.dst_kind) ? index.get(row.dst) : undefined;
    if (a !== undefined && b !== undefined) {
      if (kind === 'household') union.join(a, b);
      kinds[kind].join(a, b);
    } else if (a !== undefined || b !== undefined) {
      const thing = `${kind}|${a === undefined ? `${row.src_kind}|${row.src}` : `${row.dst_kind}|${row.dst}`}`;
      const first = firstOfThing.get(thing);
      if (first === undefined) firstOfThing.set(thing, (a ?? b)!);
      else kinds[kind].join(first, (a ?? b)!);
    }
    if (kind === 'household')
      for (const person of [a, b]) if (person !== undefined) known[person] = 1;
  }
  joinSmallGroups(union, kinds.household.groups());
  const phones = kinds.phone.groups();
  fillUnknown(groups.phone, phones);
  fillUnknown(groups.employer, kinds.employer.groups());
  return phones;
}

function relationKind(rltn: string): 'phone' | 'employer' | 'household' {
  if (RELATION.household.test(rltn)) return 'household';
  return RELATION.phone.test(rltn) ? 'phone' : 'employer';
}

/** What a relation says fills in only what the person's own row leaves empty. */
function fillUnknown(group: Int32Array, from: Int32Array): void {
  for (let i = 0; i < group.length; i++) {
    if (group[i]! < 0 && from[i]! >= 0) {
      const other = group[from[i]!]!;
      group[i] = other >= 0 ? other : from[i]!;
    }
  }
}
