import { RingfenceError } from '../../analytics/model/errors.js';
import {
  PARTS,
  type PartName,
  type PartReason,
  type PartState,
  type Status,
} from '../contract/index.js';

/** How one part is looked at. */
export interface Probe {
  /** What people call it, e.g. `Neo4j`. */
  readonly engine: string;
  /** Resolves to what is not as it should be, rejects when the part does not answer. */
  look(): Promise<PartReason | undefined>;
}

/** What everybody asks who wants to know how the program is. */
export interface Monitor {
  /** As last seen; looks now where nobody looks regularly or `fresh` is asked. */
  states(fresh?: boolean): Promise<Readonly<Record<PartName, PartState>>>;
  status(): Promise<Status>;
  /**
   * Runs `work`, which needs the part. Throws `unavailable` at once where the part is known to be
   * away, and when it goes away meanwhile: drivers wait for much longer than a person does.
   */
  call<T>(part: PartName, work: () => Promise<T>): Promise<T>;
  /** Looks regularly from now on. */
  start(): void;
  close(): void;
}

export interface MonitorOptions {
  readonly everyMs?: number;
  readonly timeoutMs?: number;
  /** Told of every change; `cause` in the engine's own words, for whoever runs it. */
  readonly changed?: (part: PartName, state: PartState, engine: string, cause?: string) => void;
}

const EVERY_MS = 2_000;
/** A part that is away is looked for more often, so that its return is seen soon. */
const AWAY_EVERY_MS = 500;
const TIMEOUT_MS = 3_000;
const FRESH_MS = 1_000;

const GONE = 'no-answer';
const LATE = Symbol('late');

interface Watched {
  readonly probe: Probe;
  state: PartState;
  seen: number;
  late: number;
  cause: string | undefined;
  looking: Promise<PartState> | undefined;
  timer: NodeJS.Timeout | undefined;
  readonly waiting: Set<(error: Error) => void>;
}

export function createMonitor(
  probes: Readonly<Record<PartName, Probe>>,
  options: MonitorOptions = {},
): Monitor {
  const everyMs = options.everyMs ?? EVERY_MS;
  const timeoutMs = options.timeoutMs ?? TIMEOUT_MS;
  let regularly = false;
  const parts = Object.fromEntries(
    PARTS.map((name): [PartName, Watched] => [
      name,
      {
        probe: probes[name],
        state: { part: name, status: 'ok' },
        seen: 0,
        late: 0,
        cause: undefined,
        looking: undefined,
        timer: undefined,
        waiting: new Set(),
      },
    ]),
  ) as Record<PartName, Watched>;

  async function ask(watched: Watched): Promise<PartReason | typeof LATE | undefined> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<typeof LATE>((resolve) => {
      timer = setTimeout(() => resolve(LATE), timeoutMs);
    });
    const answer = watched.probe.look().catch((error: unknown): PartReason => {
      watched.cause = error instanceof Error ? error.message : String(error);
      return GONE;
    });
    try {
      return await Promise.race([answer, late]);
    } finally {
      clearTimeout(timer);
    }
  }

  function look(name: PartName): Promise<PartState> {
    const watched = parts[name];
    watched.looking ??= (async () => {
      const said = await ask(watched);
      // One late answer may be a busy moment; a refusal is none.
      watched.late = said === LATE ? watched.late + 1 : 0;
      if (said === LATE) watched.cause = `no answer within ${timeoutMs} ms`;
      const patient = said === LATE && watched.late < 2;
      if (!patient) settle(name, watched, said === LATE ? GONE : said);
      watched.seen = Date.now();
      watched.looking = undefined;
      return watched.state;
    })();
    return watched.looking;
  }

  function settle(name: PartName, watched: Watched, reason: PartReason | undefined): void {
    const status = reason === undefined ? 'ok' : reason === GONE ? 'away' : 'degraded';
    const { state } = watched;
    if (state.status === status && state.reason === reason) return;
    watched.state = { part: name, status, ...(reason ? { reason } : {}) };
    const cause = status === 'away' ? watched.cause : undefined;
    options.changed?.(name, watched.state, watched.probe.engine, cause);
    if (status !== 'away') return;
    for (const giveUp of watched.waiting) giveUp(away(name, watched.probe.engine));
    watched.waiting.clear();
  }

  function watch(name: PartName): void {
    const watched = parts[name];
    const again = async () => {
      await look(name);
      if (!regularly) return;
      const ms = watched.state.status === 'away' ? Math.min(AWAY_EVERY_MS, everyMs) : everyMs;
      watched.timer = setTimeout(again, ms).unref();
    };
    void again();
  }

  async function states(fresh = false) {
    await Promise.all(
      PARTS.map(async (name) => {
        const old = Date.now() - parts[name].seen > FRESH_MS;
        if (fresh || (!regularly && old) || parts[name].seen === 0) await look(name);
      }),
    );
    return Object.fromEntries(PARTS.map((name) => [name, parts[name].state])) as Record<
      PartName,
      PartState
    >;
  }

  return {
    states,
    async status() {
      const list = Object.values(await states());
      return { status: list.every((p) => p.status === 'ok') ? 'ok' : 'degraded', parts: list };
    },

    async call(name, work) {
      const watched = parts[name];
      const { engine } = watched.probe;
      if (watched.state.status === 'away') throw away(name, engine);
      let giveUp: (error: Error) => void = () => {};
      const lost = new Promise<never>((_, reject) => {
        giveUp = reject;
      });
      watched.waiting.add(giveUp);
      try {
        return await Promise.race([work(), lost]);
      } catch (error) {
        if (isOurs(error)) throw error;
        if (isConnection(error) || (await look(name)).status === 'away') throw away(name, engine);
        throw error;
      } finally {
        watched.waiting.delete(giveUp);
      }
    },

    start() {
      if (regularly) return;
      regularly = true;
      for (const name of PARTS) watch(name);
    },

    close() {
      regularly = false;
      for (const name of PARTS) clearTimeout(parts[name].timer);
    },
  };
}

const WORDS: Readonly<Record<PartName, string>> = {
  graph: 'The graph',
  queue: 'The queue',
  records: 'The records',
  landing: 'Landing',
};

/** Names no address: whoever reads this may not be who runs the servers. */
function away(part: PartName, engine: string): RingfenceError {
  return new RingfenceError(
    'unavailable',
    `${WORDS[part]} (${engine}) does not answer`,
    'It is tried again by itself; if it stays so, tell whoever runs the servers.',
    { part },
  );
}

function isOurs(error: unknown): boolean {
  if (!(error instanceof RingfenceError)) return false;
  // A store's own words name addresses; ours name the part.
  return error.kind !== 'unavailable' || error.details?.part !== undefined;
}

const SOCKET = /^(ECONNREFUSED|ECONNRESET|EPIPE|ETIMEDOUT|ENOTFOUND|EAI_AGAIN|EHOSTUNREACH)$/;
/** PostgreSQL: connection exceptions (08), shutdown, crash and start-up (57P0x). */
const POSTGRES = /^(08\w{3}|57P0[1-5])$/;
const WORDED =
  /Connection terminated|Connection is closed|connection timeout|Client has encountered|Stream isn't writeable|max retries per request/i;

/** Whether an error says that the line to a server broke, whatever library it comes from. */
export function isConnection(error: unknown): boolean {
  if (error instanceof RingfenceError) return error.kind === 'unavailable';
  const { code, message } = (error ?? {}) as { code?: unknown; message?: unknown };
  if (typeof code === 'string' && (SOCKET.test(code) || POSTGRES.test(code))) return true;
  if (error instanceof AggregateError) return error.errors.some(isConnection);
  return typeof message === 'string' && WORDED.test(message);
}
