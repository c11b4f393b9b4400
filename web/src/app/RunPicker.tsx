import { useNavigate, useSearch } from '@tanstack/react-router';
import { Select } from 'antd';
import { useRuns } from '../api/queries';
import { useText } from '../i18n';
import { dateTime } from '../i18n/format';

/** Which published run is shown; the newest unless the address says another. */
export function RunPicker() {
  const { t } = useText();
  const runs = useRuns();
  const navigate = useNavigate();
  const { run } = useSearch({ strict: false });
  const list = runs.data?.runs ?? [];
  if (list.length === 0) return null;
  const current = list.find((r) => r.current)?.id ?? list[0]!.id;
  return (
    <Select
      className="run-picker"
      variant="filled"
      aria-label={t('run.label')}
      value={run ?? current}
      popupMatchSelectWidth={false}
      options={list.map((r) => ({
        value: r.id,
        label: dateTime(r.publishedAt),
        title: `${r.id} · ${t('run.findings', { count: r.findings })}`,
      }))}
      optionRender={({ label, value }) => {
        const r = list.find((one) => one.id === value)!;
        return (
          <div className="run-option">
            <span>
              {label} {r.current ? <em>{t('run.current')}</em> : null}
            </span>
            <small>{t('run.findings', { count: r.findings })}</small>
          </div>
        );
      }}
      onChange={(id) =>
        void navigate({
          to: '.',
          search: (old) => ({ ...old, run: id === current ? undefined : id }),
        })
      }
    />
  );
}
