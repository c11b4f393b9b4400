import { THERAPIES, therapyOf } from '../../detectors/therapy/kinds.js';
import type { Dictionary } from '../../ingest/dictionary.js';
import { CLASS_CHRONIC, INSTITUTION_PHARMACY, type World } from '../../projection/world.js';
import type { CandidateDrug, ItemShelf } from '../context.js';

/** Items that say nothing of resale are taken for good ones when so few earn the most. */
const RESALE_MAX = 30;
/** Lines that show what an item is used for. */
const LINES_MIN = 5;
/** A diagnosis has this share of the chronic lines of a drug that is given for it. */
const GIVEN_FOR = 0.2;
/** Days that a pack lasts where neither the catalogue nor a prescription says it. */
const PACK_DAYS = 10;

const WARD = /床位|住院诊查|护理/;
const INJECTION = /注射|静脉输液|输液/;

/** Item indexes by use: words of the dictionary for dialysis, the catalogue's risk for resale. */
export function shelfOf(world: World, dictionary: Dictionary): ItemShelf {
  const { items } = world;
  const all = items.ids.map((_, i) => i);
  const lower = items.names.map((n) => n.toLowerCase());
  const named = (words: readonly string[], types: readonly number[]) => {
    const wanted = words.map((w) => w.toLowerCase());
    return all.filter(
      (i) => typed(i, types) && wanted.some((w) => (lower[i] as string).includes(w)),
    );
  };
  const typed = (i: number, types: readonly number[]) =>
    types.length === 0 || types.includes(items.listType[i]!) || items.listType[i]! < 0;
  const matching = (pattern: RegExp) =>
    all.filter((i) => items.listType[i] === 201 && pattern.test(items.names[i]!));
  const therapy = (...kinds: string[]) =>
    all.filter(
      (i) =>
        items.listType[i] === 201 &&
        kinds.includes(THERAPIES[therapyOf(items.names[i]!)]?.kind ?? ''),
    );
  const { dialysis } = dictionary;
  const session = named(dialysis.names, [201]).filter(
    (i) => !dialysis.notNames.some((w) => (lower[i] as string).includes(w.toLowerCase())),
  );
  const wards = {
    ward: matching(WARD),
    injections: matching(INJECTION),
    materials: all.filter((i) => items.listType[i] === 301),
  };
  return {
    ...wards,
    resale: resaleOf(world),
    session,
    anticoagulant: named(dialysis.supports.anticoagulant, [101]),
    epo: named(dialysis.supports.epo, [101]),
    dialyser: named(dialysis.supports.dialyser, [301]),
    bloodLine: named(dialysis.supports.bloodLine, [301]),
    dialysisTests: named(dialysis.supports.tests, [201]),
    laboratory: therapy('laboratory'),
    imaging: therapy('imaging'),
    rehabilitation: therapy('massage', 'acupuncture', 'rehabilitation', 'physiotherapy'),
  };
}

/** Drugs of pharmacies with a risk of 2 or more; where no risk is known, those that earn the most. */
function resaleOf(world: World): number[] {
  const { items } = world;
  const { count, fen } = soldInShops(world);
  const sold = items.ids
    .map((_, i) => i)
    .filter((i) => items.listType[i] === 101 && count[i]! >= LINES_MIN);
  const risky = sold.filter((i) => items.resaleRisk[i]! >= 2);
  if (risky.length > 0) return risky;
  return sold.sort((a, b) => fen[b]! - fen[a]! || a - b).slice(0, RESALE_MAX);
}

function soldInShops(world: World): { count: Float64Array; fen: Float64Array } {
  const { lines, items, settlements: s, institutions: h } = world;
  const count = new Float64Array(items.ids.length);
  const fen = new Float64Array(items.ids.length);
  for (let l = 0; l < lines.count; l++) {
    if (h.type[s.institution[lines.settlement[l]!]!] !== INSTITUTION_PHARMACY) continue;
    count[lines.item[l]!]!++;
    fen[lines.item[l]!]! += lines.fen[l]!;
  }
  return { count, fen };
}

/** Drugs that pharmacies sell by the pack, with what a pack costs and lasts and what it is given for. */
export function drugsOf(world: World): CandidateDrug[] {
  const { lines, items, settlements: s } = world;
  const n = items.ids.length;
  const { count } = soldInShops(world);
  const units = new Float64Array(n);
  const fen = new Float64Array(n);
  const days = new Float64Array(n);
  const prescribed = new Float64Array(n);
  const given = new Map<number, Map<number, number>>();
  for (let l = 0; l < lines.count; l++) {
    const item = lines.item[l]!;
    const u = lines.units[l]!;
    const row = lines.settlement[l]!;
    if (items.listType[item] !== 101 || !(u > 0) || s.cancelled[row]) continue;
    units[item]! += u;
    fen[item]! += lines.fen[l]!;
    if (lines.supplyDays[l]! > 0) {
      days[item]! += lines.supplyDays[l]!;
      prescribed[item]! += u;
    }
    if (s.class[row] !== CLASS_CHRONIC || s.diagnosis[row]! < 0) continue;
    const of = given.get(item) ?? new Map<number, number>();
    given.set(item, of.set(s.diagnosis[row]!, (of.get(s.diagnosis[row]!) ?? 0) + 1));
  }
  const lasts = (i: number) => {
    const known = items.packSize[i]! / items.dayDose[i]!;
    if (known > 0 && Number.isFinite(known)) return known;
    return prescribed[i]! > 0 ? days[i]! / prescribed[i]! : PACK_DAYS;
  };
  return items.ids.flatMap((_, item) => {
    if (items.listType[item] !== 101 || count[item]! < LINES_MIN || units[item]! <= 0) return [];
    const of = [...(given.get(item) ?? [])];
    const total = of.reduce((sum, [, k]) => sum + k, 0);
    return [
      {
        item,
        ingredient: items.ingredient[item]! >= 0 ? items.ingredient[item]! : n + item,
        packDays: lasts(item),
        resale: Math.max(0, items.resaleRisk[item]!),
        price: Math.round(fen[item]! / units[item]!),
        diagnoses: of
          .filter(([, k]) => k >= total * GIVEN_FOR)
          .map(([d]) => d)
          .sort((a, b) => a - b),
      },
    ];
  });
}
