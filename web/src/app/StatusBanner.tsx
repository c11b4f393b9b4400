import { useQueryClient } from '@tanstack/react-query';
import { useEffect, useRef } from 'react';
import { useStatus } from '../api/queries';
import { useText } from '../i18n';

/** Which parts of the program are amiss and what that means for the reader; nothing when none is. */
export function StatusBanner() {
  const { t } = useText();
  const client = useQueryClient();
  const { data } = useStatus();
  const amiss = (data?.parts ?? []).filter((part) => part.status !== 'ok');
  const away = amiss.filter((part) => part.status === 'away').length;
  const before = useRef(0);
  useEffect(() => {
    // What could not be read while a part was away is read now that it is back.
    if (away < before.current) void client.refetchQueries({ type: 'active' });
    before.current = away;
  }, [away, client]);
  if (amiss.length === 0) return null;
  return (
    <aside className="status-banner" role="status" data-testid="status">
      {amiss.map(({ part, status, reason }) => (
        <span key={part}>
          {status === 'away'
            ? t(`parts.away.${part}`)
            : t(`parts.${reason === undefined || reason === 'no-answer' ? 'other' : reason}`)}
        </span>
      ))}
    </aside>
  );
}
