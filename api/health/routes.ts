import type { Application, NextFunction, Request, RequestHandler, Response } from 'express';
import type { PartName, PartState } from '../contract/index.js';
import { problem } from '../errors.js';
import type { AdminGuard } from '../guard.js';
import { sendProblem } from '../handle.js';
import type { Services } from '../wiring.js';
import type { Metrics } from './metrics.js';

/** What whoever runs the servers asks a process. */
export interface Operations {
  /** What an `api` or a `worker` cannot do anything useful without. */
  readonly kind: 'api' | 'worker';
  readonly services: Services;
  readonly admin: AdminGuard;
  readonly metrics: Metrics;
  /** Aborted when the process is about to end: no new work for it. */
  readonly leaving: AbortSignal;
}

const BOARD = '/admin/queues';

const named =
  (route: string): RequestHandler =>
  (_req, res, next) => {
    res.locals.route = route;
    res.setHeader('cache-control', 'no-store');
    next();
  };

/** `/healthz`, `/readyz`, `/metrics`, and `/admin/queues` where there is a token for it. */
export function operationsRoutes(app: Application, operations: Operations): void {
  const { services, admin, metrics, kind, leaving } = operations;

  app.get('/healthz', named('/healthz'), (_req, res) => {
    res.json({ status: 'ok' });
  });

  app.get('/readyz', named('/readyz'), async (_req, res) => {
    const states = await services.monitor.states();
    const parts = Object.values(states);
    const useful = !leaving.aborted && isUseful(kind, states);
    const fine = useful && parts.every((part) => part.status === 'ok');
    res.status(useful ? 200 : 503).json({
      status: fine ? 'ok' : useful ? 'degraded' : 'failing',
      ...(leaving.aborted ? { reason: 'stopping' } : {}),
      parts: Object.fromEntries(parts.map(({ part, ...rest }) => [part, rest])),
    });
  });

  app.get('/metrics', named('/metrics'), admits(admin), async (_req, res) => {
    res.type(metrics.contentType).send(await metrics.render());
  });

  if (!admin.required) return;
  let board: Promise<RequestHandler> | undefined;
  app.use(BOARD, named(BOARD), admits(admin), boardPolicy, async (req, res, next) => {
    board ??= import('./board.js').then((b) => b.queueBoard(services, BOARD));
    const routes = await board.catch((error) => {
      board = undefined;
      throw error;
    });
    routes(req, res, next);
  });
}

/** An api without the graph still has jobs and imports, one without records still has rings. */
function isUseful(
  kind: Operations['kind'],
  states: Readonly<Record<PartName, PartState>>,
): boolean {
  const here = (part: PartName) => states[part].status !== 'away';
  return kind === 'api'
    ? here('graph') || here('records')
    : here('records') && here('queue') && here('landing');
}

function admits(admin: AdminGuard): RequestHandler {
  return (req: Request, res: Response, next: NextFunction) => {
    if (admin.admits(req)) return next();
    if (!admin.required)
      return sendProblem(
        res,
        problem(404, 'Not given to other machines', 'Set RINGFENCE_ADMIN_TOKEN_FILE.'),
      );
    res.setHeader('www-authenticate', 'Basic realm="Ringfence", charset="UTF-8"');
    const remedy = 'Send the administrators’ token as Bearer, or as the password.';
    res.status(401).type('application/problem+json');
    res.send(JSON.stringify(problem(401, 'This is for whoever runs the servers', remedy)));
  };
}

/** The board's addresses are relative to its base; all else stays as strict as everywhere. */
function boardPolicy(_req: Request, res: Response, next: NextFunction): void {
  const policy = res.getHeader('content-security-policy');
  if (typeof policy === 'string')
    res.setHeader('content-security-policy', policy.replace("base-uri 'none'", "base-uri 'self'"));
  next();
}
