export type { Service } from './daemon.js';
export { needNeo4j, needPostgres, needRedis, type Shared } from './need.js';
export {
  type Admin,
  type Neo4jOptions,
  type Neo4jService,
  startNeo4j,
  withNeo4j,
} from './neo4j.js';
export { type PostgresOptions, startPostgres, withPostgres } from './postgres.js';
export { REDIS_FLAGS, type RedisOptions, startRedis, withRedis } from './redis.js';
