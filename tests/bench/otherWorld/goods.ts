import { formatDay } from '../../../analytics/model/time.js';
import { ITEMS } from './catalogue.js';
import { rowsOf } from './noise.js';
import { DAYS, dayIn, FIRST_DAY, type Visit, type World } from './world.js';
import { table } from './write.js';

/** What shops do with boxes beyond the honest: sold without a box, or with a box's code used before. */
export interface Goods {
  /** Sales for which nothing left the shelf, hence nothing was bought. */
  readonly sham: Set<Visit>;
  /** Codes scanned at a sale instead of fresh ones. */
  readonly codes: Map<Visit, string[]>;
  /** Shops that hand in their stock whatever others do. */
  readonly reporting: Set<number>;
}

const goodsOf = new WeakMap<World, Goods>();

export function goods(world: World): Goods {
  const known = goodsOf.get(world) ?? { sham: new Set(), codes: new Map(), reporting: new Set() };
  goodsOf.set(world, known);
  return known;
}

const shops = (world: World) =>
  new Set(world.places.flatMap((p, i) => (p.kind === 'pharmacy' ? [i] : [])));

/**
 * Trace codes of three shops in four. One lot of a maker carries but forty codes, wherever it is sold; what
 * is refunded and settled again carries its code twice.
 */
export function writeTraceCodes(
  world: World,
  ids: ReadonlyMap<Visit, readonly [string, string, string]>,
) {
  const draw = world.draw('trace codes');
  const file = table(
    world,
    'drug_trac_d',
    'setl_id mdtrt_id psn_no fixmedins_code med_list_codg drug_trac_codg manu_lotnum sel_retn_cnt sel_retn_time',
  );
  const scanning = new Set([...shops(world)].filter(() => draw.chance(0.75)));
  const badLot = draw.int(20);
  let fresh = 10_000_000_000;
  for (const v of world.visits) {
    const own = goods(world).codes.get(v);
    if (!(own || scanning.has(v.place)) || !ids.has(v)) continue;
    const [first, again, stay] = ids.get(v)!;
    for (let k = 0, boxes = 0; k < v.lines.length && boxes < 12; k += 2) {
      const item = ITEMS[v.lines[k]!]!;
      if (item.list !== '101') continue;
      const lot = draw.int(9) + Math.floor(dayIn(v.begin) / 40) * 3;
      for (let n = v.lines[k + 1]!; n > 0; n--, boxes++) {
        const bad = v.lines[k] === badLot && lot % 7 === 3;
        const code = own?.[boxes % own.length] ?? `8${bad ? lot * 100 + draw.int(40) : fresh++}77`;
        const when = formatDay(FIRST_DAY + dayIn(v.settled));
        const cells = (id: string) =>
          file.row(
            ...[id, stay, world.people[v.person]!.no, world.places[v.place]!.code],
            ...[`${item.code}-${1 + (v.place % 3)}`, code, `L${v.lines[k]}${lot}`, 1, when],
          );
        cells(first);
        if (again) cells(again);
      }
    }
  }
  return file.close();
}

/** Deliveries of two shops in three, for what is sold insured and for cash; opening stock is no delivery. */
export function writeStock(world: World): number {
  const draw = world.draw('stock');
  const file = table(
    world,
    'invt_d',
    'fixmedins_code hilist_code bchno rtal_docno invt_type cnt pric invt_time splr_name',
  );
  const sold = new Map<number, Map<number, Float64Array>>();
  for (const { visit: v, kind } of rowsOf(world)) {
    if (kind !== 'settled' || v.refund > 0 || goods(world).sham.has(v)) continue;
    const items = sold.get(v.place) ?? new Map<number, Float64Array>();
    sold.set(v.place, items);
    for (let k = 0; k < v.lines.length; k += 2) {
      const days = items.get(v.lines[k]!) ?? new Float64Array(DAYS);
      items.set(v.lines[k]!, days);
      days[Math.max(0, dayIn(v.settled))]! += v.lines[k + 1]!;
    }
  }
  let document = 1;
  for (const shop of shops(world)) {
    if (!draw.chance(0.67) && !goods(world).reporting.has(shop)) continue;
    const cash = draw.real(0.1, 1.2);
    for (const [i, days] of sold.get(shop) ?? []) {
      const item = ITEMS[i]!;
      const mean = (days.reduce((a, b) => a + b, 0) * (1 + cash)) / DAYS;
      let stock = Math.ceil(mean * draw.real(10, 45));
      for (let day = 0; day < DAYS; day++) {
        stock -= days[day]! + draw.poisson((cash * mean) / (1 + cash));
        if (stock > mean * 8 && stock > 1) continue;
        const bought = Math.max(5, Math.ceil((mean * draw.real(20, 50) - stock) / 5) * 5);
        stock += bought;
        // One delivery in fifty is never entered; one in ten is entered days later.
        if (draw.chance(0.02)) continue;
        const entered = Math.min(DAYS - 1, day + (draw.chance(0.1) ? draw.range(1, 9) : 0));
        file.row(
          ...[world.places[shop]!.code, item.code, `B${i}${day}`, `D${document++}`, 'in', bought],
          ...[
            (item.price * 0.78).toFixed(2),
            `${formatDay(FIRST_DAY + entered)} 08:10:00`,
            '省医药公司',
          ],
        );
      }
    }
  }
  return file.close();
}
