import { Outlet, useParams } from '@tanstack/react-router';
import { useTwoColumns } from '../app/useMedia';
import { RingList } from './RingList';

/** The list beside what was chosen; on a narrow screen one or the other. */
export function RingsPage() {
  const two = useTwoColumns();
  const { ringId } = useParams({ strict: false });
  const list = two || !ringId;
  return (
    <div className={two ? 'rings two' : 'rings'}>
      {list ? <RingList /> : null}
      {two || ringId ? <Outlet /> : null}
    </div>
  );
}
