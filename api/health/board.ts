import { createBullBoard } from '@bull-board/api';
import { BullMQAdapter } from '@bull-board/api/bullMQAdapter';
import { ExpressAdapter } from '@bull-board/express';
import { type NextFunction, type Request, type Response, Router } from 'express';
import type { Services } from '../wiring.js';

/** A font from another site: its page does without. */
const FOREIGN = /<link\b[^>]*\bhref="https?:[^>]*>/gi;

/**
 * The queues to look at, not to change: what a person asks for goes through the records, of which
 * the queues are a copy that is made good by itself.
 */
export async function queueBoard(services: Services, path: string): Promise<Router> {
  const adapter = new ExpressAdapter();
  adapter.setBasePath(path);
  const queues = (await services.queues()).map(
    (queue) => new BullMQAdapter(queue as never, { readOnlyMode: true }),
  );
  createBullBoard({
    queues,
    // The express adapter brings a copy of its own of the same interface.
    serverAdapter: adapter as never,
    options: { uiConfig: { boardTitle: 'Ringfence', hideRedisDetails: true } },
  });
  const router = Router();
  router.use(withoutForeign, adapter.getRouter());
  return router;
}

function withoutForeign(_req: Request, res: Response, next: NextFunction): void {
  const send = res.send.bind(res);
  res.send = (body: unknown) =>
    send(typeof body === 'string' && body.includes('<html') ? body.replace(FOREIGN, '') : body);
  next();
}
