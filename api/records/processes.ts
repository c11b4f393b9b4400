import { randomUUID } from 'node:crypto';
import { type Kysely, sql } from 'kysely';

/** Which long-running processes there are, by their own word, kept in the records. */
export interface Processes {
  /** Says again and again that this process is alive, until it leaves. */
  announce(kind: ProcessKind): { leave(): Promise<void> };
  /** Whether any process of the kind said so lately. */
  alive(kind: ProcessKind): Promise<boolean>;
}

export type ProcessKind = 'api' | 'worker';

const SAY_EVERY_MS = 3_000;
/** Who was not heard of for so long is gone. By the clock of the database. */
const SILENT_SECONDS = 12;

export function createProcesses<DB>(records: Kysely<DB>): Processes {
  const db = records as unknown as Kysely<unknown>;
  return {
    announce(kind) {
      const id = randomUUID();
      let left = false;
      let saying: Promise<unknown> = Promise.resolve();
      const say = () => {
        saying = saying
          .then(() =>
            left
              ? undefined
              : sql`INSERT INTO ringfence.processes (id, kind) VALUES (${id}, ${kind})
                  ON CONFLICT (id) DO UPDATE SET seen_at = now()`.execute(db),
          )
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
          await sql`DELETE FROM ringfence.processes
            WHERE id = ${id} OR seen_at < now() - interval '1 day'`.execute(db);
        },
      };
    },

    async alive(kind) {
      const found = await sql`SELECT 1 FROM ringfence.processes WHERE kind = ${kind}
        AND seen_at > now() - ${SILENT_SECONDS}::integer * interval '1 second' LIMIT 1`.execute(db);
      return found.rows.length > 0;
    },
  };
}
