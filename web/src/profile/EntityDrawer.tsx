import { Link, useNavigate, useSearch } from '@tanstack/react-router';
import { Drawer } from 'antd';
import { parseEntityKey } from '../api/types';
import { useText } from '../i18n';
import { ProfilePanel } from './ProfilePanel';

/** The profile of the entity that the address names, over whatever page is open. */
export function EntityDrawer() {
  const { t } = useText();
  const navigate = useNavigate();
  const { entity, run } = useSearch({ strict: false });
  const ref = entity ? parseEntityKey(entity) : undefined;
  const close = () =>
    void navigate({ to: '.', search: (old) => ({ ...old, entity: undefined }), replace: true });
  return (
    <Drawer
      open={ref !== undefined}
      onClose={close}
      size={460}
      title={t('profile.title')}
      extra={
        ref ? (
          <Link to="/profiles/$kind/$id" params={ref} search={{ run }}>
            {t('profile.open')}
          </Link>
        ) : null
      }
      destroyOnHidden
    >
      {ref ? <ProfilePanel entity={ref} run={run} /> : null}
    </Drawer>
  );
}
