import { createHash } from 'node:crypto';
import { chmodSync, lstatSync, mkdirSync, rmSync } from 'node:fs';
import { connect as connectSocket, createServer, type Socket } from 'node:net';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { z } from 'zod';
import { RingfenceError } from '../../analytics/model/errors.js';
import { CANCEL, GONE, type Io } from './io.js';

/**
 * The owner's ear: a Unix socket that only its user can open. One connection is one command; both
 * sides speak JSON, one frame a line.
 */
const Request = z.object({
  argv: z.array(z.string()),
  cwd: z.string(),
  isTTY: z.boolean(),
});
export type Request = z.infer<typeof Request>;

const Asked = z.discriminatedUnion('type', [
  z.object({ type: z.literal('run'), request: Request }),
  z.object({ type: z.literal('cancel') }),
]);

const Told = z.discriminatedUnion('type', [
  z.object({ type: z.literal('stdout'), text: z.string() }),
  z.object({ type: z.literal('stderr'), text: z.string() }),
  z.object({ type: z.literal('exit'), code: z.number().int() }),
  /** The owner is about to leave and took nothing on: ask again. */
  z.object({ type: z.literal('closing') }),
]);

/** A path in a Unix socket's address has 108 bytes on Linux, 104 elsewhere, with its final zero. */
const PATH_BYTES_MAX = 100;

/** In the data directory where that fits, else in a private directory for temporary files. */
export function socketPath(dataDir: string): string {
  const near = join(dataDir, 'ringfence.sock');
  if (Buffer.byteLength(near) <= PATH_BYTES_MAX) return near;
  const folder = join(tmpdir(), `ringfence-${userInfo().uid}`);
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const { uid } = lstatSync(folder);
  if (uid !== userInfo().uid)
    throw new RingfenceError(
      'unavailable',
      `${folder} belongs to somebody else`,
      'Name a data directory with a shorter path, or set TMPDIR.',
    );
  chmodSync(folder, 0o700);
  return join(folder, `${createHash('sha256').update(dataDir).digest('hex').slice(0, 16)}.sock`);
}

export interface ControlServer {
  /** Takes no further command, waits for those under way, then closes. */
  drain(): Promise<void>;
}

function frames(socket: Socket, each: (line: string) => void): void {
  const lines = createInterface({ input: socket, crlfDelay: Number.POSITIVE_INFINITY });
  lines.on('line', each);
  lines.on('error', () => {});
}

function send(socket: Socket, frame: z.infer<typeof Told> | z.infer<typeof Asked>): Promise<void> {
  return new Promise((done) => {
    if (socket.destroyed) return done();
    socket.write(`${JSON.stringify(frame)}\n`, () => done());
  });
}

/**
 * Listens at once (the caller holds the lock, so a socket left behind is nobody's); commands wait
 * for `run` to take them up.
 */
export async function listenForCommands(
  path: string,
  run: (request: Request, io: Io) => Promise<number>,
): Promise<ControlServer> {
  rmSync(path, { force: true });
  const under = new Set<Promise<void>>();
  let closing = false;

  const server = createServer((socket) => {
    const stop = new AbortController();
    let taken = false;
    socket.on('error', () => {});
    socket.on('close', () => stop.abort(GONE));
    frames(socket, (line) => {
      let asked: z.infer<typeof Asked>;
      try {
        asked = Asked.parse(JSON.parse(line));
      } catch {
        return void socket.destroy();
      }
      if (asked.type === 'cancel') return stop.abort(CANCEL);
      if (taken) return;
      taken = true;
      if (closing) return void send(socket, { type: 'closing' }).then(() => socket.end());
      const { request } = asked;
      const io: Io = {
        stdout: (text) => send(socket, { type: 'stdout', text }),
        stderr: (text) => send(socket, { type: 'stderr', text }),
        signal: stop.signal,
        isTTY: request.isTTY,
        cwd: request.cwd,
      };
      const work = run(request, io)
        .then((code) => send(socket, { type: 'exit', code }))
        .finally(() => {
          socket.end();
          under.delete(work);
        });
      under.add(work);
    });
  });
  // The socket must never be open to others, not even between bind and chmod.
  const before = process.umask(0o177);
  try {
    await new Promise<void>((done, fail) => {
      server.once('error', fail);
      server.listen(path, done);
    });
  } finally {
    process.umask(before);
  }
  chmodSync(path, 0o600);
  return {
    async drain() {
      while (under.size > 0) await Promise.allSettled(under);
      closing = true;
      await new Promise<void>((done) => server.close(() => done()));
      rmSync(path, { force: true });
    },
  };
}

/**
 * Has the owner run a command. Returns its exit code, or `retry` when the owner was gone or leaving
 * before it said anything: then the caller may well be the next owner.
 */
export function askOwner(path: string, request: Request, io: Io): Promise<number | 'retry'> {
  return new Promise((done) => {
    const socket = connectSocket(path);
    let heard = false;
    let code: number | 'retry' | undefined;
    let writing: Promise<unknown> = Promise.resolve();
    const cancel = () => {
      if (io.signal.reason === GONE) socket.destroy();
      else void send(socket, { type: 'cancel' });
    };
    socket.on('connect', () => {
      void send(socket, { type: 'run', request });
      if (io.signal.aborted) cancel();
      io.signal.addEventListener('abort', cancel);
    });
    frames(socket, (line) => {
      const told = Told.parse(JSON.parse(line));
      if (told.type === 'closing') code = 'retry';
      else if (told.type === 'exit') code = told.code;
      else {
        heard = true;
        // The reader's pace is the sender's: no more is read until this is written.
        socket.pause();
        writing = writing
          .then(() => (told.type === 'stdout' ? io.stdout(told.text) : io.stderr(told.text)))
          .then(() => socket.resume());
      }
    });
    socket.on('error', () => {});
    socket.on('close', () => {
      io.signal.removeEventListener('abort', cancel);
      void writing.then(async () => {
        if (code !== undefined) return done(code);
        if (io.signal.aborted && io.signal.reason === GONE) return done(0);
        if (!heard) return done('retry');
        await io.stderr('The process that owns the data directory went away.\n');
        done(1);
      });
    });
  });
}
