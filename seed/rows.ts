import { throwIfAborted } from '../analytics/model/errors.js';
import type { WorkContext } from '../analytics/model/progress.js';
import type { Rng } from '../analytics/model/rng.js';
import { Bill, Draws, makeBiller } from './bill.js';
import { DAY, DAYS, dayOfTime, dayText, timeText } from './calendar.js';
import type { Item } from './catalogue.js';
import type { CsvFile } from './csv.js';
import { yuan } from './csv.js';
import { Flag, Kind, Row } from './events.js';
import { PREFECTURE } from './geography.js';
import type { Identifiers } from './identifiers.js';
import type { Institution } from './institutions.js';
import { codeText } from './packs.js';
import type { Person } from './people.js';
import type { Stock } from './stock.js';
import { townOf, type World } from './world.js';

const MED_TYPE: Readonly<Record<number, string>> = {
  [Kind.outpatient]: '11',
  [Kind.emergency]: '13',
  [Kind.chronic]: '14',
  [Kind.stay]: '21',
  [Kind.refill]: '41',
  [Kind.otc]: '41',
  [Kind.dialysis]: '14',
  [Kind.chemo]: '21',
  [Kind.checkup]: '11',
  [Kind.laboratory]: '14',
  [Kind.maternity]: '52',
  [Kind.promotion]: '41',
};

export interface EventFiles {
  readonly setl_d: CsvFile;
  readonly mdtrt_d: CsvFile;
  readonly fee_list_d: CsvFile;
  readonly drug_trac_d: CsvFile;
}

export interface EventCounts {
  settlements: number;
  refunds: number;
  voids: number;
}

/** Indexes of all events in order of settlement. */
function inOrder(world: World): Int32Array {
  const { count, settled } = world.events;
  const keys = new Float64Array(count);
  for (let e = 0; e < count; e++) keys[e] = (settled[e] as number) * 67_108_864 + e;
  keys.sort();
  return Int32Array.from(keys, (k) => k % 67_108_864);
}

/** Numbers with gaps that grow in order of settlement, as a register gives them out. */
const step = (rng: Rng) => 1 + rng.int(9);

/**
 * Writes settlements, visits, fee lines and trace codes in order of time, and tells `stock` what was
 * sold. Records are lost, mistimed and left incomplete here, at rates that do not know who is who.
 */
export async function writeEvents(
  world: World,
  ids: Identifiers,
  files: EventFiles,
  stock: Stock,
  linesEach: number,
  work: WorkContext,
): Promise<EventCounts> {
  const { events, people, institutions, catalogue, staff } = world;
  const order = inOrder(world);
  const rng = world.stream('registers');
  const d = new Draws();
  const bill = new Bill();
  const biller = makeBiller(world, linesEach);
  const visitNo = new Float64Array(events.count);
  const counts: EventCounts = { settlements: 0, refunds: 0, voids: 0 };
  let setlSerial = 100_000_000 + rng.int(900_000);
  let visitSerial = 300_000_000 + rng.int(900_000);
  let lineSerial = 1_000_000_000 + rng.int(900_000);
  const county = people.map(
    (p) => (world.geo.counties[townOf(world, p).county] as { admdvs: string }).admdvs,
  );

  for (let at = 0; at < order.length; at++) {
    if (at % 20_000 === 0) {
      throwIfAborted(work.signal);
      work.progress?.({ phase: 'writing', done: at, total: order.length });
      await new Promise((resolve) => setImmediate(resolve));
    }
    const e = order[at] as number;
    const person = people[events.person[e] as number] as Person;
    const place = institutions[events.institution[e] as number] as Institution;
    const kind = events.kind[e] as number;
    const row = events.row[e] as number;
    const flags = events.flags[e] as number;
    const settled = events.settled[e] as number;
    const diagnosis = catalogue.diagnoses[events.diagnosis[e] as number];
    const first = (events.of[e] as number) >= 0 ? (events.of[e] as number) : e;
    biller.fill(e, bill);
    // Draws for what happens to this row alone; the bill's own draws are shared with its refund.
    d.start((events.seed[e] as number) ^ Math.imul(row + 1, 0x51ed270b));
    setlSerial += step(rng);
    const fresh = visitNo[first] === 0;
    if (fresh || row === Row.rebilled) {
      visitSerial += step(rng);
      if (fresh) visitNo[first] = visitSerial;
    }
    const visit = `${PREFECTURE}M${row === Row.rebilled ? visitSerial : visitNo[first]}`;
    const setl = `${PREFECTURE}S${setlSerial}`;
    const psn = ids.psnNo(person.index);
    const back = row === Row.refund || row === Row.partRefund;
    const sign = back ? -1 : 1;
    const valid = flags & Flag.voided ? '0' : '1';
    counts.settlements++;
    if (back) counts.refunds++;
    if (flags & Flag.voided) counts.voids++;

    const cert = d.next() < 0.012 ? '' : ['01', '01', '01', '02', '03', '03'][d.int(6)];
    const disease =
      diagnosis &&
      (kind === Kind.chronic ||
      kind === Kind.dialysis ||
      kind === Kind.laboratory ||
      kind === Kind.stay ||
      kind === Kind.chemo
        ? d.next() > 0.025
        : d.next() < 0.55);
    const med = kind === Kind.refill && place.pooled ? '14' : (MED_TYPE[kind] as string);
    const begin = events.begin[e] as number;
    const end = events.end[e] as number;
    files.setl_d.row(
      `${setl},${visit},${psn},${place.code},${place.name},${place.levelCode},${med},${dayText(dayOfTime(begin))},${dayText(dayOfTime(end))},${settleText(settled, d)},${person.employee ? '310' : '390'},${county[person.index]},${cert},${yuan(sign * bill.total)},${yuan(sign * bill.fund)},${yuan(sign * bill.pooled)},${yuan(sign * bill.account)},${yuan(sign * bill.cash)},2,${disease ? diagnosis.code : ''},${disease ? diagnosis.name : ''},${back ? '1' : '0'},${place.code}${d.int(place.terminals + 1)},${valid},${terminal(place, settled)}\n`,
    );
    const doctor = events.doctor[e] as number;
    const staffed = doctor >= 0 ? staff.doctors[doctor] : undefined;
    if ((fresh || row === Row.rebilled) && d.next() > 0.006) {
      const stay = kind === Kind.stay || kind === Kind.chemo || kind === Kind.maternity;
      // Whose prescription a pharmacy fills was not there.
      const known = staffed && place.type !== 'pharmacy' && d.next() > 0.02;
      const dept = staffed ? place.depts.find((x) => x.code === staffed.dept) : undefined;
      const main = diagnosis && (stay || d.next() < 0.8) ? diagnosis : undefined;
      files.mdtrt_d.row(
        `${visit},${psn},${place.code},${med},${timeText(begin)},${d.next() < 0.08 ? '' : timeText(end)},${known ? staffed.code : ''},${known ? staffed.name : ''},${dept?.code ?? ''},${dept?.name ?? ''},${stay ? `${1 + d.int(9)}-${10 + d.int(50)}` : ''},${main?.code ?? ''},${main?.name ?? ''},${disease && (kind === Kind.chronic || kind === Kind.dialysis) ? diagnosis.code : ''},${stay && d.next() < 0.2 ? Math.max(1, Math.round((end - begin) / DAY)) : ''},${county[person.index]},${cert},${valid}\n`,
      );
    }
    if (d.next() < 0.003) continue;
    const prescription = staffed && d.next() < 0.6 ? `R${setlSerial}` : '';
    const stayed = end - begin > DAY;
    for (let i = 0; i < bill.lines; i++) {
      lineSerial++;
      const index = bill.item[i] as number;
      const item = catalogue.items[index] as Item;
      const cnt = bill.count[i] as number;
      const when = stayed
        ? begin + Math.floor(((end - begin) * (i + 0.5)) / bill.lines)
        : kind === Kind.dialysis
          ? begin
          : settled;
      const drug = item.listType === '101' || item.listType === '102';
      const days =
        drug && item.listType === '101' && !stayed && kind !== Kind.dialysis
          ? Math.max(1, Math.round((cnt * item.pack) / item.dayDose))
          : 0;
      files.fee_list_d.row(
        `${lineSerial},${visit},${setl},${psn},${place.code},${timeText(Math.max(0, when))},${item.code},${item.name},${item.listType},${item.nationalCode},${sign * cnt},${yuan(bill.price[i] as number)},${yuan(sign * (bill.amount[i] as number))},${yuan(sign * (bill.covered[i] as number))},${staffed?.code ?? ''},${staffed?.code ?? ''},${staffed?.dept ?? ''},${days > 0 && days < 400 && d.next() < 0.8 ? days : ''},${drug ? prescription : ''},${valid}\n`,
      );
      if (place.type === 'pharmacy' && item.listType === '101' && !(flags & Flag.voided))
        stock.sold(
          place.index,
          index,
          dayOfTime(settled),
          sign * cnt,
          (flags & Flag.undelivered) !== 0,
        );
      const given = events.lines.get(e)?.[i]?.codes;
      if (given)
        for (const code of given)
          files.drug_trac_d.row(
            `${setl},${visit},${psn},${place.code},${item.nationalCode},${code},L${item.code.slice(-4)}${Number(code.slice(-4)) % 40},${sign},${timeText(settled)}\n`,
          );
      else if (item.listType === '101' && place.traced > 0 && !stayed) {
        // Codes hang on the visit, so a refund and a second settlement carry the same packs.
        d.start((events.seed[first] as number) ^ Math.imul(i + 1, 0x2545f491));
        if (d.next() < place.traced)
          for (let pack = Math.min(3, Math.ceil(Math.abs(cnt))); pack > 0; pack--)
            files.drug_trac_d.row(
              `${setl},${visit},${psn},${place.code},${item.nationalCode},${traceCode(index, d)},L${item.code.slice(-4)}${d.int(40)},${sign},${timeText(settled)}\n`,
            );
      }
    }
    // Lines that were entered and never settled.
    if (d.next() < 0.0015) {
      const item = catalogue.items[d.int(catalogue.items.length)] as Item;
      lineSerial++;
      files.fee_list_d.row(
        `${lineSerial},${visit}X,,${psn},${place.code},${timeText(settled)},${item.code},${item.name},${item.listType},${item.nationalCode},1,${yuan(item.price)},${yuan(item.price)},${yuan(Math.round(item.price * item.covered))},${staffed?.code ?? ''},,,,,1\n`,
      );
    }
  }
  return counts;
}

/** One settlement time in a hundred is wrong: a bare date, a batch at midnight, another day. */
function settleText(settled: number, d: Draws): string {
  const fate = d.next();
  if (fate > 0.01) return timeText(settled);
  if (fate < 0.004) return dayText(dayOfTime(settled));
  if (fate < 0.006) return `${dayText(dayOfTime(settled))} 23:59:59`;
  const moved = fate < 0.008 ? settled + DAY * (1 + d.int(3)) : settled - 3600 * (1 + d.int(9));
  return timeText(Math.min(DAYS * DAY - 1, Math.max(0, moved)));
}

/** Whoever pays within the same quarter of an hour mostly meets the same terminal. */
function terminal(place: Institution, settled: number): string {
  if (place.index % 6 === 5) return '';
  const quarter = Math.floor(settled / 900);
  return `${place.code}T${1 + ((quarter * 7 + place.index) % place.terminals)}`;
}

/** Twenty digits: seven of the product, thirteen of the pack; a pack is met once in the world. */
function traceCode(item: number, d: Draws): string {
  // A few batches were printed twice by their maker.
  if (d.next() < 0.0004) return codeText(item, 0, d.int(400));
  const high = d.int(1_000_000);
  return codeText(item, high, d.int(10_000_000));
}
