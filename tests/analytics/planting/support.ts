import { createRng } from '../../../analytics/model/rng.js';
import { DAY_S, parseDay, startOfDay } from '../../../analytics/model/time.js';
import type {
  CandidateInstitution,
  CandidatePatient,
  HonestVisit,
  PlantingContext,
  VisitKind,
} from '../../../analytics/planting/context.js';

const FIRST = parseDay('2025-01-01') as number;
const VILLAGES = 12;
const AREAS = ['110001', '110002'];

/**
 * A tidy little district: 3,000 people of two to a household in twelve villages and one care home,
 * every third with many visits, every fifth once in hospital, some on dialysis, some dead.
 */
export function district(seed: number): PlantingContext {
  const rng = createRng(seed);
  const life = createRng(seed + 1);
  const at = (day: number, hour: number) => startOfDay(FIRST + day) + Math.round(hour * 3600);
  const institutions: CandidateInstitution[] = [];
  const found = (type: CandidateInstitution['type'], count: number, more: object = {}) => {
    for (let i = 0; i < count; i++)
      institutions.push({
        handle: institutions.length,
        type,
        level: type === 'hospital' ? (i % 2 === 0 ? 1 : 2) : 0,
        area: AREAS[i % 2] as string,
        lng: 104 + life.next(),
        lat: 30 + life.next(),
        busy: 50 + life.int(900),
        stays: type === 'hospital' ? 60 : 0,
        machines: 0,
        sessionLag: 0,
        supports: { anticoagulant: 0.97, epo: 0.5, dialyser: 0.97, bloodLine: 0.02, tests: 0.08 },
        privately: i % 3 === 0,
        traced: i % 4 === 1 ? 0 : 0.8,
        beds: type === 'hospital' ? 30 + 10 * (i % 4) : 0,
        ...more,
      });
  };
  found('pharmacy', 20);
  found('hospital', 12);
  found('hospital', 3, { machines: 8, sessionLag: 4 * 3600 });
  found('clinic', 10);
  const of = (type: string) => institutions.filter((i) => i.type === type && i.machines === 0);
  const centres = institutions.filter((i) => i.machines > 0);
  const patients: CandidatePatient[] = [];
  const visits: HonestVisit[][] = [];
  const places = Array.from({ length: VILLAGES + 1 }, (_, i) => ({
    area: AREAS[i % 2] as string,
    kind: i === VILLAGES ? ('care-home' as const) : ('village' as const),
    lng: 104 + life.next(),
    lat: 30 + life.next(),
    patients: [] as number[],
  }));
  for (let handle = 0; handle < 3000; handle++) {
    const place = handle % 60 === 59 ? VILLAGES : life.int(VILLAGES);
    const dialysis = handle % 97 === 5;
    places[place]?.patients.push(handle);
    patients.push({
      handle,
      household: Math.floor(handle / 2),
      place,
      area: places[place]?.area as string,
      age: 20 + life.int(70),
      died: handle % 71 === 3 ? FIRST + 40 + life.int(200) : null,
      dialysis,
      chronic: handle % 4 === 0 ? [20 + (handle % 5)] : [],
    });
    const own: HonestVisit[] = [];
    const add = (institution: number, kind: VisitKind, begin: number, end = begin) =>
      own.push({
        institution,
        kind,
        begin,
        end,
        doctor: kind === 'pharmacy' ? null : institution * 10,
        diagnosis: null,
      });
    for (let n = handle % 3 === 0 ? 9 : life.int(4); n > 0; n--)
      add(of('pharmacy')[life.int(20)]?.handle as number, 'pharmacy', at(life.int(365), 10));
    if (handle % 5 === 0) {
      const day = life.int(330);
      add(
        of('hospital')[life.int(12)]?.handle as number,
        'in-patient',
        at(day, 9),
        at(day + 9, 10),
      );
    }
    if (dialysis)
      for (let day = handle % 2; day < 365; day += 3)
        add(centres[handle % 3]?.handle as number, 'dialysis', at(day, 8), at(day, 12));
    visits.push(own.sort((a, b) => a.begin - b.begin));
  }
  return {
    rng,
    from: startOfDay(FIRST),
    to: startOfDay(FIRST) + 365 * DAY_S,
    patientCount: patients.length,
    patient: (handle) => patients[handle] as CandidatePatient,
    visits: (handle) => visits[handle] as HonestVisit[],
    institutions,
    places,
    items: {
      resale: Array.from({ length: 30 }, (_, i) => i),
      session: [100],
      anticoagulant: [101],
      epo: [102],
      dialyser: [103],
      bloodLine: [104],
      dialysisTests: [105],
      laboratory: [110, 111, 112],
      imaging: [113, 114],
      rehabilitation: [115, 116, 117, 118],
      ward: [120, 121, 122],
      injections: [123, 124, 125, 126, 127, 128],
      materials: [129, 130],
    },
    // Twenty substances of two makers each.
    drugs: Array.from({ length: 40 }, (_, i) => ({
      item: i,
      ingredient: i - (i % 2),
      packDays: i % 3 === 0 ? 30 : 14,
      resale: i < 30 ? 2 : 1,
      price: 4000 + 100 * i,
      diagnoses: [20 + (Math.floor(i / 2) % 5)],
    })),
    patientsAt: (institution) =>
      patients
        .map((p) => p.handle)
        .filter((p) => visits[p]?.some((v) => v.institution === institution)),
    lowSeverity: [1, 2, 3, 4, 5, 6, 7],
    kidneyFailure: 9,
    doctors: (institution) => [institution * 10, institution * 10 + 1, institution * 10 + 2],
    serves: (_, day) => startOfDay(day) + 8 * 3600 + rng.int(12 * 3600),
  };
}

/** The same district with doctors at work: everybody with many visits also sees one in a clinic or hospital. */
export function workingDistrict(seed: number): PlantingContext {
  const plain = district(seed);
  const life = createRng(seed + 2);
  const houses = plain.institutions.filter((i) => i.type !== 'pharmacy' && i.machines === 0);
  const visits = Array.from({ length: plain.patientCount }, (_, handle) => {
    const own = plain.visits(handle).slice();
    if (own.length < 8) return own;
    for (let n = 4; n > 0; n--) {
      const house = houses[life.int(houses.length)] as CandidateInstitution;
      const at = startOfDay(FIRST + life.int(365)) + Math.round((8 + 9 * life.next()) * 3600);
      own.push({
        institution: house.handle,
        kind: 'out-patient',
        begin: at,
        end: at,
        doctor: house.handle * 10 + life.int(2),
        diagnosis: null,
      });
    }
    return own.sort((a, b) => a.begin - b.begin);
  });
  return {
    ...plain,
    visits: (handle) => visits[handle] as HonestVisit[],
    patientsAt: (institution) =>
      visits.flatMap((own, p) => (own.some((v) => v.institution === institution) ? [p] : [])),
  };
}
