import type { Rng } from '../../model/rng.js';
import { DAY_S, startOfDay } from '../../model/time.js';
import type { Contact, PlantedVisit, Planting } from '../context.js';
import { donorsOf } from './donors.js';
import { rowsOf, type Survey, VISIT_KINDS } from './survey.js';

/** One settlement to write. Ids are the bureau's own; '' is none. */
export interface PlannedVisit {
  readonly n: number;
  /** The first settlement of the visit: itself, or the one that is refunded or settled again. */
  readonly of: number;
  readonly sign: 1 | -1;
  readonly ring: number;
  readonly setl: string;
  readonly visit: string;
  readonly patient: string;
  readonly institution: string;
  /** Honest settlements that it takes bill, department and gaps from; `other` lends some lines. */
  readonly donor: string;
  readonly other: string;
  /** Epoch seconds. */
  readonly begins: number;
  readonly ends: number;
  readonly settled: number;
  readonly doctor: string;
  readonly diagnosis: string;
  readonly noCash: boolean;
  /** An honest settlement led elsewhere: its own lines, all of them. */
  readonly moved: boolean;
  /** Its lines stand in `lines`. */
  readonly given: boolean;
  readonly delivered: boolean;
  /** Share of drug lines there that carry trace codes. */
  readonly traced: number;
}

export interface PlannedLine {
  readonly of: number;
  readonly seq: number;
  readonly item: string;
  readonly count: number;
}

/** A physical pack on a line; the same `pack` is the same trace code. */
export interface PlannedPack {
  readonly of: number;
  readonly seq: number;
  readonly pack: string;
}

/** Somebody who gives a telephone, or is represented or paid through somebody; `holder` '' is nobody insured. */
export interface PlannedContact {
  readonly kind: Contact['kind'];
  readonly patient: string;
  readonly holder: string;
  /** The same for all behind one contact. */
  readonly key: string;
}

export interface Plan {
  readonly visits: readonly PlannedVisit[];
  readonly lines: readonly PlannedLine[];
  readonly packs: readonly PlannedPack[];
  readonly contacts: readonly PlannedContact[];
  /** Settlements that are led elsewhere, and so no longer where they were. */
  readonly gone: readonly string[];
}

/** Between an honest id and what makes it another; no register writes it. */
const MARK = '~';
/** A drawn bill that is the first one again is drawn anew so often. */
const OTHERS = 3;

/**
 * The rows that plantings stand for, tied to the honest rows that lend what a planting does not say. What
 * would be settled after the period is left out. Deterministic for a stream of `rng`.
 */
export function planRows(survey: Survey, plantings: readonly Planting[], rng: Rng): Plan {
  const { world } = survey;
  const { settlements: s, patients, institutions, doctors, items } = world;
  const lend = donorsOf(survey);
  const last = startOfDay(world.toDay);
  const first = startOfDay(world.fromDay);
  const visits: PlannedVisit[] = [];
  const lines: PlannedLine[] = [];
  const packs: PlannedPack[] = [];
  const contacts: PlannedContact[] = [];
  const gone: string[] = [];

  function put(ring: number, v: PlantedVisit): void {
    const wanted = {
      institution: v.institution,
      kind: v.kind,
      diagnosis: v.diagnosis,
      days: Math.round((v.end - v.begin) / DAY_S),
    };
    const donor = lend(wanted, rng);
    if (donor < 0 || v.settled < first || v.settled >= last) return;
    let other = lend(wanted, rng);
    for (let i = 0; i < OTHERS && other === donor; i++) other = lend(wanted, rng);
    const n = visits.length;
    const setl = `${s.ids[donor]}${MARK}${n}`;
    const shelf = v.lines?.filter((line) => items.ids[line.item] !== undefined) ?? null;
    const base: PlannedVisit = {
      n,
      of: n,
      sign: 1,
      ring,
      setl,
      visit: `${setl}${MARK}v`,
      patient: patients.ids[v.patient]!,
      institution: institutions.ids[v.institution]!,
      donor: s.ids[donor]!,
      other: other === donor ? '' : s.ids[other]!,
      begins: v.begin,
      ends: v.end,
      settled: v.settled,
      doctor: v.doctor === null ? '' : (doctors[v.doctor] ?? ''),
      diagnosis: v.diagnosis === null ? '' : (s.diagnoses[v.diagnosis] ?? ''),
      noCash: v.noCash,
      moved: false,
      given: shelf !== null && shelf.length > 0,
      delivered: !v.undelivered,
      traced: survey.institutions[v.institution]!.traced,
    };
    visits.push(base);
    for (const [seq, line] of (shelf ?? []).entries()) {
      lines.push({ of: n, seq, item: items.ids[line.item]!, count: line.count });
      for (const pack of line.packs ?? []) packs.push({ of: n, seq, pack: `${ring}/${pack}` });
    }
    if (!v.refund) return;
    const back = v.settled + v.refund.after;
    const again = v.refund.again === null ? Infinity : back + v.refund.again;
    for (const [settled, sign] of [[back, -1] as const, [again, 1] as const]) {
      if (settled >= last) break;
      const k = visits.length;
      visits.push({ ...base, n: k, sign, setl: `${setl}${MARK}${k}`, settled });
    }
  }

  for (const [ring, planting] of plantings.entries()) {
    for (const visit of planting.add) put(ring, visit);
    for (const t of planting.takeOver) {
      const row = rowsOf(survey.ofPatient, t.patient)[t.visit];
      if (row === undefined || VISIT_KINDS[survey.kind[row]!] === 'in-patient') continue;
      const n = visits.length;
      gone.push(s.ids[row]!);
      const setl = `${s.ids[row]}${MARK}${n}`;
      const of = {
        institution: t.institution,
        kind: VISIT_KINDS[survey.kind[row]!]!,
        diagnosis: null,
        days: 0,
      };
      const there = lend(of, rng);
      const doctor = t.doctor === undefined ? '' : (doctors[t.doctor] ?? '');
      visits.push({
        n,
        of: n,
        sign: 1,
        ring,
        setl,
        visit: `${setl}${MARK}v`,
        patient: patients.ids[t.patient]!,
        institution: institutions.ids[t.institution]!,
        donor: s.ids[row]!,
        other: there < 0 ? '' : s.ids[there]!,
        begins: t.settled,
        ends: t.settled,
        settled: t.settled,
        doctor,
        diagnosis: '',
        noCash: false,
        moved: true,
        given: false,
        delivered: true,
        traced: survey.institutions[t.institution]!.traced,
      });
    }
    const told = (contact: Contact, key: string) => {
      for (const patient of contact.patients)
        contacts.push({
          kind: contact.kind,
          patient: patients.ids[patient]!,
          holder: contact.holder === null ? '' : patients.ids[contact.holder]!,
          key: `${ring}/${key}`,
        });
    };
    const [holder] = planting.sharedPhone;
    if (holder !== undefined)
      told({ kind: 'telephone', holder, patients: planting.sharedPhone }, 'phone');
    for (const [k, contact] of (planting.contacts ?? []).entries()) told(contact, String(k));
  }
  return { visits, lines, packs, contacts, gone };
}
