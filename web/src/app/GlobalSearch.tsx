import { useNavigate, useSearch } from '@tanstack/react-router';
import { AutoComplete, Input, type InputRef } from 'antd';
import { useDeferredValue, useRef, useState } from 'react';
import { useHotkeys } from 'react-hotkeys-hook';
import { useSearch as useSearchAnswer } from '../api/queries';
import { entityKey, parseEntityKey } from '../api/types';
import { useText } from '../i18n';
import { keepRun } from './address';
import { Icon } from './icons';
import { KindMark } from './marks';

/** Finds a ring or an entity by code, part of a name or pinyin initials, from anywhere. */
export function GlobalSearch() {
  const { t } = useText();
  const navigate = useNavigate();
  const input = useRef<InputRef>(null);
  const [text, setText] = useState('');
  const asked = useDeferredValue(text.trim());
  const { run } = useSearch({ strict: false });
  const answer = useSearchAnswer(asked, run);
  useHotkeys('/', () => input.current?.focus({ cursor: 'all' }), {
    useKey: true,
    preventDefault: true,
  });

  const hits = asked ? (answer.data?.hits ?? []) : [];
  const rings = asked ? (answer.data?.rings ?? []) : [];
  const options = [
    ...rings.map((r) => ({
      value: `ring:${r.ring}`,
      label: (
        <span className="hit">
          <strong className="mono">{r.ring}</strong>
          <small>{t('search.rings')}</small>
        </span>
      ),
    })),
    ...hits.map((h) => ({
      value: `entity:${entityKey(h)}`,
      label: (
        <span className="hit">
          <KindMark kind={h.kind} />
          <span className="hit-label">{h.label}</span>
          <small>
            {t(`kind.${h.kind}`)} · {t(`search.${h.match}`)}
          </small>
        </span>
      ),
    })),
  ];

  function choose(value: string): void {
    setText('');
    input.current?.blur();
    if (value.startsWith('ring:')) {
      void navigate({
        to: '/rings/$ringId',
        params: { ringId: value.slice(5) },
        search: keepRun,
      });
      return;
    }
    const ref = parseEntityKey(value.slice('entity:'.length));
    if (ref) void navigate({ to: '/profiles/$kind/$id', params: ref, search: keepRun });
  }

  return (
    <search className="global-search">
      <AutoComplete
        value={text}
        options={options}
        onChange={(value: string) => {
          if (!value.startsWith('ring:') && !value.startsWith('entity:')) setText(value);
        }}
        onSelect={choose}
        defaultActiveFirstOption
        notFoundContent={
          asked && answer.isSuccess && !answer.isPlaceholderData ? t('search.none') : null
        }
        popupMatchSelectWidth={420}
      >
        <Input
          ref={input}
          prefix={<Icon name="search" />}
          suffix={text ? null : <kbd>/</kbd>}
          placeholder={t('search.placeholder')}
          aria-label={t('search.label')}
          onKeyDown={(e) => {
            if (e.key === 'Escape') e.currentTarget.blur();
          }}
        />
      </AutoComplete>
    </search>
  );
}
