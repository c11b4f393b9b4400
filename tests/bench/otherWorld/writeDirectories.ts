import { formatDay } from '../../../analytics/model/time.js';
import { DEPARTMENTS, ITEMS } from './catalogue.js';
import type { Draw } from './draw.js';
import { COUNTIES, personName } from './geography.js';
import { FIRST_DAY, type World } from './world.js';
import { table } from './write.js';

/** The tables that say who is who: institutions, doctors, persons, items, outside relations. */
export function writeDirectories(world: World, draw: Draw): Record<string, number> {
  const places = table(
    world,
    'fixmedins_b',
    `fixmedins_code fixmedins_name fixmedins_type hosp_lv admdvs lnt lat aprv_bed_cnt
     dialysis_machine_cnt legrep_name uscc begndate enddate`,
  );
  for (const [i, p] of world.places.entries()) {
    const owner = p.chain >= 0 ? `连锁法人${p.chain}` : personName(draw);
    places.row(
      p.code,
      p.name,
      p.kind === 'pharmacy' ? 2 : 1,
      p.level,
      COUNTIES[p.county]!,
      (104.6 + p.x / 97).toFixed(5),
      (29.4 + p.y / 111).toFixed(5),
      p.beds || '',
      p.machines || '',
      owner,
      `915139${String(10_000_000 + (p.chain >= 0 ? p.chain : i + 10))}MA`,
      '2016-01-01',
      '',
    );
    world.relations.push(['institution', p.code, 'owner', 'person', owner, '市场监管']);
  }
  const doctors = table(world, 'dr_b', 'dr_code dr_name fixmedins_code dept_codg dr_prac_type');
  for (const d of world.doctors)
    doctors.row(d.code, d.name, world.places[d.place]!.code, DEPARTMENTS[d.dept]![0], 1);
  const without = ['addr', 'tel'].filter((c) =>
    world.options.withhold?.includes(`psn_b.${c}` as 'psn_b.addr'),
  );
  const people = table(
    world,
    'psn_b',
    'psn_no psn_name certno gend brdy tel addr admdvs insutype emp_name die_date',
    without,
  );
  const phones = new Map<string, number>();
  for (const x of world.people) {
    const county = COUNTIES[world.villages[x.village]!.county]!;
    const employer = x.employer >= 0 ? world.employers[x.employer]!.name : '';
    if (x.tel) phones.set(x.tel, (phones.get(x.tel) ?? 0) + 1);
    if (employer && draw.chance(0.6))
      world.relations.push(['patient', x.no, 'employer', 'employer', employer, '社保参保登记']);
    if (!x.listed) continue;
    people.row(
      x.no,
      x.name,
      `${county}${formatDay(x.born).replaceAll('-', '')}${String(draw.int(1000)).padStart(3, '0')}${draw.pick('0123456789X'.split(''))}`,
      x.male ? 1 : 2,
      formatDay(x.born),
      x.tel,
      x.addr,
      county,
      x.worker ? '310' : '390',
      employer,
      x.die >= 0 ? formatDay(FIRST_DAY + x.die) : '',
    );
  }
  for (const x of world.people)
    if (x.tel && phones.get(x.tel)! > 1 && draw.chance(0.7))
      world.relations.push(['patient', x.no, 'phone', 'phone', x.tel, '通信管理']);
  const items = table(
    world,
    'hilist_b',
    'hilist_code hilist_name list_type spec pack_cnt day_dose resale_risk lmt_price',
  );
  for (const x of ITEMS) items.row(x.code, x.name, x.list, '', x.pack, x.dose, x.resale, x.price);
  const relations = table(
    world,
    'rltn_d',
    'src_kind src rltn dst_kind dst begndate enddate source',
  );
  for (const [kind, from, relation, toKind, to, source] of world.relations)
    relations.row(kind!, from!, relation!, toKind!, to!, '2020-01-01', '', source!);
  return {
    fixmedins_b: places.close(),
    dr_b: doctors.close(),
    psn_b: people.close(),
    hilist_b: items.close(),
    rltn_d: relations.close(),
  };
}
