import type { Rng } from '../analytics/model/rng.js';
import {
  between,
  chance,
  logNormal,
  pick,
  sample,
  weightedPicker,
} from '../analytics/planting/random.js';
import type { Geography, Town } from './geography.js';
import type { Chain } from './institutions.js';
import { openRegistry, type Registry } from './registry.js';

/** Founds the hospitals, pharmacies and clinics that a prefecture of this size has. */
export function makeInstitutions(geo: Geography, settlements: number, rng: Rng): Registry {
  const registry = openRegistry(geo, settlements, rng);
  hospitals(registry, geo, settlements, rng);
  shops(registry, geo, settlements, rng);
  return registry;
}

function hospitals({ add, all }: Registry, geo: Geography, settlements: number, rng: Rng): void {
  const urban = geo.towns.filter((t) => geo.counties[t.county]?.urban);
  const cities = Math.max(2, Math.min(5, Math.round(settlements / 250_000) + 1));
  for (const [i, town] of sample(rng, urban, cities).entries())
    add(
      town,
      'hospital',
      3,
      `${['市第一人民医院', '市中心医院', '市中医医院', '市第三人民医院', '市妇幼保健院'][i]}`,
      {
        pull: logNormal(rng, 9, 0.2),
        dialysis: true,
        beds: between(rng, 600, 1800),
      },
    );
  const centres = Math.round(3.5 + settlements / 30_000);
  for (const county of geo.counties) {
    const towns = geo.towns.filter((t) => t.county === county.index);
    const seats = towns.filter((t) => t.seat);
    const place = () => pick(rng, seats);
    const few = all.filter((x) => x.dialysis).length < centres;
    add(place(), 'hospital', 2, `${county.name}人民医院`, {
      pull: logNormal(rng, 5, 0.25),
      dialysis: few,
      beds: between(rng, 200, 500),
    });
    const extra = chance(rng, 0.7) ? 1 : 0;
    if (extra)
      add(place(), 'hospital', 2, `${county.name}中医医院`, {
        pull: logNormal(rng, 3, 0.3),
        dialysis: settlements > 300_000 && chance(rng, 0.5),
        beds: between(rng, 100, 300),
      });
    const privates = between(rng, 1, 3) + Math.floor(settlements / 700_000);
    for (let i = 0; i < privates; i++)
      add(
        chance(rng, 0.7) ? place() : pick(rng, towns),
        'hospital',
        chance(rng, 0.75) ? 1 : 2,
        `${county.name.slice(0, 2)}${pick(rng, ['博爱', '仁和', '康宁', '同济', '华康', '安泰', '惠民', '福康', '长青', '天佑'])}${pick(rng, ['医院', '骨科医院', '中西医结合医院', '老年病医院'])}`,
        {
          pull: logNormal(rng, 1.1, 0.4),
          privately: true,
          beds: between(rng, 30, 100),
        },
      );
    const more = all.filter((x) => x.dialysis).length;
    if (more < centres && county.index % 2 === 0 && settlements > 120_000)
      add(
        pick(rng, seats),
        'hospital',
        1,
        `${county.name.slice(0, 2)}${pick(rng, ['安泰', '慈济', '康肾', '仁达'])}血液透析中心`,
        {
          pull: 0.05,
          privately: true,
          dialysis: true,
          beds: 0,
        },
      );
    for (const town of towns)
      if (!town.seat || chance(rng, 0.4))
        add(
          town,
          'hospital',
          1,
          town.seat
            ? `${town.name}社区卫生服务中心`
            : `${town.name}${town.name.endsWith('乡') ? '' : '中心'}卫生院`,
          {
            pull: logNormal(rng, 1.6, 0.3),
            beds: between(rng, 15, 80),
          },
        );
  }
}

function shops({ add, chains }: Registry, geo: Geography, settlements: number, rng: Rng): void {
  const townPicker = weightedPicker(geo.towns.map((t) => t.share));
  const pharmacies = Math.max(geo.towns.length, Math.round(settlements / 2300));
  const perTown = geo.towns.map(() => 1);
  for (let left = pharmacies - geo.towns.length; left > 0; left--) {
    const t = townPicker(rng);
    // Small markets stay with one shop more often than chance would have it.
    if ((geo.towns[t] as Town).seat || chance(rng, 0.6)) perTown[t]!++;
    else perTown[geo.towns.findIndex((x) => x.seat && x.county === geo.towns[t]?.county)]!++;
  }
  for (const town of geo.towns)
    for (let i = 0; i < (perTown[town.index] as number); i++) {
      const chain = chance(rng, 0.45) ? rng.int(chains.length) : -1;
      const shop = `${pick(rng, ['康', '益', '济', '德', '春', '惠', '颐', '万'])}${pick(rng, ['民', '生', '和', '堂', '仁', '顺', '芝'])}`;
      add(
        town,
        'pharmacy',
        0,
        chain >= 0
          ? `${(chains[chain] as Chain).name}${town.name.replace(/(街道|镇|乡)$/, '')}${i + 1}店`
          : `${town.name.replace(/(街道|镇|乡)$/, '')}${shop}药店`,
        {
          pull: logNormal(rng, town.seat ? 1.2 : 1, 0.7),
          chain,
        },
      );
    }
  const clinics = Math.max(geo.towns.length, Math.round(settlements / 2600));
  for (let i = 0; i < clinics; i++) {
    const town = geo.towns[i < geo.towns.length ? i : townPicker(rng)] as Town;
    const village = geo.villages[pick(rng, town.villages)];
    add(town, 'clinic', 0, `${village?.name ?? town.name}${town.seat ? '诊所' : '卫生室'}`, {
      pull: logNormal(rng, 1, 0.5),
      privately: town.seat,
    });
  }
}
