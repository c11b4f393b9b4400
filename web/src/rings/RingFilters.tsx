import { Button, Input, InputNumber, Select } from 'antd';
import { useEffect, useId, useState } from 'react';
import { CHANGES, type RingPage } from '../api/types';
import { Icon } from '../app/icons';
import { useText } from '../i18n';
import { isFiltered, NO_FILTERS, useListSearch } from './useListSearch';

/** Text that is typed reaches the address (and the server) after a pause. */
function useLate(value: string, commit: (text: string) => void) {
  const [text, setText] = useState(value);
  useEffect(() => setText(value), [value]);
  useEffect(() => {
    if (text === value) return;
    const timer = setTimeout(() => commit(text), 300);
    return () => clearTimeout(timer);
  }, [text, value, commit]);
  return [text, setText] as const;
}

interface RingFiltersProps {
  readonly facets: RingPage['facets'] | undefined;
}

export function RingFilters({ facets }: RingFiltersProps) {
  const { t, detector } = useText();
  const { search, change } = useListSearch();
  const id = useId();
  const [text, setText] = useLate(search.q ?? '', (q) => change({ q: q || undefined }));
  const [open, setOpen] = useState(isFiltered({ ...search, q: undefined }));
  const count = [search.detector, search.region, search.change, search.min].filter(Boolean).length;
  const counted = (counts: Record<string, number> | undefined, name: (key: string) => string) =>
    Object.entries(counts ?? {})
      .sort(([a, n], [b, m]) => m - n || a.localeCompare(b))
      .map(([value, n]) => ({ value, label: `${name(value)} · ${n}` }));

  return (
    <div className="filters">
      <div className="filters-row">
        <Input
          value={text}
          allowClear
          prefix={<Icon name="filter" size={14} />}
          placeholder={t('list.text')}
          aria-label={t('list.text')}
          onChange={(e) => setText(e.target.value)}
        />
        <Button
          aria-expanded={open}
          aria-controls={id}
          type={count > 0 ? 'primary' : 'default'}
          ghost={count > 0}
          onClick={() => setOpen(!open)}
        >
          {t('list.filters')}
          {count > 0 ? ` ${count}` : ''}
        </Button>
      </div>
      {open ? (
        <div className="filters-more" id={id}>
          <Select
            allowClear
            mode="multiple"
            maxTagCount="responsive"
            placeholder={t('list.type')}
            aria-label={t('list.type')}
            value={search.detector ? search.detector.split(',') : []}
            options={counted(facets?.detectors, detector)}
            onChange={(list: string[]) => change({ detector: list.join(',') || undefined })}
          />
          <Select
            allowClear
            showSearch
            placeholder={t('list.region')}
            aria-label={t('list.region')}
            value={search.region ?? null}
            options={counted(facets?.regions, (code) => code)}
            onChange={(region: string | undefined) => change({ region })}
          />
          <Select
            allowClear
            placeholder={t('list.change')}
            aria-label={t('list.change')}
            value={search.change ?? null}
            options={CHANGES.map((value) => ({
              value,
              label: `${t(`change.${value}`)} · ${facets?.changes[value] ?? 0}`,
            }))}
            onChange={(value) => change({ change: value })}
          />
          <InputNumber
            min={0}
            step={10_000}
            precision={0}
            placeholder={t('list.minMoney')}
            aria-label={t('list.minMoney')}
            value={search.min ? Number(search.min) : null}
            onChange={(n) => change({ min: n ? String(n) : undefined })}
          />
          {isFiltered(search) ? (
            <Button type="link" onClick={() => change(NO_FILTERS)}>
              {t('list.clear')}
            </Button>
          ) : null}
        </div>
      ) : null}
    </div>
  );
}
