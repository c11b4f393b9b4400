import type { Application, Request, Response } from 'express';
import type { BodyOf, Endpoint, ParamsOf, Problem, QueryOf, ResponseOf } from './contract/index.js';
import { wrongRequest } from './errors.js';

export interface Input<E extends Endpoint> {
  readonly params: ParamsOf<E>;
  readonly query: QueryOf<E>;
  readonly body: BodyOf<E>;
  /** For streams and files; a handler of a JSON answer leaves them alone. */
  readonly req: Request;
  readonly res: Response;
}

export type Handler<E extends Endpoint> = (input: Input<E>) => Promise<ResponseOf<E>>;

export function sendProblem(res: Response, problem: Problem): void {
  if (problem.status === 503) res.setHeader('retry-after', '5');
  if (problem.status === 401) res.setHeader('www-authenticate', 'Bearer');
  res.status(problem.status).type('application/problem+json').send(JSON.stringify(problem));
}

/** Mounts one endpoint of the contract: parse, call, present. */
export function mount<E extends Endpoint>(app: Application, of: E, handler: Handler<E>): void {
  app[of.method](of.path, async (req: Request, res: Response) => {
    // What is logged about a request: never its address, which may name a person.
    res.locals.route = of.path;
    const parts = { params: req.params, query: req.query, body: req.body } as const;
    const parsed: Record<string, unknown> = {};
    for (const name of ['params', 'query', 'body'] as const) {
      const schema = name === 'query' ? of.query?.strict() : of[name];
      if (!schema) continue;
      const result = schema.safeParse(parts[name] ?? {});
      if (!result.success) return sendProblem(res, wrongRequest(name, result.error));
      parsed[name] = result.data;
    }
    const answer = await handler({ ...parsed, req, res } as unknown as Input<E>);
    if (of.produces) return;
    res.status(of.status ?? 200);
    if (of.response) res.json(answer);
    else res.end();
  });
}
