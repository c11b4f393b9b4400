/** What a risk profile can be about, and what a graph node can be. `drug` is any catalogue item. */
export const ENTITY_KINDS = ['patient', 'doctor', 'institution', 'drug'] as const;
export type EntityKind = (typeof ENTITY_KINDS)[number];

export interface EntityRef {
  readonly kind: EntityKind;
  readonly id: string;
}

/** Stable text key of an entity, e.g. `institution:P500100123`. */
export function entityKey(ref: EntityRef): string {
  return `${ref.kind}:${ref.id}`;
}
