import { closeSync, openSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { formatDay, formatTime } from '../../../analytics/model/time.js';
import { DEPARTMENTS, DIAGNOSES, ITEMS } from './catalogue.js';
import { COUNTIES } from './geography.js';
import { writeStock, writeTraceCodes } from './goods.js';
import { mistyped, rowsOf } from './noise.js';
import { type Case, dayIn, FIRST_DAY, type Visit, type Withheld, type World } from './world.js';
import { writeDirectories } from './writeDirectories.js';

type Cell = string | number;

export interface Table {
  row(...cells: Cell[]): void;
  close(): number;
}

/** A CSV file written in large pieces; a table that is withheld is not written at all. */
export function table(
  world: World,
  name: string,
  columns: string,
  omit: readonly string[] = [],
): Table {
  if (world.options.withhold?.includes(name as Withheld)) return { row: () => {}, close: () => 0 };
  const names = columns.split(/[\s,]+/).filter(Boolean);
  const keep = names.map((n) => !omit.includes(n));
  const all = keep.every(Boolean);
  const file = openSync(join(world.options.outDir, `${name}.csv`), 'w');
  let text = `${names.filter((_, i) => keep[i]).join(',')}\n`;
  let count = 0;
  return {
    row: (...cells) => {
      if (cells.length !== names.length)
        throw new Error(`${name}: ${cells.length} cells, ${names.length} columns`);
      text += `${(all ? cells : cells.filter((_, i) => keep[i])).join(',')}\n`;
      count++;
      if (text.length > 1 << 20) {
        writeSync(file, text);
        text = '';
      }
    },
    close: () => {
      writeSync(file, text);
      closeSync(file);
      return count;
    },
  };
}

const stamp = (epoch: number) => formatTime(epoch).slice(0, 19).replace('T', ' ');
const date = (epoch: number) => formatTime(epoch).slice(0, 10);
const yuan = (fen: number) => (fen / 100).toFixed(2);

/** Fen of the lines of a visit, at the prices of its place. */
function lineFen(visit: Visit): number[] {
  const markup = 0.95 + ((visit.place * 37) % 16) / 100;
  const out: number[] = [];
  for (let i = 0; i < visit.lines.length; i += 2)
    out.push(Math.round(ITEMS[visit.lines[i]!]!.price * markup * 100) * visit.lines[i + 1]!);
  return out;
}

function payments(world: World, visit: Visit, total: number) {
  const worker = world.people[visit.person]!.worker;
  const type = visit.type;
  const cover =
    type === '41' ? (worker ? 0 : 0.5) : type[0] === '2' ? 0.7 : type === '14' ? 0.82 : 0.5;
  const fund = Math.round(total * (visit.cash >= 0 && type !== '41' ? 1 - visit.cash : cover));
  const account = worker ? Math.round((total - fund) * (type === '41' ? 1 : 0.4)) : 0;
  return { fund, account: visit.cash === 0 ? Math.min(account, total - fund) : account };
}

/** Writes the tables, and beside them truth and look-alikes; returns the rows of each table. */
export function writeWorld(world: World): Record<string, number> {
  const draw = world.draw('writing');
  const rows = rowsOf(world);
  const setl = table(
    world,
    'setl_d',
    `setl_id mdtrt_id psn_no fixmedins_code fixmedins_name hosp_lv med_type begndate enddate setl_time
     insutype insu_admdvs mdtrt_cert_type medfee_sumamt fund_pay_sumamt hifp_pay acct_pay psn_cash_pay
     setl_type dise_no dise_name refd_setl_flag opter_id vali_flag pos_id`,
  );
  const mdtrt = table(
    world,
    'mdtrt_d',
    `mdtrt_id psn_no fixmedins_code med_type begntime endtime atddr_no atddr_name adm_dept_codg
     adm_dept_name adm_bed dscg_maindiag_code dscg_maindiag_name dise_codg ipt_days insu_admdvs
     mdtrt_cert_type vali_flag`,
  );
  const fees = table(
    world,
    'fee_list_d',
    `bkkp_sn mdtrt_id setl_id psn_no fixmedins_code fee_ocur_time hilist_code hilist_name list_type
     med_list_codg cnt pric det_item_fee_sumamt inscp_amt bilg_dr_code acord_dr_code bilg_dept_codg
     prd_days rx_drord_no vali_flag`,
  );
  // Numbers go by the clock, not by the order of making, which would give the rings away.
  const known = new Uint32Array(world.stays);
  let stays = 0;
  let lineNo = 100_000_000;
  const ids = new Map<Visit, [string, string, string]>();
  for (const [i, row] of rows.entries()) {
    const v = row.visit;
    const person = world.people[v.person]!;
    const place = world.places[v.place]!;
    const firstRow = known[v.stay] === 0;
    if (firstRow) known[v.stay] = ++stays;
    const stayId = `5139${String(400_000_000 + known[v.stay]!)}`;
    const id = `51390${formatDay(FIRST_DAY + dayIn(row.time)).replaceAll('-', '')}${String(10_000_000 + i)}`;
    if (row.kind === 'settled') ids.set(v, [id, '', stayId]);
    else if (row.kind === 'again') ids.get(v)![1] = id;
    const sign = row.kind === 'refund' ? -row.part : 1;
    const fen = lineFen(v);
    const total = fen.reduce((a, b) => a + b, 0);
    const { fund, account } = payments(world, v, total);
    const part = (x: number) => yuan(Math.round(x * sign));
    const dropped = row.kind === 'settled' && v.refund === 0 && draw.chance(0.006);
    const begin = mistyped(draw, v.begin, 0.0025);
    const end = mistyped(draw, v.end, 0.0025);
    const time = mistyped(draw, row.time, 0.0035);
    const county = COUNTIES[world.villages[person.village]!.county]!;
    const cert = draw.chance(0.5) ? '01' : draw.chance(0.3) ? '02' : '03';
    const cells: Cell[] = [
      id,
      stayId,
      person.no,
      place.code,
      place.name,
      place.level,
      v.type,
      date(begin),
      date(end),
      place.clock ? stamp(time) : date(time),
      person.worker ? '310' : '390',
      county,
      cert,
      part(total),
      part(fund),
      part(fund * 0.92),
      part(account),
      yuan(Math.round(total * sign) - Math.round(fund * sign) - Math.round(account * sign)),
      v.type[0] === '2' ? '2' : '1',
      v.disease,
      v.disease ? DIAGNOSES[v.diag]!.name : '',
      row.kind === 'refund' ? '1' : '0',
      `${place.code.slice(-5)}${1 + (i % place.tills)}`,
      dropped ? '0' : '1',
      v.place % 5 === 0 ? '' : `T${place.code.slice(-5)}${draw.int(place.tills) + 1}`,
    ];
    setl.row(...cells);
    // The same key twice: sent again as it was, or withdrawn by a later row.
    const twice = draw.next();
    if (twice < 0.001) setl.row(...cells);
    else if (!dropped && v.refund === 0 && twice < 0.002) {
      cells[23] = '0';
      setl.row(...cells);
    }
    const doctor = v.doctor >= 0 ? world.doctors[v.doctor]! : undefined;
    const dept = DEPARTMENTS[v.dept]!;
    if (firstRow && !draw.chance(0.008))
      mdtrt.row(
        stayId,
        person.no,
        place.code,
        v.type,
        stamp(begin),
        draw.chance(0.05) ? '' : stamp(end),
        doctor?.code ?? '',
        doctor?.name ?? '',
        place.kind === 'pharmacy' ? '' : dept[0],
        place.kind === 'pharmacy' ? '' : dept[1],
        v.type[0] === '2' ? `${1 + draw.int(Math.max(1, place.beds))}床` : '',
        v.diag >= 0 ? DIAGNOSES[v.diag]!.code : '',
        v.diag >= 0 ? DIAGNOSES[v.diag]!.name : '',
        v.disease,
        v.type[0] === '2' && draw.chance(0.15) ? Math.ceil((v.end - v.begin) / 86_400) : '',
        county,
        cert,
        1,
      );
    if (row.kind === 'refund' && draw.chance(0.5)) continue;
    // A whole settlement's lines may be lost, by place.
    if (draw.chance(place.feesLost)) continue;
    for (let k = 0; k < fen.length; k++) {
      const item = ITEMS[v.lines[2 * k]!]!;
      const cnt = v.lines[2 * k + 1]!;
      const when =
        v.end - v.begin > 86_400 ? v.begin + draw.next() * (v.end - v.begin) : v.begin + 60;
      fees.row(
        lineNo++,
        stayId,
        id,
        person.no,
        place.code,
        stamp(mistyped(draw, Math.round(when), 0.002)),
        item.code,
        item.name,
        item.list,
        `${item.code}-${1 + (v.place % 3)}`,
        row.kind === 'refund' ? -cnt : cnt,
        yuan(fen[k]! / cnt),
        part(fen[k]!),
        part(fen[k]! * 0.93),
        doctor?.code ?? '',
        '',
        place.kind === 'pharmacy' ? '' : dept[0],
        item.list === '101' ? Math.round((item.pack / item.dose) * cnt) : '',
        item.list === '101' && doctor ? `R${stayId}` : '',
        dropped ? '0' : '1',
      );
    }
  }
  const counts = { setl_d: setl.close(), mdtrt_d: mdtrt.close(), fee_list_d: fees.close() };
  const others = writeDirectories(world, draw);
  const boxes = world.options.types
    ? { drug_trac_d: writeTraceCodes(world, ids), invt_d: writeStock(world) }
    : {};
  cases(world, 'truth', world.truth);
  cases(world, 'lookalikes', world.lookalikes);
  return {
    ...counts,
    ...others,
    ...boxes,
    rings: world.truth.length,
    lookalikes: world.lookalikes.length,
  };
}

function cases(world: World, kind: string, all: readonly Case[]): void {
  const file = openSync(`${world.options.outDir.replace(/\/+$/, '')}.${kind}.jsonl`, 'w');
  for (const one of all) {
    const line = {
      ring: one.ring,
      type: one.type,
      patients: one.patients.map((p) => world.people[p]!.no),
      institutions: one.institutions.map((i) => world.places[i]!.code),
      doctors: one.doctors.map((d) => world.doctors[d]!.code),
      drugs: [],
      camouflage: one.camouflage,
    };
    writeSync(file, `${JSON.stringify(line)}\n`);
  }
  closeSync(file);
}
