import { between, chance } from '../analytics/planting/random.js';
import { mix } from './bill.js';
import { dayText } from './calendar.js';
import type { CsvFile } from './csv.js';
import type { Town, Village } from './geography.js';
import type { Identifiers } from './identifiers.js';
import { personName, surname } from './names.js';
import { type Household, NEVER, type Person } from './people.js';
import { townOf, type World } from './world.js';

/** Writes the institutions, in order of their codes. */
export function writeInstitutions(world: World, file: CsvFile): void {
  const rng = world.stream('institutions.csv');
  for (const i of [...world.institutions].sort((a, b) => (a.code < b.code ? -1 : 1))) {
    const county = world.geo.counties[i.county] as { admdvs: string };
    const founded = `${between(rng, 1998, 2023)}-0${between(rng, 1, 9)}-01`;
    const listed = world.listed.get(i.index);
    const opened = listed === undefined ? founded : dayText(listed);
    const placed = chance(rng, 0.97);
    file.row(
      `${i.code},${i.name},${i.type === 'pharmacy' ? '2' : '1'},${i.levelCode},${county.admdvs},${placed ? i.lng.toFixed(6) : ''},${placed ? i.lat.toFixed(6) : ''},${i.beds > 0 ? i.beds : ''},${i.machines > 0 ? i.machines : ''},${i.owner},91${county.admdvs}${String(mix(i.index, 3) % 10_000_000_000).padStart(10, '0')},${opened},\n`,
    );
  }
}

export function writeDoctors(world: World, file: CsvFile): void {
  for (const d of [...world.staff.doctors].sort((a, b) => (a.code < b.code ? -1 : 1)))
    file.row(
      `${d.code},${d.name},${world.institutions[d.institution]?.code},${d.dept},${d.kind}\n`,
    );
}

export function writeItems(world: World, file: CsvFile): void {
  for (const i of [...world.catalogue.items].sort((a, b) => (a.code < b.code ? -1 : 1)))
    file.row(
      `${i.code},${i.name},${i.listType},${i.spec},${i.pack},${i.listType === '101' ? i.dayDose : ''},${i.resaleRisk},${(i.price / 100).toFixed(2)}\n`,
    );
}

function addressOf(world: World, household: Household): string {
  const village = world.geo.villages[household.village] as Village;
  const town = world.geo.towns[village.town] as Town;
  const county = world.geo.counties[town.county] as { name: string };
  const stem = `${county.name}${town.name}${village.name}`;
  if (village.careHome || household.address === 'village') return stem;
  const n = mix(household.index, 41);
  return town.seat
    ? `${stem}${1 + (household.index % 997)}号${1 + (n % 12)}栋${1 + ((n >> 8) % 6)}单元${1 + ((n >> 12) % 30)}0${1 + ((n >> 20) % 4)}`
    : `${stem}${1 + (n % 9)}组${1 + (household.index % 1999)}号`;
}

/**
 * Writes the insured persons in order of their numbers. Telephones are missing for one in eight,
 * addresses for one in ten, and one address in twenty-five is written another way than the family's.
 */
export function writePersons(world: World, ids: Identifiers, file: CsvFile): void {
  const rng = world.stream('persons.csv');
  const families = world.households.map(() => surname(rng));
  for (const index of ids.order) {
    const p = world.people[index] as Person;
    const household = world.households[p.household] as Household;
    const town = townOf(world, p);
    const admdvs = (world.geo.counties[town.county] as { admdvs: string }).admdvs;
    let address =
      household.address === 'none' || chance(rng, 0.05) ? '' : addressOf(world, household);
    if (address !== '' && chance(rng, 0.04)) address = `${address.replace(/^[^区县]*[区县]/, '')}`;
    file.row(
      `${ids.psnNo(index)},${personName(rng, chance(rng, 0.7) ? families[p.household] : surname(rng))},${ids.certNo(p)},${p.male ? '1' : '2'},${dayText(p.born)},${chance(rng, 0.12) ? '' : ids.phone(p.phoneOf)},${address},${admdvs},${p.employee ? '310' : '390'},${p.employer >= 0 && chance(rng, 0.8) ? world.employers[p.employer] : ''},${p.died === NEVER ? '' : dayText(p.died)}\n`,
    );
  }
}

/** Writes what other authorities know: two in three of the households, telephones, employers, owners. */
export function writeRelations(world: World, ids: Identifiers, file: CsvFile): void {
  const rng = world.stream('relations.csv');
  const rows: string[] = [];
  for (const household of world.households) {
    if (household.members.length < 2 || !chance(rng, 0.66)) continue;
    const head = ids.psnNo(household.members[0] as number);
    for (const m of household.members.slice(1))
      if (chance(rng, 0.94))
        rows.push(`patient,${ids.psnNo(m)},household,patient,${head},,,公安户籍`);
  }
  for (const p of world.people) {
    if (chance(rng, 0.62))
      rows.push(`patient,${ids.psnNo(p.index)},phone,phone,${ids.phone(p.phoneOf)},,,运营商`);
    if (p.employer >= 0 && chance(rng, 0.7))
      rows.push(
        `patient,${ids.psnNo(p.index)},employer,employer,E${String(mix(p.employer, 77)).padStart(10, '0')},2023-01-01,,社保登记`,
      );
  }
  for (const i of world.institutions)
    if (i.type === 'pharmacy' && chance(rng, 0.7))
      rows.push(
        `institution,${i.code},owner,owner,${i.owner}${mix(i.chain >= 0 ? i.chain : i.index + 1000, 5) % 10_000},2020-01-01,,市场监管`,
      );
  world.agents.forEach((agent, i) => {
    if (agent.kind === 'telephone') return;
    const name = agent.kind === 'proxy' ? '代办人' : '收款账户';
    const to =
      agent.holder !== null
        ? `patient,${ids.psnNo(agent.holder)}`
        : `${agent.kind},${agent.kind === 'proxy' ? 'D' : 'B'}${String(mix(i, 91) % 10_000_000_000).padStart(10, '0')}`;
    for (const p of agent.patients)
      if (p !== agent.holder)
        rows.push(`patient,${ids.psnNo(p)},${agent.kind},${to},,,${name}登记`);
  });
  rows.sort();
  for (const row of rows) file.row(`${row}\n`);
}
