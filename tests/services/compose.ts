import { readFileSync } from 'node:fs';
import { parse } from 'yaml';
import { resource } from '../../analytics/model/resources.js';

/** A service of docker-compose.yml, as far as tests look at it. */
export interface ComposeService {
  readonly image: string;
  readonly user?: string;
  readonly read_only?: boolean;
  readonly cap_drop?: readonly string[];
  readonly security_opt?: readonly string[];
  readonly restart?: string;
  readonly command: readonly string[];
  readonly entrypoint?: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
  readonly secrets?: readonly string[];
  readonly ports?: readonly string[];
  readonly networks: readonly string[];
  readonly volumes: readonly string[];
  readonly healthcheck: { readonly test: readonly string[] };
  readonly deploy: {
    readonly replicas?: number;
    readonly resources: { readonly limits: { readonly memory: string } };
  };
}

export interface Compose {
  readonly services: Readonly<Record<string, ComposeService>>;
  readonly networks: Readonly<Record<string, { readonly internal?: boolean }>>;
  readonly volumes: Readonly<Record<string, unknown>>;
  readonly secrets: Readonly<Record<string, { readonly file: string }>>;
}

/** docker-compose.yml as Compose reads it: `${NAME:-default}` without the NAME set, `$$` for `$`. */
export function readCompose(): Compose {
  const text = readFileSync(resource('docker-compose.yml'), 'utf8');
  const document = parse(text, { merge: true });
  return JSON.parse(JSON.stringify(document), (_key, value) =>
    typeof value === 'string' ? interpolated(value) : value,
  ) as Compose;
}

function interpolated(value: string): string {
  return value.replace(/\$(?:\$|\{\w+:-([^}]*)\}|)/g, (found, fallback?: string) => {
    if (found === '$$') return '$';
    if (fallback === undefined) throw new Error(`a variable without a default in ${value}`);
    return fallback;
  });
}

/** `NEO4J_db_tx__log_x: y` of the Neo4j image as lines of neo4j.conf: `db.tx_log.x=y`. */
export function neo4jSettings(environment: Readonly<Record<string, string>>) {
  return Object.fromEntries(
    Object.entries(environment).map(([name, value]) => [
      name
        .replace(/^NEO4J_/, '')
        .replaceAll('_', '.')
        .replaceAll('..', '_'),
      value,
    ]),
  );
}
