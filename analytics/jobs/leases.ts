import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Kysely, sql } from 'kysely';
import { throwIfAborted } from '../model/errors.js';

/** The right to change landing and the graph: whole jobs have it, one at a time over all processes. */
export const WRITER = 'writer';
/** The right to take whole jobs out of the queue, so that they run in the order they came. */
export const LEADER = 'leader';

export interface HoldOptions {
  /** What a holder that is gone keeps it for. */
  readonly ms: number;
  readonly signal?: AbortSignal;
  readonly lost: () => void;
  /** While another has it; 250 without it. */
  readonly lookAgainMs?: number;
}

/**
 * Rights that one process at a time has, kept in the records. The queue sees to order; but a queue
 * that was flushed no longer knows what runs, so what must not overlap rests on these. A holder
 * that is gone loses its right after `ms`, by the clock of the database.
 */
export interface Leases {
  /**
   * Waits for the right and does `work` with it. `lost` is called when somebody else has it since:
   * stop at once. Ends with `cancelled` when `signal` aborts while waiting.
   */
  hold<T>(name: string, options: HoldOptions, work: () => Promise<T>): Promise<T>;
  /** For who is alone: nobody else can have any. */
  clear(): Promise<void>;
}

const LOOK_AGAIN_MS = 250;

/** `db` is the records' database, migrated, of any table type. */
export function createLeases<DB>(records: Kysely<DB>): Leases {
  const db = records as unknown as Kysely<unknown>;

  async function take(name: string, holder: string, ms: number): Promise<boolean> {
    const until = sql`now() + ${ms}::double precision * interval '1 millisecond'`;
    const found = await sql`INSERT INTO ringfence.leases AS l (name, holder, until)
      VALUES (${name}, ${holder}, ${until})
      ON CONFLICT (name) DO UPDATE SET holder = excluded.holder, until = excluded.until
      WHERE l.until < now() OR l.holder = excluded.holder RETURNING name`.execute(db);
    return found.rows.length > 0;
  }

  return {
    async hold(name, { ms, signal, lost, lookAgainMs }, work) {
      const holder = randomUUID();
      while (!(await take(name, holder, ms))) {
        throwIfAborted(signal);
        await sleep(lookAgainMs ?? LOOK_AGAIN_MS, undefined, { signal }).catch(() => {});
      }
      let renewal: Promise<void> = Promise.resolve();
      const renewing = setInterval(() => {
        renewal = take(name, holder, ms).then(
          (still) => {
            if (still) return;
            // Not taken again when whoever has it now goes: the work that it was for has ended.
            clearInterval(renewing);
            lost();
          },
          () => {
            // The records are away: so they are for anybody who would take it.
          },
        );
      }, ms / 5);
      try {
        throwIfAborted(signal);
        return await work();
      } finally {
        clearInterval(renewing);
        // One that is under way would take it again after it is given back.
        await renewal;
        await sql`DELETE FROM ringfence.leases WHERE name = ${name} AND holder = ${holder}`
          .execute(db)
          .catch(() => {
            // It ends by itself.
          });
      }
    },

    async clear() {
      await sql`DELETE FROM ringfence.leases`.execute(db);
    },
  };
}
