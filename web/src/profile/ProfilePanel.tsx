import { Link } from '@tanstack/react-router';
import { ApiError } from '../api/client';
import { useEntity, useNeighbours } from '../api/queries';
import {
  ENTITY_KINDS,
  type EntityKind,
  type EntityProfile,
  type EntityRef,
  entityKey,
  GRADES,
  type GraphNode,
} from '../api/types';
import { GradeMark, KindMark } from '../app/marks';
import { Failed, Loading, Notice } from '../app/states';
import { useText } from '../i18n';
import { attributeValue } from '../i18n/codes';
import { probability } from '../i18n/format';
import { ChangeTag } from '../rings/RingCard';
import { Moves } from './Moves';

function Grades({ peers, grade }: Pick<EntityProfile, 'peers' | 'grade'>) {
  const { t, number } = useText();
  if (!peers) return null;
  const most = Math.max(1, ...GRADES.map((g) => peers.grades[g] ?? 0));
  return (
    <section>
      <h3>{t('profile.peers')}</h3>
      <ul className="grade-bars">
        {GRADES.map((g) => {
          const n = peers.grades[g] ?? 0;
          // The lowest grade holds nearly everybody, so lengths grow with the logarithm.
          const width = n === 0 ? 0 : (Math.log1p(n) / Math.log1p(most)) * 100;
          return (
            <li key={g} className={g === grade ? 'own' : undefined}>
              <GradeMark grade={g} />
              <span className="grade-bar" aria-hidden="true">
                <span style={{ width: `${width}%` }} />
              </span>
              <span className="right">{number(n)}</span>
            </li>
          );
        })}
      </ul>
    </section>
  );
}

function Findings({ findings }: Pick<EntityProfile, 'findings'>) {
  const { t, detector, yuanShort } = useText();
  if (findings.length === 0) return <p className="muted">{t('profile.noFindings')}</p>;
  return (
    <ul className="finding-links">
      {findings.map((f) => (
        <li key={f.id}>
          <Link
            to="/rings/$ringId"
            params={{ ringId: f.ring }}
            search={(old) => ({
              status: f.status === 'finding' ? undefined : f.status,
              run: old.run,
            })}
          >
            <span>
              {detector(f.detector)} <ChangeTag change={f.change} />
            </span>
            <small>
              <span className="mono">{f.ring}</span> · {t(`status.${f.status}`)} ·{' '}
              {f.q === null ? t('list.noQ') : `q ${probability(f.q)}`} · {yuanShort(f.fundAtRisk)}
            </small>
          </Link>
        </li>
      ))}
    </ul>
  );
}

const NEIGHBOURS = 8;

function NeighbourList({
  nodes,
  kind,
  total,
}: {
  readonly nodes: readonly { readonly node: GraphNode; readonly count: number }[];
  readonly kind: EntityKind;
  readonly total: number;
}) {
  const { t, number } = useText();
  return (
    <div>
      <h4>
        {t(`kind.${kind}`)}{' '}
        <small className="muted">
          {t('graph.ofTotal', { shown: nodes.length, total: number(total) })}
        </small>
      </h4>
      <ul className="neighbours">
        {nodes.map(({ node, count }) => (
          <li key={node.key}>
            <KindMark kind={node.kind} />
            <Link
              to="/profiles/$kind/$id"
              params={{ kind: node.kind, id: node.id }}
              search={(old) => ({ run: old.run })}
            >
              {node.label}
            </Link>
            <small>{t('graph.settlementsCount', { count })}</small>
          </li>
        ))}
      </ul>
    </div>
  );
}

function Neighbours({ entity }: { readonly entity: EntityRef }) {
  const { t } = useText();
  const query = useNeighbours(entity, NEIGHBOURS);
  if (query.isPending) return <Loading rows={3} />;
  if (query.isError)
    return <Failed compact error={query.error} retry={() => void query.refetch()} />;
  const own = entityKey(entity);
  const counts = new Map<string, number>();
  for (const e of query.data.edges) {
    const other = e.source === own ? e.target : e.target === own ? e.source : undefined;
    if (other) counts.set(other, e.count);
  }
  const degrees = query.data.nodes.find((n) => n.key === own)?.degrees ?? {};
  const groups = ENTITY_KINDS.map((kind) => ({
    kind,
    total: degrees[kind] ?? 0,
    nodes: query.data.nodes
      .filter((n) => n.kind === kind && counts.has(n.key))
      .map((node) => ({ node, count: counts.get(node.key) ?? 0 }))
      .sort((a, b) => b.count - a.count || a.node.key.localeCompare(b.node.key)),
  })).filter((g) => g.nodes.length > 0);
  if (groups.length === 0) return <p className="muted">{t('profile.noNeighbours')}</p>;
  return (
    <div className="neighbour-groups">
      {groups.map((g) => (
        <NeighbourList key={g.kind} {...g} total={Math.max(g.total, g.nodes.length)} />
      ))}
    </div>
  );
}

interface ProfilePanelProps {
  readonly entity: EntityRef;
  readonly run: string | undefined;
}

/** Everything the run says of one patient, doctor, institution or item. */
export function ProfilePanel({ entity, run }: ProfilePanelProps) {
  const { t, attribute, number, lang } = useText();
  const query = useEntity(entity, run);
  if (query.isPending) return <Loading rows={8} />;
  if (query.isError) {
    if (query.error instanceof ApiError && query.error.status === 404)
      return (
        <Notice compact title={t('state.notFoundEntity')} help={query.error.remedy} role="alert" />
      );
    return <Failed compact error={query.error} retry={() => void query.refetch()} />;
  }
  const profile = query.data;
  const attributes = Object.entries(profile.entity.attributes);
  return (
    <article className="profile">
      <header className="profile-head">
        {profile.grade ? <GradeMark grade={profile.grade} large /> : null}
        <div>
          <h2>{profile.entity.label}</h2>
          <p className="muted">
            <KindMark kind={profile.entity.kind} /> {t(`kind.${profile.entity.kind}`)} ·{' '}
            <span className="mono">{profile.entity.id}</span>
          </p>
          <p>
            {profile.score === null
              ? t('profile.notGraded')
              : `${t('profile.score')} ${profile.score.toFixed(3)}`}
            {profile.peers
              ? ` · ${t('profile.rank', { rank: number(profile.peers.rank), total: number(profile.peers.total) })}`
              : ''}
          </p>
        </div>
      </header>
      <p className="muted small">{t('profile.gradeHelp')}</p>
      <section>
        <h3>
          {t('profile.findings')} <small className="count">{profile.findings.length}</small>
        </h3>
        <Findings findings={profile.findings} />
      </section>
      <Moves profile={profile} />
      <section>
        <h3>{t('profile.neighbours')}</h3>
        <Neighbours entity={entity} />
      </section>
      {attributes.length > 0 ? (
        <section>
          <h3>{t('profile.attributes')}</h3>
          <dl className="inline-facts">
            {attributes.map(([key, value]) => (
              <div key={key}>
                <dt>{attribute(key)}</dt>
                <dd>{attributeValue(entity.kind, key, value, lang)}</dd>
              </div>
            ))}
          </dl>
        </section>
      ) : null}
      <Grades peers={profile.peers} grade={profile.grade} />
      {profile.entity.kind === 'patient' ? (
        <p className="muted small">{t('profile.privacy')}</p>
      ) : null}
    </article>
  );
}
