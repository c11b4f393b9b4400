/** The contract between server and page: schemas, types and addresses. Imports zod and nothing else. */
export * from './calibration.js';
export * from './common.js';
export type { AddressOf, BodyOf, Endpoint, ParamsOf, QueryOf, ResponseOf } from './endpoint.js';
export { urlOf } from './endpoint.js';
export * from './feedback.js';
export * from './graph.js';
export * from './rings.js';
export * from './routes.js';
export * from './selfTest.js';
export * from './work.js';
