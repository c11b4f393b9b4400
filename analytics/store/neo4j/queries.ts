import { readFileSync } from 'node:fs';
import { ENTITY_KINDS, type EntityKind } from '../../model/ids.js';
import { resource } from '../../model/resources.js';

/** `cypher/<name>.cypher`; after `#` the kinds or relationship that stand for its placeholders. */
export type Query = string;

export const LABELS: Readonly<Record<EntityKind, string>> = {
  patient: 'Patient',
  doctor: 'Doctor',
  institution: 'Institution',
  drug: 'Drug',
};

export interface Joint {
  readonly source: EntityKind;
  readonly target: EntityKind;
  readonly type: string;
}

/** The relationships, source kind before target kind. */
export const JOINTS: readonly Joint[] = [
  { source: 'patient', target: 'doctor', type: 'TREATED_BY' },
  { source: 'patient', target: 'institution', type: 'VISITED' },
  { source: 'patient', target: 'drug', type: 'RECEIVED' },
  { source: 'doctor', target: 'institution', type: 'WORKED_AT' },
  { source: 'doctor', target: 'drug', type: 'ORDERED' },
  { source: 'institution', target: 'drug', type: 'SUPPLIED' },
];

/** The relationship between two kinds, whichever is first; undefined for a kind and itself. */
export function jointOf(a: EntityKind, b: EntityKind): Joint | undefined {
  return JOINTS.find(
    (j) => (j.source === a && j.target === b) || (j.source === b && j.target === a),
  );
}

export function kindCode(kind: EntityKind): number {
  return ENTITY_KINDS.indexOf(kind);
}

/** For files with `:KIND`. */
export const ofKind = (file: string, kind: EntityKind): Query => `${file}#KIND=${LABELS[kind]}`;

/** For files with `:SOURCE`, `:JOINT` and `:TARGET`. */
export const ofJoint = (file: string, { source, type, target }: Joint): Query =>
  `${file}#SOURCE=${LABELS[source]},JOINT=${type},TARGET=${LABELS[target]}`;

/** For files with `:KIND`, `:JOINT` and `:OTHER`, read from either end. */
export const fromKind = (file: string, kind: EntityKind, other: EntityKind): Query =>
  `${file}#KIND=${LABELS[kind]},JOINT=${jointOf(kind, other)?.type},OTHER=${LABELS[other]}`;

const texts = new Map<string, string>();

/**
 * The text of a query. Cypher binds values, but neither labels nor types: where a file serves all
 * kinds it has a placeholder, and what replaces it comes from the fixed lists above, never from input.
 */
export function query(name: Query): string {
  const known = texts.get(name);
  if (known !== undefined) return known;
  const [file, places = ''] = name.split('#') as [string, string?];
  let text = readFileSync(resource(`cypher/${file}.cypher`), 'utf8');
  for (const place of places.split(',').filter(Boolean)) {
    const [from, to] = place.split('=') as [string, string];
    text = text.replaceAll(`:${from}`, `:${to}`);
  }
  texts.set(name, text);
  return text;
}
