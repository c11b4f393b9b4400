import type { EntityKind, Grade, Role } from '../api/types';
import { useText } from '../i18n';
import { usePalette } from './theme';

/** The shape that stands for a kind on the canvas, for legends, lists and tables. */
interface KindMarkProps {
  readonly kind: EntityKind;
  readonly role?: Role | undefined;
  readonly size?: number;
}

export function KindMark({ kind, role, size = 12 }: KindMarkProps) {
  const p = usePalette();
  const colour = role ? p.roles[role] : p.context;
  const fill = role ? colour : 'none';
  const common = { fill, stroke: colour, strokeWidth: 2 };
  return (
    <svg className="kind-mark" width={size} height={size} viewBox="0 0 16 16" aria-hidden="true">
      {kind === 'institution' ? (
        <rect x="2" y="2" width="12" height="12" rx="2.5" {...common} />
      ) : kind === 'drug' ? (
        <path d="M8 1.5 14.5 8 8 14.5 1.5 8Z" {...common} />
      ) : kind === 'doctor' ? (
        <>
          <circle cx="8" cy="8" r="6.5" fill="none" stroke={colour} strokeWidth="1.5" />
          <circle cx="8" cy="8" r="3.5" fill={fill} stroke={colour} strokeWidth="1" />
        </>
      ) : (
        <circle cx="8" cy="8" r="5.5" {...common} />
      )}
    </svg>
  );
}

/** A letter and its colour; the letter carries the meaning. */
export function GradeMark({ grade, large }: { readonly grade: Grade; readonly large?: boolean }) {
  const { t } = useText();
  return (
    <span
      className={`grade grade-${grade}${large ? ' grade-large' : ''}`}
      title={t('profile.gradeHelp')}
    >
      {grade}
    </span>
  );
}
