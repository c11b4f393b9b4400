import { randomUUID } from 'node:crypto';
import { type Kysely, sql } from 'kysely';

/** Which workers there are, by their own word, kept in the records. */
export interface Workers {
  /** Says again and again that this one is alive, until it leaves. */
  announce(): { leave(): Promise<void> };
  /** Whether any said so lately. */
  alive(): Promise<boolean>;
}

const SAY_EVERY_MS = 3_000;
/** Who was not heard of for so long is gone. By the clock of the database. */
const SILENT_SECONDS = 12;

export function createWorkers<DB>(records: Kysely<DB>): Workers {
  const db = records as unknown as Kysely<unknown>;
  return {
    announce() {
      const id = randomUUID();
      let left = false;
      let saying: Promise<unknown> = Promise.resolve();
      const say = () => {
        saying = saying
          .then(async () => {
            if (left) return;
            await sql`INSERT INTO ringfence.workers (id) VALUES (${id})
              ON CONFLICT (id) DO UPDATE SET seen_at = now()`.execute(db);
          })
          .catch(() => {
            // The records are away: said again soon.
          });
      };
      say();
      const timer = setInterval(say, SAY_EVERY_MS).unref();
      return {
        async leave() {
          clearInterval(timer);
          left = true;
          await saying;
          await sql`DELETE FROM ringfence.workers
            WHERE id = ${id} OR seen_at < now() - interval '1 day'`.execute(db);
        },
      };
    },

    async alive() {
      const found = await sql`SELECT 1 FROM ringfence.workers
        WHERE seen_at > now() - ${SILENT_SECONDS}::integer * interval '1 second' LIMIT 1`.execute(
        db,
      );
      return found.rows.length > 0;
    },
  };
}
