import type {
  CandidateDrug,
  CandidateInstitution,
  CandidatePatient,
  HonestVisit,
  Planting,
  PlantingContext,
  VisitKind,
} from '../analytics/planting/context.js';
import { between, pick } from '../analytics/planting/random.js';
import { DAY, DAYS, EPOCH, FIRST_DAY } from './calendar.js';
import type { Catalogue, DiagnosisRow } from './catalogue.js';
import { Flag, Kind, type KindCode, Row } from './events.js';
import type { Town, Village } from './geography.js';
import { serveAt } from './hours.js';
import type { Institution } from './institutions.js';
import { packCode } from './packs.js';
import { ageOf, NEVER, type Person } from './people.js';
import type { World } from './world.js';

const AS: Readonly<Record<number, VisitKind>> = {
  [Kind.outpatient]: 'out-patient',
  [Kind.emergency]: 'out-patient',
  [Kind.checkup]: 'out-patient',
  [Kind.laboratory]: 'out-patient',
  [Kind.chronic]: 'chronic',
  [Kind.stay]: 'in-patient',
  [Kind.chemo]: 'in-patient',
  [Kind.maternity]: 'in-patient',
  [Kind.refill]: 'pharmacy',
  [Kind.otc]: 'pharmacy',
  [Kind.promotion]: 'pharmacy',
  [Kind.dialysis]: 'dialysis',
};
const BACK: Readonly<Record<VisitKind, KindCode>> = {
  'out-patient': Kind.outpatient,
  chronic: Kind.chronic,
  'in-patient': Kind.stay,
  pharmacy: Kind.otc,
  dialysis: Kind.dialysis,
};

/** The synthetic world as planters see it, and the way back for what they plant. */
export interface WorldPlanting {
  readonly ctx: PlantingContext;
  apply(planting: Planting): void;
}

export function worldPlanting(world: World): WorldPlanting {
  const rng = world.stream('planting');
  const { events, catalogue } = world;
  const count = events.count;
  const start = new Int32Array(world.people.length + 1);
  for (let e = 0; e < count; e++) start[(events.person[e] as number) + 1]!++;
  for (let p = 0; p < world.people.length; p++) start[p + 1]! += start[p] as number;
  const fill = start.slice();
  const mine = new Int32Array(count);
  for (let e = 0; e < count; e++) mine[fill[events.person[e] as number]++] = e;
  const cache = new Map<number, { events: number[]; visits: HonestVisit[] }>();
  const of = (person: number) => {
    let known = cache.get(person);
    if (!known) {
      const list = [...mine.subarray(start[person], start[person + 1])].sort(
        (a, b) => (events.begin[a] as number) - (events.begin[b] as number) || a - b,
      );
      known = {
        events: list,
        visits: list.map((e) => ({
          institution: events.institution[e] as number,
          kind: AS[events.kind[e] as number] as VisitKind,
          begin: (events.begin[e] as number) + EPOCH,
          end: (events.end[e] as number) + EPOCH,
          doctor: (events.doctor[e] as number) < 0 ? null : (events.doctor[e] as number),
          diagnosis: (events.diagnosis[e] as number) < 0 ? null : (events.diagnosis[e] as number),
        })),
      };
      if (cache.size > 200_000) cache.clear();
      cache.set(person, known);
    }
    return known;
  };
  const busy = new Int32Array(world.institutions.length);
  const stays = new Int32Array(world.institutions.length);
  for (let e = 0; e < count; e++) {
    busy[events.institution[e] as number]!++;
    if (AS[events.kind[e] as number] === 'in-patient') stays[events.institution[e] as number]!++;
  }
  const admdvs = (county: number) => (world.geo.counties[county] as { admdvs: string }).admdvs;
  const residents = world.geo.villages.map((): number[] => []);
  for (const p of world.people) residents[p.village]?.push(p.index);
  const townOf = (v: Village) => world.geo.towns[v.town] as Town;
  const group = (...names: string[]) => names.flatMap((n) => [...catalogue.group(n)]);
  const resale = catalogue.items.flatMap((it, i) =>
    it.listType === '101' &&
    it.resaleRisk >= 2 &&
    it.covered > 0 &&
    !['inj', 'onc', 'oncs', 'hdep'].includes(it.group)
      ? [i]
      : [],
  );

  const dialysis = (catalogue.use('dialysis')[0] as DiagnosisRow).index;
  const crowds = new Map<number, number[]>();
  const crowd = (institution: number) => {
    const there = new Set<number>();
    for (let e = 0; e < count; e++)
      if (events.institution[e] === institution) there.add(events.person[e] as number);
    return [...there].sort((a, b) => a - b);
  };

  const ctx: PlantingContext = {
    rng,
    from: EPOCH,
    to: EPOCH + DAYS * DAY,
    patientCount: world.people.length,
    patient(handle): CandidatePatient {
      const p = world.people[handle] as Person;
      const village = world.geo.villages[p.village] as Village;
      return {
        handle,
        household: p.household,
        place: p.village,
        area: admdvs(townOf(village).county),
        age: ageOf(p),
        died: p.died === NEVER ? null : FIRST_DAY + p.died,
        dialysis: p.dialysis,
        chronic: p.chronic,
      };
    },
    visits: (patient) => of(patient).visits,
    institutions: world.institutions.map(
      (i): CandidateInstitution => ({
        handle: i.index,
        type: i.type,
        level: i.level,
        area: admdvs(i.county),
        lng: i.lng,
        lat: i.lat,
        busy: busy[i.index] as number,
        stays: stays[i.index] as number,
        beds: i.beds,
        machines: i.machines,
        privately: i.privately,
        traced: i.traced,
        sessionLag: i.settlesAfter ? 4 * 3600 : 0,
        supports: { ...i.supports, tests: i.supports.tests / 13 },
      }),
    ),
    places: world.geo.villages.map((v) => ({
      area: admdvs(townOf(v).county),
      kind: v.careHome ? 'care-home' : 'village',
      lng: v.lng,
      lat: v.lat,
      patients: residents[v.index] as number[],
    })),
    items: {
      resale,
      session: group('hdse'),
      anticoagulant: group('hdac'),
      epo: group('hdep'),
      dialyser: group('hdli'),
      bloodLine: group('hdbl'),
      dialysisTests: group('labd'),
      laboratory: group('lab', 'labc'),
      imaging: group('img'),
      rehabilitation: group('reh'),
      ward: group('bed', 'ipd', 'nur'),
      injections: group('inj'),
      materials: group('mat'),
    },
    drugs: drugsOf(catalogue),
    patientsAt(institution) {
      const known = crowds.get(institution) ?? crowd(institution);
      crowds.set(institution, known);
      return known;
    },
    lowSeverity: catalogue
      .use('stay')
      .filter((d) => d.severity === 1 && d.ageFrom <= 60 && d.ageTo >= 85 && d.stay >= 5)
      .map((d) => d.index),
    kidneyFailure: dialysis,
    doctors(institution, diagnosis) {
      const place = world.institutions[institution] as Institution;
      const depts = place.depts.filter((d) => !d.fresh);
      const name = diagnosis === null ? undefined : catalogue.diagnoses[diagnosis]?.dept;
      const there = name === undefined ? pick(rng, depts) : depts.find((d) => d.name === name);
      return (there ?? depts[0])?.doctors ?? [];
    },
    serves(institution, day) {
      const d = day - FIRST_DAY;
      if (d < (world.listed.get(institution) ?? 0) || d >= DAYS) return null;
      const second = serveAt((world.institutions[institution] as Institution).hours, d, rng);
      return second < 0 ? null : EPOCH + d * DAY + second;
    },
  };
  const acute = catalogue.use('acute');
  const codes = world.stream('packs');

  function apply(planting: Planting): void {
    const packs = new Map<number, string>();
    const codeOf = (pack: number, item: number) => {
      const known = packs.get(pack) ?? packCode(item, codes);
      packs.set(pack, known);
      return known;
    };
    for (const v of planting.add) {
      const settled = v.settled - EPOCH;
      if (settled < 0 || settled >= DAYS * DAY) continue;
      const place = world.institutions[v.institution] as Institution;
      // At a hospital people register first and pay later.
      const wait =
        v.kind === 'out-patient' && place.type === 'hospital' ? between(rng, 300, 5400) : 0;
      const kind = BACK[v.kind];
      const diagnosis =
        v.diagnosis ?? (v.kind === 'out-patient' ? (pick(rng, acute) as DiagnosisRow).index : -1);
      const event = events.add(
        {
          person: v.patient,
          institution: v.institution,
          doctor: v.doctor ?? -1,
          kind,
          begin: v.begin - EPOCH - Math.min(wait, settled % DAY),
          end: v.kind === 'dialysis' ? Math.max(v.end - EPOCH, settled) : v.end - EPOCH,
          settled,
          diagnosis,
        },
        rng.int(4294967296),
      );
      let flags = 0;
      if (v.noCash) flags |= Flag.noCash;
      if (v.undelivered && v.kind === 'pharmacy') flags |= Flag.undelivered;
      events.flags[event] = flags;
      if (v.lines)
        events.lines.set(
          event,
          v.lines.map(({ item, count, packs: own }) => ({
            item,
            count,
            ...(own ? { codes: own.map((p) => codeOf(p, item)) } : {}),
          })),
        );
      if (v.refund) {
        events.flags[event] = flags | Flag.refunded;
        const back = settled + v.refund.after;
        events.addTo(event, Row.refund, Math.min(back, DAYS * DAY - 1));
        if (v.refund.again !== null)
          events.addTo(event, Row.again, Math.min(back + v.refund.again, DAYS * DAY - 1));
      }
    }
    for (const t of planting.takeOver) {
      const event = of(t.patient).events[t.visit];
      if (event === undefined) continue;
      events.institution[event] = t.institution;
      events.settled[event] = t.settled - EPOCH;
      events.begin[event] = t.settled - EPOCH;
      events.end[event] = t.settled - EPOCH;
      events.doctor[event] = t.doctor ?? -1;
    }
    const [first] = planting.sharedPhone;
    if (first !== undefined)
      for (const patient of planting.sharedPhone) (world.people[patient] as Person).phoneOf = first;
    for (const contact of planting.contacts ?? []) {
      const stranger = -1 - world.agents.length;
      world.agents.push(contact);
      if (contact.kind === 'telephone')
        for (const patient of contact.patients)
          (world.people[patient] as Person).phoneOf = contact.holder ?? stranger;
    }
  }
  return { ctx, apply };
}

/** What is handed out by the pack and taken at home. */
function drugsOf(catalogue: Catalogue): CandidateDrug[] {
  const ward = ['inj', 'onc', 'oncs', 'hdac', 'hdep', 'hdfe', 'anes'];
  const chronic = catalogue.use('chronic');
  const ingredients = new Map<string, number>();
  return catalogue.items.flatMap((it, item): CandidateDrug[] => {
    if (it.listType !== '101' || ward.includes(it.group) || it.covered === 0) return [];
    const ingredient = ingredients.get(it.name) ?? item;
    ingredients.set(it.name, ingredient);
    return [
      {
        item,
        ingredient,
        packDays: it.pack / it.dayDose,
        resale: it.resaleRisk,
        price: it.price,
        diagnoses: chronic.filter((d) => d.groups.includes(it.group)).map((d) => d.index),
      },
    ];
  });
}
