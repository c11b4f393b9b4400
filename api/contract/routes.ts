import { z } from 'zod';
import { EntityId, EntityKind } from './common.js';
import {
  InducedBody,
  NeighbourQuery,
  PathAnswer,
  PathQuery,
  RingSubgraph,
  RingSubgraphQuery,
  SearchAnswer,
  SearchQuery,
  Subgraph,
} from './graph.js';
import {
  EntityProfile,
  ExportQuery,
  ProfilePage,
  ProfileQuery,
  RingDetail,
  RingPage,
  RingQuery,
  RunQuery,
  SettlementPage,
  SettlementQuery,
} from './rings.js';
import { SelfTestBody } from './selfTest.js';
import {
  Health,
  ImportBody,
  ImportList,
  Job,
  JobList,
  Meta,
  RebuildBody,
  RunDetail,
  RunList,
  SessionBody,
  Status,
} from './work.js';

/**
 * One request of the API. The server parses by it, the page builds addresses by it and the OpenAPI
 * document is made of it. `response` absent: a file, a stream or an empty answer.
 */
export interface Endpoint {
  readonly method: 'get' | 'post' | 'delete';
  /** With `:name` parameters. */
  readonly path: string;
  readonly summary: string;
  readonly params?: z.ZodObject;
  readonly query?: z.ZodObject;
  readonly body?: z.ZodType;
  readonly response?: z.ZodType;
  /** Media type of the answer where it is not JSON. */
  readonly produces?: string;
  /** 200 when absent. */
  readonly status?: 200 | 202 | 204;
  /** Answered without the token. */
  readonly open?: boolean;
}

const endpoint = <const E extends Endpoint>(e: E): E => e;
const entityParams = z.object({ kind: EntityKind, id: EntityId });
const idParams = z.object({ id: z.string().min(1).max(200) });

export const endpoints = {
  health: endpoint({
    method: 'get',
    path: '/api/health',
    summary: 'Whether the process answers',
    response: Health,
    open: true,
  }),
  status: endpoint({
    method: 'get',
    path: '/api/status',
    summary: 'Which parts of the program are not as they should be',
    response: Status,
    open: true,
  }),
  meta: endpoint({
    method: 'get',
    path: '/api/meta',
    summary: 'Version, detectors with their parameters, and what is loaded',
    response: Meta,
    open: true,
  }),
  signIn: endpoint({
    method: 'post',
    path: '/api/session',
    summary: 'Exchanges the token for a cookie',
    body: SessionBody,
    status: 204,
    open: true,
  }),
  signOut: endpoint({
    method: 'delete',
    path: '/api/session',
    summary: 'Clears the cookie',
    status: 204,
    open: true,
  }),
  rings: endpoint({
    method: 'get',
    path: '/api/rings',
    summary: 'Ranked rings of a run: score descending, then id',
    query: RingQuery,
    response: RingPage,
  }),
  ring: endpoint({
    method: 'get',
    path: '/api/rings/:id',
    summary: 'One ring, by the id of the line or of the ring',
    params: idParams,
    query: RunQuery,
    response: RingDetail,
  }),
  ringSubgraph: endpoint({
    method: 'get',
    path: '/api/rings/:id/subgraph',
    summary: 'The subjects of a ring and every relationship among them',
    params: idParams,
    query: RingSubgraphQuery,
    response: RingSubgraph,
  }),
  ringSettlements: endpoint({
    method: 'get',
    path: '/api/rings/:id/settlements',
    summary: 'Settlements behind a reason',
    params: idParams,
    query: SettlementQuery,
    response: SettlementPage,
  }),
  ringExport: endpoint({
    method: 'get',
    path: '/api/rings/:id/export',
    summary: 'The ring as a file: graphml, gexf, csv or json',
    params: idParams,
    query: ExportQuery,
    produces: 'application/octet-stream',
  }),
  search: endpoint({
    method: 'get',
    path: '/api/search',
    summary: 'Finds entities by code, name part or pinyin initials, and rings by id',
    query: SearchQuery,
    response: SearchAnswer,
  }),
  entity: endpoint({
    method: 'get',
    path: '/api/entities/:kind/:id',
    summary: 'Risk profile of an entity: score, grade, findings, place among its peers',
    params: entityParams,
    query: RunQuery,
    response: EntityProfile,
  }),
  neighbours: endpoint({
    method: 'get',
    path: '/api/entities/:kind/:id/neighbours',
    summary: 'The heaviest neighbours of each kind, and how many were left out',
    params: entityParams,
    query: NeighbourQuery,
    response: Subgraph,
  }),
  induced: endpoint({
    method: 'post',
    path: '/api/graph/induced',
    summary: 'The named nodes and every relationship among them',
    body: InducedBody,
    response: Subgraph,
  }),
  paths: endpoint({
    method: 'get',
    path: '/api/paths',
    summary: 'Shortest paths between two entities',
    query: PathQuery,
    response: PathAnswer,
  }),
  profiles: endpoint({
    method: 'get',
    path: '/api/profiles',
    summary: 'Risk profiles of a kind, riskiest first',
    query: ProfileQuery,
    response: ProfilePage,
  }),
  runs: endpoint({
    method: 'get',
    path: '/api/runs',
    summary: 'Published runs, newest first',
    response: RunList,
  }),
  run: endpoint({
    method: 'get',
    path: '/api/runs/:id',
    summary: 'What made a run, and which detectors could not run',
    params: idParams,
    response: RunDetail,
  }),
  imports: endpoint({
    method: 'get',
    path: '/api/imports',
    summary: 'The import ledger, newest first, and what stands in the inbox',
    response: ImportList,
  }),
  startImport: endpoint({
    method: 'post',
    path: '/api/imports',
    summary: 'Imports a subdirectory of the inbox, as a job',
    body: ImportBody,
    response: Job,
    status: 202,
  }),
  startRebuild: endpoint({
    method: 'post',
    path: '/api/rebuilds',
    summary: 'The weekly rebuild, now, as a job',
    body: RebuildBody,
    response: Job,
    status: 202,
  }),
  startSelfTest: endpoint({
    method: 'post',
    path: '/api/runs/:id/self-test',
    summary: 'The self-test of a run, now, as a job: rings planted in shadow copies of its period',
    params: idParams,
    body: SelfTestBody,
    response: Job,
    status: 202,
  }),
  jobs: endpoint({
    method: 'get',
    path: '/api/jobs',
    summary: 'Jobs, newest first',
    response: JobList,
  }),
  job: endpoint({
    method: 'get',
    path: '/api/jobs/:id',
    summary: 'One job',
    params: idParams,
    response: Job,
  }),
  jobEvents: endpoint({
    method: 'get',
    path: '/api/jobs/:id/events',
    summary: 'Server-sent events named `job`, each a whole job, until its state is final',
    params: idParams,
    produces: 'text/event-stream',
  }),
  cancelJob: endpoint({
    method: 'post',
    path: '/api/jobs/:id/cancel',
    summary: 'Asks a job to stop',
    params: idParams,
    response: Job,
    status: 202,
  }),
  retryJob: endpoint({
    method: 'post',
    path: '/api/jobs/:id/retry',
    summary: 'Runs a failed or cancelled job again',
    params: idParams,
    response: Job,
    status: 202,
  }),
} as const satisfies Record<string, Endpoint>;

type Out<S> = S extends z.ZodType ? z.output<S> : undefined;
export type ParamsOf<E extends Endpoint> = Out<E['params']>;
export type QueryOf<E extends Endpoint> = Out<E['query']>;
export type BodyOf<E extends Endpoint> = Out<E['body']>;
export type ResponseOf<E extends Endpoint> = Out<E['response']>;

/** What a caller gives: path parameters, and any part of the query (absent means the default). */
export type AddressOf<E extends Endpoint> = (E['params'] extends z.ZodType
  ? { params: z.output<E['params']> }
  : { params?: undefined }) &
  (E['query'] extends z.ZodType
    ? {
        query?:
          | { [K in keyof z.output<E['query']>]?: z.output<E['query']>[K] | undefined }
          | undefined;
      }
    : { query?: undefined });

/** Address of a request, e.g. `urlOf(endpoints.ring, { params: { id: 'R-7K2Q' } })`. */
export function urlOf<E extends Endpoint>(of: E, address: AddressOf<E>): string {
  const params = (address.params ?? {}) as Record<string, string>;
  const path = of.path.replace(/:(\w+)/g, (_, name: string) =>
    encodeURIComponent(String(params[name])),
  );
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(address.query ?? {})) {
    if (value === undefined || value === '') continue;
    query.set(name, Array.isArray(value) ? value.join(',') : String(value));
  }
  const text = query.toString();
  return text ? `${path}?${text}` : path;
}
