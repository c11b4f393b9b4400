import { OpenAPIRegistry, OpenApiGeneratorV31 } from '@asteasolutions/zod-to-openapi';
import { type Endpoint, endpoints, Problem } from './contract/index.js';

/** The OpenAPI 3.1 document, made of the same schemas that requests are parsed by. */
export function openApiDocument(version: string) {
  const registry = new OpenAPIRegistry();
  registry.registerComponent('securitySchemes', 'token', { type: 'http', scheme: 'bearer' });
  for (const [name, of] of Object.entries(endpoints) as Array<[string, Endpoint]>) {
    const { params, query, body, response } = of;
    const success = response
      ? { content: { 'application/json': { schema: response } } }
      : of.produces
        ? { content: { [of.produces]: { schema: { type: 'string' as const } } } }
        : {};
    registry.registerPath({
      method: of.method,
      path: of.path.replace(/:(\w+)/g, '{$1}'),
      operationId: name,
      summary: of.summary,
      security: of.open ? [] : [{ token: [] }],
      request: {
        ...(params ? { params } : {}),
        ...(query ? { query } : {}),
        ...(body ? { body: { content: { 'application/json': { schema: body } } } } : {}),
      },
      responses: {
        [of.status ?? 200]: { description: of.summary, ...success },
        default: {
          description: 'What went wrong, and what to do',
          content: { 'application/problem+json': { schema: Problem } },
        },
      },
    });
  }
  return new OpenApiGeneratorV31(registry.definitions).generateDocument({
    openapi: '3.1.0',
    info: {
      title: 'Ringfence',
      version,
      description: 'Collusion rings in medical-insurance settlements: findings, graph and jobs.',
    },
    servers: [{ url: '/' }],
  });
}
