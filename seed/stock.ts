import type { Rng } from '../analytics/model/rng.js';
import { between, chance, pick } from '../analytics/planting/random.js';
import { DAY, timeText } from './calendar.js';
import type { Item } from './catalogue.js';
import type { CsvFile } from './csv.js';
import { yuan } from './csv.js';
import type { World } from './world.js';

/** Packs that a pharmacy sold, by item and month, and what it bought to be able to. */
export interface Stock {
  sold(institution: number, item: number, day: number, packs: number, undelivered: boolean): void;
  write(file: CsvFile): void;
}

const MONTHS = 13;
const monthOf = (day: number) => Math.max(0, Math.min(11, Math.floor(day / 30.5)));

export function makeStock(world: World): Stock {
  const sales = new Map<number, Int16Array>();
  return {
    sold(institution, item, day, packs, undelivered) {
      const key = institution * 1024 + item;
      let row = sales.get(key);
      if (!row) {
        row = new Int16Array(MONTHS);
        sales.set(key, row);
      }
      // What never left the shelf shows as sold, and only half of it is bought in for the look of it.
      row[monthOf(day)]! += undelivered && (day + item) % 2 === 0 ? 0 : packs;
    },
    write(file) {
      const rng = world.stream('stock');
      const keys = [...sales.keys()].sort((a, b) => a - b);
      for (const key of keys)
        movements(
          world,
          rng,
          Math.floor(key / 1024),
          key % 1024,
          sales.get(key) as Int16Array,
          file,
        );
    },
  };
}

const SUPPLIERS = [
  '国药控股',
  '华润医药',
  '上药控股',
  '九州通医药',
  '重药控股',
  '瑞康医药',
  '科伦医贸',
];

function movements(
  world: World,
  rng: Rng,
  institution: number,
  itemIndex: number,
  sold: Int16Array,
  file: CsvFile,
): void {
  const place = world.institutions[institution] as { code: string };
  const item = world.catalogue.items[itemIndex] as Item;
  let stock = Math.max(between(rng, 2, 12), world.opening.get(institution * 1024 + itemIndex) ?? 0);
  const supplier = SUPPLIERS[(institution + itemIndex) % SUPPLIERS.length] as string;
  let document = 0;
  const row = (type: string, count: number, month: number, from: string) => {
    document++;
    const day = Math.min(364, Math.max(0, Math.floor(month * 30.5) + rng.int(28)));
    const time = day * DAY + between(rng, 30_000, 64_000);
    file.row(
      `${place.code},${item.code},B${item.code.slice(-4)}${rng.int(90) + 10},${place.code.slice(-5)}${itemIndex}D${document},${type},${count},${yuan(Math.round(item.price * (type === 'in' ? 0.78 : 1)))},${timeText(time)},${from}\n`,
    );
  };
  let pending = 0;
  for (let month = 0; month < 12; month++) {
    const out = sold[month] as number;
    stock -= out;
    pending += out;
    if (pending > 0 && (month % 3 === 2 || pending > 12)) {
      row('out', pending, month, '');
      pending = 0;
    }
    if (stock < 3) {
      const buy = Math.max(5, Math.ceil((4 - stock) * 1.3) + between(rng, 0, 8));
      row(
        'in',
        buy,
        Math.max(0, month - (chance(rng, 0.6) ? 1 : 0)),
        chance(rng, 0.9) ? supplier : pick(rng, SUPPLIERS),
      );
      stock += buy;
    }
  }
  if (chance(rng, 0.02)) row('loss', 1, between(rng, 2, 11), '');
}
