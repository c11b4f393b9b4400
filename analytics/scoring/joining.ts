/**
 * Which findings are one case, from the surest on.
 *
 * - A ring joins the case with which it shares most people, half of the smaller at least. Compared are the people of
 *   the case's outline, so that neither a diffuse pattern over two rings nor one member with habits of his own makes
 *   one of them.
 * - What a person did by himself is a reason of the ring that he belongs to, unless it is sure by itself, was done at other
 *   places than the ring's, and by nobody else of it. What a place did in several ways that one detector looks at is one case.
 * - What a place did by itself and a ring there are one case where they rest on the same settlements, or where what the
 *   place did was mostly done with the ring's people: two schemes may use one pharmacy. The surer of the two leads.
 *
 * Who leads gives the case its detector, its p and its outline (patients and core places). A ring adds its own to that of
 * another where it is sure by itself, and half of its people were there already or it has nearly all who were; else it
 * speaks of some of them and of others, and only its reasons count. What one person or place did has no more outline
 * than itself.
 */
import {
  type Finding,
  type FindingStatus,
  patientsOf,
  ROLES,
  type Subject,
} from '../model/finding.js';
import { entityKey } from '../model/ids.js';
import type { World } from '../projection/world.js';

/** Findings of one case, the surest first. */
export interface Case {
  readonly findings: readonly Finding[];
  readonly status: FindingStatus;
  readonly p: number | null;
  readonly subjects: readonly Subject[];
}

/** The share of the people of the smaller of two rings that makes them one. */
const SAME_PEOPLE = 0.5;
/** A ring that has so many of the people of another sees all of it. */
const NEARLY_ALL = 0.9;
/** The same of settlements, of a place's own finding and a ring there. */
const SAME_SETTLEMENTS = 1 / 3;
/** The share of the settlements of a place's own finding that are of a ring's people, or of a person's that are at its places. */
const OF_THE_RING = 0.5;
/** A p below this is the same evidence: rings come before what one person or place did. */
const CERTAIN = 1e-6;

/** Of a settlement's id: the ids of its patient and its institution. */
export type Bills = ReadonlyMap<string, { readonly patient: string; readonly institution: string }>;

/** Those of the settlements that findings rest on. */
export function billsOf(
  { settlements: { ids, patient, institution }, patients, institutions }: World,
  findings: readonly Finding[],
): Bills {
  const named = new Set(findings.flatMap(settlementsOf));
  const bills = new Map<string, { patient: string; institution: string }>();
  ids.forEach((id, i) => {
    if (!named.has(id)) return;
    const at = institutions.ids[institution[i]!]!;
    bills.set(id, { patient: patients.ids[patient[i]!]!, institution: at });
  });
  return bills;
}

interface Draft {
  /** The surest first. */
  readonly findings: Finding[];
  /** Those whose people and places are the outline. */
  readonly outline: Finding[];
  /** Patients of the outline. */
  readonly people: Set<string>;
}

/** `weights` has the detectors that ran; `level` is that of the list; `bills` who billed each settlement on whose card. */
export function joinFindings(
  findings: readonly Finding[],
  weights: ReadonlyMap<string, number>,
  level: number,
  bills: Bills,
): Case[] {
  const sum = [...weights.values()].reduce((total, w) => total + w, 0);
  /** p over all detectors that ran, were it alone: what is comparable between them. */
  const doubt = ({ p, detector }: Finding) =>
    p === null ? Number.MAX_VALUE : (p * sum) / weights.get(detector)!;
  const isSure = (f: Finding) => doubt(f) <= level;
  const leads = (ring: Finding, own: Finding) => doubt(ring) <= Math.max(doubt(own), CERTAIN);
  const sorted = findings.toSorted(
    (x, y) =>
      doubt(x) - doubt(y) || y.fundAtRisk - x.fundAtRisk || (x.detector < y.detector ? -1 : 1),
  );
  const rings = ringsOf(
    sorted.filter((f) => !isOwn(f)),
    isSure,
  );
  const owned = sorted.filter(isOwn);
  const isOfRing = (draft: Draft, own: Finding) =>
    draft.people.has(personOf(own)!) &&
    (!isSure(own) || doneAt(draft, own, bills) || isShared(draft, own, owned));
  const alone: Draft[] = [];
  for (const own of owned) {
    const place = placeOf(own);
    const ring = rings.find(
      (draft) =>
        draft.findings[0]!.status === own.status &&
        leads(draft.findings[0]!, own) &&
        (place === undefined ? isOfRing(draft, own) : isPartOf(draft, own, place, bills)),
    );
    const same = alone.find(({ findings: [head] }) => sameDoing(head!, own));
    const known = ring ?? same ?? alone.find(({ findings: [head] }) => samePerson(head!, own));
    if (known) known.findings.push(own);
    if (known && known === same) same.outline.push(own);
    if (!known) alone.push(draftOf(own));
  }
  const led: Draft[] = [];
  for (const ring of rings) {
    const first = ring.findings[0]!;
    const own = alone.find(({ findings: [head] }) => {
      const place = placeOf(head!);
      return (
        head!.status === first.status &&
        !leads(first, head!) &&
        place !== undefined &&
        isThere(first, place) &&
        (sameSettlements(first, head!) || doneBy(ring.people, head!, bills))
      );
    });
    if (own) own.findings.push(...ring.findings);
    else led.push(ring);
  }
  return [...led, ...alone].map(({ findings: all, outline }) => ({
    findings: all,
    status: all[0]!.status,
    p: all[0]!.p,
    subjects: subjectsOf(all, new Set(outline)),
  }));
}

/** What one person or one place did: the person may name its customers, and the place its patients. */
const isOwn = (f: Finding) => f.kind === 'entity' || patientsOf(f).length === 0;

const coresOf = (f: Finding, kind: Subject['kind']) =>
  f.subjects.filter((s) => s.kind === kind && s.role === 'core').map((s) => s.id);
const placeOf = (f: Finding): string | undefined => coresOf(f, 'institution')[0];
const personOf = (f: Finding): string | undefined => coresOf(f, 'patient')[0];
const samePerson = (f: Finding, g: Finding) =>
  personOf(f) !== undefined && personOf(f) === personOf(g) && f.status === g.status;
/** One detector may see what a place does in several of its services; what a doctor does there is his own. */
const sameDoing = (f: Finding, g: Finding) =>
  f.detector === g.detector &&
  f.status === g.status &&
  [f, g].every((x) => coresOf(x, 'doctor').length + coresOf(x, 'patient').length === 0) &&
  placeOf(f) !== undefined &&
  coresOf(f, 'institution').join() === coresOf(g, 'institution').join();
const isThere = (f: Finding, place: string) => coresOf(f, 'institution').includes(place);

function ringsOf(sorted: readonly Finding[], isSure: (f: Finding) => boolean): Draft[] {
  const drafts: Draft[] = [];
  for (const f of sorted) {
    const people = patientsOf(f);
    let best: Draft | undefined;
    let most = 0;
    for (const draft of drafts) {
      if (draft.findings[0]!.status !== f.status) continue;
      const shared = people.filter((id) => draft.people.has(id)).length;
      if (shared <= most || shared < SAME_PEOPLE * Math.min(people.length, draft.people.size))
        continue;
      best = draft;
      most = shared;
    }
    if (!best) {
      drafts.push(draftOf(f));
      continue;
    }
    best.findings.push(f);
    const seesTheSame =
      most >= SAME_PEOPLE * people.length || most >= NEARLY_ALL * best.people.size;
    if (!isSure(f) || !seesTheSame) continue;
    best.outline.push(f);
    for (const id of people) best.people.add(id);
  }
  return drafts;
}

const draftOf = (f: Finding): Draft => ({
  findings: [f],
  outline: [f],
  people: new Set(patientsOf(f)),
});

const settlementsOf = (f: Finding) => f.reasons.flatMap((r) => r.settlements);

function sameSettlements(f: Finding, g: Finding): boolean {
  const [one, other] = [f, g].map((x) => new Set(settlementsOf(x)));
  const shared = [...one!].filter((id) => other!.has(id)).length;
  return shared > 0 && shared >= SAME_SETTLEMENTS * Math.min(one!.size, other!.size);
}

/**
 * Whether people did most of what is a place's own. A ring that uses several places names the strongest of its settlements,
 * which may be none of the place's: then only whose they are tells.
 */
const doneBy = (people: ReadonlySet<string>, own: Finding, bills: Bills) =>
  mostly(own, (id) => people.has(bills.get(id)?.patient ?? ''));

/** Whether what a place did by itself is a ring's doing. */
const isPartOf = ({ findings, people }: Draft, own: Finding, place: string, bills: Bills) =>
  findings.some(
    (f) => isThere(f, place) && (sameSettlements(f, own) || doneBy(people, own, bills)),
  );

/** Whether others of a ring did what one of its people did. */
const isShared = ({ people }: Draft, own: Finding, owned: readonly Finding[]) =>
  owned.some(
    (f) =>
      f.detector === own.detector &&
      f.status === own.status &&
      personOf(f) !== personOf(own) &&
      people.has(personOf(f)!),
  );

/** Whether a person did most of what is his own at the places of a ring. */
const doneAt = ({ findings }: Draft, own: Finding, bills: Bills) => {
  const places = new Set(findings.flatMap((f) => coresOf(f, 'institution')));
  return mostly(own, (id) => places.has(bills.get(id)?.institution ?? ''));
};

function mostly(f: Finding, is: (settlement: string) => boolean): boolean {
  const rows = [...new Set(settlementsOf(f))];
  return rows.filter(is).length >= OF_THE_RING * rows.length;
}

/** Roles of the surest finding win. Order: role, then kind and id. */
function subjectsOf(findings: readonly Finding[], outline: ReadonlySet<Finding>): Subject[] {
  const seen = new Map<string, Subject>();
  for (const f of findings)
    for (const s of f.subjects)
      if (!seen.has(entityKey(s)) && (outline.has(f) || !isOutline(s))) seen.set(entityKey(s), s);
  return [...seen.values()].sort(
    (x, y) =>
      ROLES.indexOf(x.role) - ROLES.indexOf(y.role) || (entityKey(x) < entityKey(y) ? -1 : 1),
  );
}

const isOutline = (s: Subject) =>
  s.kind === 'patient' || (s.kind === 'institution' && s.role === 'core');
