import { useParams, useSearch } from '@tanstack/react-router';
import { EntityKind } from '../api/types';
import { PageNotFound } from '../app/states';
import { ProfilePanel } from './ProfilePanel';

export function ProfilePage() {
  const { kind, id } = useParams({ from: '/profiles/$kind/$id' });
  const { run } = useSearch({ from: '/profiles/$kind/$id' });
  const known = EntityKind.safeParse(kind);
  if (!known.success) return <PageNotFound />;
  return (
    <div className="page">
      <ProfilePanel key={`${kind}:${id}`} entity={{ kind: known.data, id }} run={run} />
    </div>
  );
}
