import { ENTITY_KINDS, type EntityKind, ROLES, type Role } from '../api/types';
import { KindMark } from '../app/marks';
import { useText } from '../i18n';
import type { Wanted } from './model';

const KIND_OF_ROLE: Readonly<Record<Role, EntityKind>> = {
  core: 'institution',
  organiser: 'patient',
  recruiter: 'patient',
  doctor: 'doctor',
  member: 'patient',
  item: 'drug',
};

/** Only what is on the canvas: colour says the role, shape the kind, hollow “outside the ring”. */
export function Legend({ want }: { readonly want: Wanted }) {
  const { t } = useText();
  const roles = new Map<Role, { kind: EntityKind; count: number }>();
  const outside = new Map<EntityKind, number>();
  for (const n of want.nodes.values()) {
    if (n.role) {
      const seen = roles.get(n.role);
      roles.set(n.role, { kind: seen?.kind ?? n.kind, count: (seen?.count ?? 0) + 1 });
    } else outside.set(n.kind, (outside.get(n.kind) ?? 0) + 1);
  }
  return (
    <ul className="legend" aria-label={t('graph.legend')}>
      {ROLES.filter((r) => roles.has(r)).map((role) => (
        <li key={role}>
          <KindMark kind={roles.get(role)?.kind ?? KIND_OF_ROLE[role]} role={role} />
          <span>{t(`role.${role}`)}</span>
          <small>{roles.get(role)?.count}</small>
        </li>
      ))}
      {ENTITY_KINDS.filter((k) => outside.has(k)).map((kind) => (
        <li key={kind} title={t('graph.outside')}>
          <KindMark kind={kind} />
          <span>{t(`kind.${kind}`)}</span>
          <small>{outside.get(kind)}</small>
        </li>
      ))}
    </ul>
  );
}
