import { mkdirSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { setImmediate as breathe } from 'node:timers/promises';
import { throwIfAborted } from '../analytics/model/errors.js';
import { shuffle } from '../analytics/model/rng.js';
import { TABLE_NAMES, type TableName } from '../analytics/model/tables.js';
import {
  CAMOUFLAGES,
  type Camouflage,
  HEADLINE_TYPES,
  PLANTED_TYPES,
  type PlantedType,
  type Planting,
} from '../analytics/planting/context.js';
import { FOOTPRINT, type Order, plantRings } from '../analytics/planting/index.js';
import { careHomes } from './careHomes.js';
import { worldPlanting } from './context.js';
import { CROWD_SHARE, crowdedHospital } from './crowd.js';
import { CsvFile } from './csv.js';
import { honestDialysis } from './dialysis.js';
import { checkups, chemotherapy, eyeBuses, marketBuses, outbreaks, refillDays } from './groups.js';
import { handoverOf } from './hardships.js';
import { makeIdentifiers } from './identifiers.js';
import { liveHousehold } from './life.js';
import { pickLookAlikes } from './lookalikes.js';
import { livesAfter, livesBefore, roomAfter } from './moreLife.js';
import { addCorrections } from './noise.js';
import { checkOptions, type SeedOptions } from './options.js';
import { addHousehold } from './people.js';
import {
  writeDoctors,
  writeInstitutions,
  writeItems,
  writePersons,
  writeRelations,
} from './registers.js';
import { writeEvents } from './rows.js';
import { friends } from './shopping.js';
import { makeStock } from './stock.js';
import { makeWorld, type World } from './world.js';

export interface SeedSummary {
  readonly outDir: string;
  readonly rows: Readonly<Record<TableName, number>>;
  readonly settlements: number;
  readonly refunds: number;
  readonly voids: number;
  readonly rings: number;
  readonly lookAlikes: number;
  readonly patients: number;
  /** Share of the insured persons that belong to a ring. */
  readonly prevalence: number;
  readonly truthFile: string;
  readonly lookAlikesFile: string;
}

/** Settlements a year of one insured person; sets how many people a world has. */
const YEARLY = 4.55;
/** So many types have full numbers of rings; beyond it a world has room for fewer of each. */
const TYPES_IN_FULL = 6;

const typesOf = (o: SeedOptions): readonly PlantedType[] =>
  PLANTED_TYPES.filter((t) => (o.types ?? HEADLINE_TYPES).includes(t));

/**
 * Writes a synthetic prefecture's year as the ten tables of DATA.md §1, and beside it
 * `<outDir>.truth.jsonl` and `<outDir>.lookalikes.jsonl`. The same options give the same bytes.
 *
 * Throws RingfenceError `invalid` for options out of range, `conflict` when the directory holds
 * other files, `cancelled` when aborted (then no table of an earlier world has been touched).
 */
export async function writeSeedWorld(options: SeedOptions): Promise<SeedSummary> {
  checkOptions(options);
  const { world, plantings } = await buildWorld(options);
  const ids = makeIdentifiers(world);
  mkdirSync(options.outDir, { recursive: true });
  const files = Object.fromEntries(
    TABLE_NAMES.map((t) => [
      t,
      new CsvFile(options.outDir, t, handoverOf(t, options, options.seed)),
    ]),
  ) as Record<TableName, CsvFile>;
  const stock = makeStock(world);
  try {
    const counts = await writeEvents(world, ids, files, stock, options.feeLines ?? 2, options);
    writeInstitutions(world, files.fixmedins_b);
    writeDoctors(world, files.dr_b);
    writeItems(world, files.hilist_b);
    writePersons(world, ids, files.psn_b);
    writeRelations(world, ids, files.rltn_d);
    stock.write(files.invt_d);
    throwIfAborted(options.signal);
    for (const file of Object.values(files)) file.close();
    for (const file of Object.values(files)) file.keep();
    const beside = join(dirname(options.outDir), basename(options.outDir));
    const truthFile = `${beside}.truth.jsonl`;
    const lookAlikesFile = `${beside}.lookalikes.jsonl`;
    const groups = pickLookAlikes(world, plantings.length);
    const codes = {
      patients: (list: readonly number[]) => list.map((p) => ids.psnNo(p)).sort(),
      institutions: (list: readonly number[]) =>
        list.map((i) => world.institutions[i]?.code).sort(),
      doctors: (list: readonly number[]) => list.map((d) => world.staff.doctors[d]?.code).sort(),
      drugs: (list: readonly number[]) => list.map((i) => world.catalogue.items[i]?.code).sort(),
    };
    writeLines(
      truthFile,
      plantings.map((p, i) => ({
        ring: `R${i + 1}`,
        type: p.type,
        patients: codes.patients(p.patients),
        institutions: codes.institutions(p.institutions),
        doctors: codes.doctors(p.doctors),
        drugs: codes.drugs(p.items),
        camouflage: p.camouflage,
      })),
    );
    writeLines(
      lookAlikesFile,
      groups.map((g, i) => ({
        ring: `L${i + 1}`,
        type: g.type,
        resembles: g.resembles,
        patients: codes.patients(g.patients),
        institutions: codes.institutions(g.institutions),
        doctors: codes.doctors(g.doctors),
        drugs: [],
      })),
    );
    const members = new Set(plantings.flatMap((p) => p.patients)).size;
    return {
      outDir: options.outDir,
      rows: Object.fromEntries(TABLE_NAMES.map((t) => [t, files[t].rows])) as Record<
        TableName,
        number
      >,
      ...counts,
      rings: plantings.length,
      lookAlikes: groups.length,
      patients: world.people.length,
      prevalence: members / world.people.length,
      truthFile,
      lookAlikesFile,
    };
  } catch (error) {
    for (const file of Object.values(files)) file.discard();
    throw error;
  }
}

function writeLines(path: string, rows: readonly object[]): void {
  writeFileSync(path, rows.map((r) => `${JSON.stringify(r)}\n`).join(''));
}

/** The whole world in memory: honest life, then rings, then the rest of honest life and its paperwork. */
async function buildWorld(options: SeedOptions): Promise<{ world: World; plantings: Planting[] }> {
  const { settlements } = options;
  const world = makeWorld(settlements, options.seed);
  const pause = async (phase: string, done: number, total: number) => {
    throwIfAborted(options.signal);
    options.progress?.({ phase, done, total });
    await breathe();
  };
  const people = world.stream('people');
  const elsewhere = options.crowded ? 1 - CROWD_SHARE : 1;
  while (world.people.length < (settlements * 0.86 * elsewhere) / YEARLY)
    addHousehold(world, people);
  await pause('people', world.people.length, world.people.length);
  honestDialysis(world);
  careHomes(world);
  chemotherapy(world);
  outbreaks(world);
  checkups(world);
  refillDays(world);
  eyeBuses(world);
  marketBuses(world);
  livesBefore(world, typesOf(options));
  if (options.crowded) crowdedHospital(world);
  friends(world, world.stream('friends'), Math.round(settlements / 4000));
  const life = world.stream('life');
  const before = Math.floor(settlements * 0.932);
  const types = typesOf(options);
  const rows = types.reduce((sum, t) => sum + FOOTPRINT[t].rows, 0) * ringsOfType(options);
  const honest =
    before - Math.max(Math.floor(settlements * 0.05), rows) - roomAfter(settlements, types);
  for (let h = 0; world.events.count < honest; h++) {
    const household = world.households[h] ?? addHousehold(world, people);
    liveHousehold(world, life, household);
    if (h % 5000 === 0) await pause('life', world.events.count, settlements);
  }
  livesAfter(world, types);
  const plantings = options.clean ? [] : plant(world, options);
  // Neighbours fill the world up, so that its size does not tell how many rings it holds.
  const planted = world.events.count;
  while (world.events.count < before) liveHousehold(world, life, addHousehold(world, people));
  world.events.count = Math.max(planted, before);
  addCorrections(world);
  return { world, plantings };
}

/** Rings of each type. */
function ringsOfType(o: SeedOptions): number {
  if (o.clean) return 0;
  if (o.rings !== undefined) return o.rings;
  const crowded = Math.max(1, typesOf(o).length / TYPES_IN_FULL);
  const least = o.settlements < 8000 || crowded > 1 ? 1 : 2;
  return Math.max(least, Math.round(o.settlements / 50_000 / crowded));
}

/** Fewer dialysis centres cheat than are honest: one in five, and up to four in a small prefecture. */
function roomFor(world: World, type: PlantedType): number {
  if (type !== 'impersonated-dialysis') return Infinity;
  return Math.max(4, Math.floor(world.institutions.filter((i) => i.dialysis).length / 5));
}

function plant(world: World, options: SeedOptions): Planting[] {
  const rng = world.stream('orders');
  const types = typesOf(options);
  const each = ringsOfType(options);
  let next = rng.int(CAMOUFLAGES.length);
  // In a small world rings are small too, so that their members stay under one in two hundred.
  const shares = types.reduce((sum, t) => sum + FOOTPRINT[t].people, 0);
  const largest = Math.floor((1.35 * 0.0047 * world.people.length) / (each * shares));
  const orders: Order[] = [];
  for (const type of types)
    for (let i = 0; i < Math.min(each, roomFor(world, type)); i++)
      orders.push({
        type,
        camouflage: options.camouflage ?? ((next++ % CAMOUFLAGES.length) as Camouflage),
        largest,
      });
  const planting = worldPlanting(world);
  const innocent = world.lookAlikes.flatMap((l) => (l.patients.length === 0 ? l.institutions : []));
  const occupied = new Map([['site', new Set(innocent)]] as const);
  const out = plantRings(planting.ctx, shuffle(orders, rng), occupied);
  for (const p of out) planting.apply(p);
  return out;
}
