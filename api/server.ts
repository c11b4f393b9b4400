import { existsSync } from 'node:fs';
import type { IncomingMessage } from 'node:http';
import { join } from 'node:path';
import express, { type Application, type NextFunction, type Request, type Response } from 'express';
import { rateLimit } from 'express-rate-limit';
import helmet from 'helmet';
import type { Logger } from 'pino';
import { pinoHttp } from 'pino-http';
import swaggerUi from 'swagger-ui-express';
import type { Detector } from '../analytics/detectors/detector.js';
import { loadDictionary } from '../analytics/ingest/dictionary.js';
import { RingfenceError } from '../analytics/model/errors.js';
import { resource } from '../analytics/model/resources.js';
import { endpoints } from './contract/index.js';
import type { Env } from './env.js';
import { problem, toProblem } from './errors.js';
import { createGuard, knownHost, sameOrigin } from './guard.js';
import { sendProblem } from './handle.js';
import { type Operations, operationsRoutes } from './health/routes.js';
import { createLog, placeOf } from './log.js';
import { openApiDocument } from './openapi.js';
import { calibrationRoutes } from './routes/calibration.js';
import { graphRoutes } from './routes/graph.js';
import { metaRoutes, packageVersion } from './routes/meta.js';
import { ringRoutes } from './routes/rings.js';
import { workRoutes } from './routes/work.js';
import type { Services } from './wiring.js';

export interface ServerOptions {
  readonly detectors: readonly Detector[];
  /** Writes to standard error when absent: requests that fail here, not the others. */
  readonly logger?: Logger;
  /** Health, metrics and the board of queues, for whoever runs the servers. */
  readonly operations?: Operations;
  /** Where the built page stands. */
  readonly webRoot?: string;
  /** The measured calibration; what ships with the program when absent. */
  readonly calibration?: string;
  /** Requests a minute from one address; 6000 when absent: an office may share one. */
  readonly requestsPerMinute?: number;
}

const OPEN = new Set<string>(
  Object.values(endpoints)
    .filter((e) => 'open' in e && e.open)
    .map((e) => `${e.method.toUpperCase()} ${e.path}`),
);

/**
 * The HTTP edge over the services: API under /api, its document and offline page, and the analysts'
 * page. Throws `invalid` where the environment would open it to a network without a token.
 */
export function createServer(services: Services, options: ServerOptions): Application {
  const { env } = services;
  const guard = createGuard(env);
  const logger = options.logger ?? createLog('api', env);
  const { operations } = options;
  const app = createApp(env, logger, operations);
  app.use('/api', (_req, res, next) => {
    res.setHeader('cache-control', 'no-store');
    next();
  });
  app.use('/api', limit(options.requestsPerMinute ?? 6000));
  app.use('/api/session', limit(20));
  app.use('/api', sameOrigin);
  app.use('/api', (req, res, next) => {
    if (OPEN.has(`${req.method} ${req.baseUrl}${req.path}`) || guard.admits(req)) return next();
    const remedy = 'Sign in on the page, or send `Authorization: Bearer` with the token.';
    sendProblem(res, problem(401, 'This server asks for a token', remedy));
  });
  app.use('/api', express.json({ limit: '256kb' }), jsonOnly);

  metaRoutes(app, services, guard, options.detectors);
  ringRoutes(app, services, loadDictionary(services.dataDir).medType);
  graphRoutes(app, services);
  workRoutes(app, services, operations?.leaving);
  calibrationRoutes(app, options.calibration);
  documentation(app);
  app.use('/api', (_req, res) => sendProblem(res, problem(404, 'There is no such request')));
  page(app, options.webRoot ?? resource('dist/web'));

  lastResort(app, logger);
  return app;
}

/** What a worker answers to: health and metrics, and nothing of the data. */
export function createWorkerServer(operations: Operations, logger: Logger): Application {
  const app = createApp(operations.services.env, logger, operations);
  app.use((_req, _res, next) => next(notThere()));
  lastResort(app, logger);
  return app;
}

function createApp(env: Env, logger: Logger, operations: Operations | undefined): Application {
  const app = express();
  app.disable('x-powered-by');
  app.set('query parser', 'simple');
  app.use(requestLog(logger));
  if (operations) app.use(operations.metrics.http);
  app.use(securityHeaders());
  app.use(knownHost(env));
  if (!operations) return app;
  app.use(['/metrics', '/admin'], limit(600), sameOrigin);
  operationsRoutes(app, operations);
  return app;
}

function lastResort(app: Application, logger: Logger): void {
  app.use((error: unknown, _req: Request, res: Response, _next: NextFunction) => {
    const answer = toProblem(error);
    if (answer.status === 500)
      logger.error({ route: res.locals.route, ...placeOf(error) }, 'a defect');
    if (res.headersSent) res.destroy();
    else sendProblem(res, answer);
  });
}

/** One line a request that failed: method, route and status; no address, no ids, no caller. */
function requestLog(logger: Logger) {
  return pinoHttp({
    logger,
    quietReqLogger: true,
    serializers: { req: () => undefined, res: () => undefined, err: () => undefined },
    customLogLevel: (_req, res) => (res.statusCode >= 500 ? 'warn' : 'debug'),
    customSuccessMessage: () => 'request',
    customErrorMessage: () => 'request',
    customSuccessObject: (req, res, told) => about(req, res as Response, told),
    customErrorObject: (req, res, _error, told) => about(req, res as Response, told),
  });
}

function about(req: IncomingMessage, res: Response, told: { responseTime?: number }) {
  const { method } = req;
  return { method, route: res.locals?.route, status: res.statusCode, ms: told.responseTime };
}

function securityHeaders() {
  return helmet({
    // Plain HTTP on a closed network: nothing to upgrade to, and a pin would lock people out.
    strictTransportSecurity: false,
    crossOriginOpenerPolicy: false,
    originAgentCluster: false,
    contentSecurityPolicy: {
      useDefaults: false,
      directives: {
        defaultSrc: ["'self'"],
        baseUri: ["'none'"],
        formAction: ["'self'"],
        frameAncestors: ["'none'"],
        objectSrc: ["'none'"],
        imgSrc: ["'self'", 'data:', 'blob:'],
        fontSrc: ["'self'", 'data:'],
        // The component library writes its styles at run time.
        styleSrc: ["'self'", "'unsafe-inline'"],
        scriptSrc: ["'self'"],
        workerSrc: ["'self'", 'blob:'],
        connectSrc: ["'self'"],
      },
    },
  });
}

function limit(perMinute: number) {
  return rateLimit({
    windowMs: 60_000,
    limit: perMinute,
    standardHeaders: 'draft-8',
    legacyHeaders: false,
    handler: (_req, res) => sendProblem(res, problem(429, undefined, 'Wait a minute.')),
  });
}

/** A body in another form than JSON is refused: it would otherwise look empty. */
function jsonOnly(req: Request, res: Response, next: NextFunction): void {
  const empty = !req.headers['content-length'] || req.headers['content-length'] === '0';
  if ((empty && !req.headers['transfer-encoding']) || req.is('application/json')) next();
  else sendProblem(res, problem(415));
}

function documentation(app: Application): void {
  const document = openApiDocument(packageVersion());
  app.get('/api/openapi.json', (_req, res) => {
    res.json(document);
  });
  app.use('/api/docs', swaggerUi.serve, swaggerUi.setup(document));
}

/** The built page; every address that is no file is the page's own. */
function page(app: Application, root: string): void {
  const index = join(root, 'index.html');
  const year = 365 * 24 * 3600 * 1000;
  app.use('/assets', express.static(join(root, 'assets'), { immutable: true, maxAge: year }));
  app.use(express.static(root, { index: false }));
  app.use((req, res, next) => {
    if (req.method !== 'GET' && req.method !== 'HEAD') return next(notThere());
    // A browser that goes somewhere says that it wants a page; what a page loads does not.
    const navigates = req.path === '/' || req.headers.accept?.includes('text/html');
    if (!navigates) return next(notThere());
    if (!existsSync(index))
      return next(
        new RingfenceError('unavailable', 'The page is not built', 'Run `npm run build`.'),
      );
    res.setHeader('cache-control', 'no-cache');
    res.sendFile(index);
  });
}

function notThere() {
  return new RingfenceError('not-found', 'There is nothing at this address');
}
