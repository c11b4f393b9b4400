export type { Service } from './daemon.js';
export { needNeo4j, needPostgres, needRedis } from './need.js';
export { type Neo4jService, startNeo4j, withNeo4j } from './neo4j.js';
export { startPostgres, withPostgres } from './postgres.js';
export { REDIS_FLAGS, startRedis, withRedis } from './redis.js';
