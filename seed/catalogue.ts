import { readFileSync } from 'node:fs';
import { resource } from '../analytics/model/resources.js';

/** The catalogue of items and of diagnoses, from `seed/data/*.csv`. */
export interface Item {
  readonly code: string;
  /** The national code that the drug carries beside the catalogue's. */
  readonly nationalCode: string;
  readonly name: string;
  readonly listType: '101' | '102' | '201' | '301';
  readonly group: string;
  readonly spec: string;
  readonly pack: number;
  readonly dayDose: number;
  /** Fen of one unit (a pack, a session, a gram). */
  readonly price: number;
  readonly resaleRisk: number;
  /** Share of the price inside the fund's scope. */
  readonly covered: number;
}

export interface DiagnosisRow {
  readonly index: number;
  readonly code: string;
  readonly name: string;
  readonly weight: number;
  readonly ageFrom: number;
  readonly ageTo: number;
  readonly dept: string;
  readonly groups: readonly string[];
  readonly stay: number;
  readonly readmit: number;
  readonly severity: number;
}

type DiagnosisUse = 'acute' | 'child' | 'stay' | 'chemo' | 'chronic' | 'dialysis';

export interface Catalogue {
  readonly items: readonly Item[];
  readonly group: (name: string) => readonly number[];
  readonly diagnoses: readonly DiagnosisRow[];
  readonly use: (use: DiagnosisUse) => readonly DiagnosisRow[];
}

function lines(path: string): string[][] {
  return readFileSync(resource(path), 'utf8')
    .trim()
    .split('\n')
    .slice(1)
    .map((line) => line.split(','));
}

export function loadCatalogue(): Catalogue {
  const items: Item[] = [];
  for (const [i, row] of lines('seed/data/items.csv').entries()) {
    const [group, name, listType, spec, pack, dose, price, risk] = row as [string, ...string[]];
    const base = {
      group,
      name: name as string,
      listType: listType as Item['listType'],
      spec: spec as string,
      pack: Number(pack),
      dayDose: Number(dose),
      resaleRisk: Number(risk),
    };
    // Two drugs in five are made by two houses, each with its own code and price.
    const houses = listType === '101' && i % 5 < 2 ? 2 : 1;
    for (let house = 0; house < houses; house++) {
      const code = itemCode(listType as string, i, house);
      items.push({
        ...base,
        code,
        nationalCode: listType === '101' ? `${code}${100 + ((i * 37 + house * 11) % 900)}` : code,
        price: Math.round(Number(price) * 100 * (house === 0 ? 1 : 0.82 + ((i * 7) % 40) / 100)),
        covered: coverage(listType as string, Number(risk), i),
      });
    }
  }
  const groups = new Map<string, number[]>();
  items.forEach((item, i) => {
    const list = groups.get(item.group);
    if (list) list.push(i);
    else groups.set(item.group, [i]);
  });
  const uses = new Map<string, DiagnosisRow[]>();
  const diagnoses = lines('seed/data/diagnoses.csv').map((row, index) => {
    const [use, code, name, weight, from, to, dept, list, stay, readmit, severity] = row as [
      string,
      ...string[],
    ];
    const diagnosis: DiagnosisRow = {
      index,
      code: code as string,
      name: name as string,
      weight: Number(weight),
      ageFrom: Number(from),
      ageTo: Number(to),
      dept: dept as string,
      groups: (list as string).split('+'),
      stay: Number(stay),
      readmit: Number(readmit),
      severity: Number(severity),
    };
    const known = uses.get(use);
    if (known) known.push(diagnosis);
    else uses.set(use, [diagnosis]);
    return diagnosis;
  });
  return {
    items,
    group: (name) => groups.get(name) ?? [],
    diagnoses,
    use: (use) => uses.get(use) ?? [],
  };
}

function itemCode(listType: string, i: number, house: number): string {
  const serial = String(i * 13 + house * 5 + 1000);
  if (listType === '101') return `X${'ABCDGHJLMNRS'[i % 12]}0${(i % 9) + 1}${serial}${house + 1}`;
  if (listType === '102') return `T00${serial}`;
  return listType === '201' ? `0011${serial.padStart(11, '0')}` : `C01${serial.padStart(17, '0')}`;
}

/** Class A items are covered whole, class B for 80–95 %, a few tonics not at all. */
function coverage(listType: string, risk: number, i: number): number {
  if (listType === '301') return i % 3 === 0 ? 0.6 : 0.85;
  if (risk === 3 && i % 4 === 0) return 0;
  return i % 2 === 0 ? 1 : 0.8 + (i % 4) * 0.05;
}
