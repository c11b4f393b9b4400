import { createServer, type RequestListener, type Server } from 'node:http';
import { RingfenceError } from '../analytics/model/errors.js';

export interface Listening {
  readonly url: string;
  /** Takes no more requests, waits for those under way, ten seconds at most, and ends. */
  leave(): Promise<void>;
}

const PORTS_TRIED = 100;
const FINISH_MS = 10_000;
const LOOK_MS = 50;

/** Listens on host and port; with `orNext` on the next free port where that one is taken. */
export async function listen(
  app: RequestListener,
  where: { readonly host: string; readonly port: number; readonly orNext: boolean },
): Promise<Listening> {
  const { host, orNext } = where;
  const server = createServer(app);
  const last = orNext && where.port > 0 ? Math.min(65_535, where.port + PORTS_TRIED) : where.port;
  for (let port = where.port; ; port++) {
    try {
      await bind(server, host, port);
      return { url: urlOf(server, host), leave: () => leave(server) };
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'EADDRINUSE' && port < last) continue;
      throw new RingfenceError(
        'unavailable',
        `Cannot listen on ${host}:${port}: ${(error as Error).message}`,
        'Set HOST and PORT to an address of this machine that is free.',
      );
    }
  }
}

function bind(server: Server, host: string, port: number): Promise<void> {
  return new Promise((done, fail) => {
    server.once('error', fail);
    server.listen(port, host, () => {
      server.off('error', fail);
      done();
    });
  });
}

function urlOf(server: Server, host: string): string {
  const address = server.address();
  const port = typeof address === 'object' && address ? address.port : 0;
  return `http://${host.includes(':') ? `[${host}]` : host}:${port}`;
}

async function leave(server: Server): Promise<void> {
  // A connection that is kept open for a next request is idle as soon as its answer is out.
  const idle = setInterval(() => server.closeIdleConnections(), LOOK_MS);
  const late = setTimeout(() => server.closeAllConnections(), FINISH_MS);
  await new Promise<void>((done) => server.close(() => done()));
  clearInterval(idle);
  clearTimeout(late);
}
