import { Duplex } from 'node:stream';
import type { PGlite } from '@electric-sql/pglite';

/**
 * The PostgreSQL wire protocol to a PGlite in this process, one stream a client, so that `pg` (and
 * with it kysely and BullMQ) work on the embedded database as on a server.
 *
 * PGlite has one session. What keeps its clients apart is that the session is handed over only
 * between whole exchanges: everything a client sends up to Sync or a simple Query runs as one, and
 * from BEGIN to the end of the transaction nobody else gets a turn. Notifications reach whoever the
 * session was listening through, so they are passed on to every client that said LISTEN.
 * Named statements, session SET and session advisory locks are shared by all: do not use them.
 */
export interface Wire {
  connect(): Duplex;
  /** Resolves when nobody holds the session any more. */
  idle(): Promise<void>;
}

const QUERY = 0x51; // Q
const PARSE = 0x50; // P
const SYNC = 0x53; // S
const TERMINATE = 0x58; // X
const NOTIFICATION = 0x41; // A
const IDLE = 0x49; // I

type Release = () => void;

function createTurns() {
  let last: Promise<void> = Promise.resolve();
  return {
    take(): Promise<Release> {
      let release: Release = () => {};
      const mine = new Promise<void>((resolve) => {
        release = resolve;
      });
      const before = last;
      last = before.then(() => mine);
      return before.then(() => release);
    },
    idle: () => last,
  };
}

/** Notifications cut out of what the session said, and the rest. */
function sortOut(said: Buffer): { answer: Buffer; notes: Buffer[] } {
  const notes: Buffer[] = [];
  const rest: Buffer[] = [];
  let from = 0;
  let at = 0;
  while (at + 5 <= said.length) {
    const next = at + 1 + said.readInt32BE(at + 1);
    if (said[at] === NOTIFICATION) {
      notes.push(said.subarray(at, next));
      rest.push(said.subarray(from, at));
      from = next;
    }
    at = next;
  }
  if (notes.length === 0) return { answer: said, notes };
  rest.push(said.subarray(from));
  return { answer: Buffer.concat(rest), notes };
}

/** ReadyForQuery is always last: its status byte says whether a transaction is open. */
function betweenTransactions(answer: Buffer): boolean {
  return answer.length === 0 || answer[answer.length - 1] === IDLE;
}

export function createWire(db: PGlite): Wire {
  const turns = createTurns();
  const listeners = new Set<Duplex>();

  function connect(): Duplex {
    let unread: Buffer = Buffer.alloc(0);
    let exchange: Buffer[] = [];
    let held: Release | undefined;
    let greeted = false;

    async function run(messages: Buffer): Promise<void> {
      held ??= await turns.take();
      const said = Buffer.from(
        await db.execProtocolRaw(new Uint8Array(messages), { syncToFs: false }),
      );
      const { answer, notes } = sortOut(said);
      if (answer.length > 0 && !stream.destroyed) stream.push(answer);
      if (betweenTransactions(answer)) {
        held();
        held = undefined;
      }
      for (const note of notes) for (const listener of listeners) listener.push(note);
    }

    async function read(): Promise<void> {
      for (;;) {
        // The first message alone has no type byte.
        const head = greeted ? 1 : 0;
        if (unread.length < head + 4) return;
        const length = head + unread.readInt32BE(head);
        if (unread.length < length) return;
        const message = unread.subarray(0, length);
        unread = unread.subarray(length);
        const type = greeted ? message[0] : undefined;
        if (type === TERMINATE) return void stream.push(null);
        if (type === QUERY || type === PARSE) {
          if (/^\W*(?:--[^\n]*\n\W*)*listen\s/i.test(message.toString('latin1', 5)))
            listeners.add(stream);
        }
        exchange.push(message);
        if (!greeted || type === SYNC || type === QUERY) {
          greeted = true;
          const whole = Buffer.concat(exchange);
          exchange = [];
          await run(whole);
        }
      }
    }

    const stream = new Duplex({
      read() {},
      write(chunk: Buffer, _encoding, done) {
        unread = unread.length > 0 ? Buffer.concat([unread, chunk]) : chunk;
        read().then(() => done(), done);
      },
      destroy(error, done) {
        listeners.delete(stream);
        if (!held) return done(error);
        // A client that went away inside a transaction: nobody else may see it half done.
        const release = held;
        held = undefined;
        db.exec('ROLLBACK')
          .catch(() => {})
          .finally(() => {
            release();
            done(error);
          });
      },
    });
    // What `pg` asks of a socket beyond being a stream.
    return Object.assign(stream, {
      connect: () => queueMicrotask(() => stream.emit('connect')),
      setNoDelay: () => stream,
      setKeepAlive: () => stream,
      ref: () => stream,
      unref: () => stream,
    });
  }

  return { connect, idle: () => turns.idle() };
}
